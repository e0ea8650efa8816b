/// An append-only array in fixed chunks: growing never copies what is there, so the peak is the size.
package struct ChunkedArray<Element: Sendable>: Sendable {
  private static var chunkShift: Int { 14 }
  private static var chunkSize: Int { 1 << chunkShift }
  private var chunks: [[Element]] = []
  package private(set) var count = 0

  package init() {}

  package mutating func append(_ element: Element) {
    if count & (Self.chunkSize - 1) == 0 {
      var chunk: [Element] = []
      chunk.reserveCapacity(Self.chunkSize)
      chunks.append(chunk)
    }
    chunks[chunks.count - 1].append(element)
    count += 1
  }

  package subscript(index: Int) -> Element {
    get { chunks[index >> Self.chunkShift][index & (Self.chunkSize - 1)] }
    _modify { yield &chunks[index >> Self.chunkShift][index & (Self.chunkSize - 1)] }
  }

  package mutating func mutateEach(_ body: (inout Element) -> Void) {
    for chunk in chunks.indices {
      chunks[chunk].withUnsafeMutableBufferPointer { elements in
        for index in elements.indices { body(&elements[index]) }
      }
    }
  }

  package func forEach(_ body: (Element) throws -> Void) rethrows {
    for chunk in chunks { for element in chunk { try body(element) } }
  }

  /// The elements whose index the body wants, in order.
  package func filtered(_ isKept: (Int) -> Bool) -> ChunkedArray {
    var result = ChunkedArray()
    for index in 0..<count where isKept(index) { result.append(self[index]) }
    return result
  }
}
