/// Which API key each request was paid with. Most logs name none, and then this takes no memory.
struct KeyColumn {
  private var interner = Interner()
  /// Parallel to the requests from the first key on.
  private(set) var column = ChunkedArray<UInt32>()

  var names: [String] { column.count == 0 ? [] : [""] + interner.strings }

  /// From 1; 0 is no key.
  mutating func number(of key: String) -> UInt32 { interner.intern(key) + 1 }

  /// Of several records of one request the first key counts.
  ///
  /// - Parameter requests: how many there are, this one included.
  mutating func set(_ key: UInt32, of request: Int, requests: Int) {
    if key == 0 && column.count == 0 { return }
    while column.count < requests { column.append(0) }
    if column[request] == 0 { column[request] = key }
  }
}
