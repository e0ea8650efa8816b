import CTextScan

/// A log by what it decodes to, however it is wrapped: how many bytes, and their XXH3-128.
package struct DecodedDigest: Sendable, Hashable {
  package var bytes: Int
  package var hash: Hash128

  package init(bytes: Int, hash: Hash128) { (self.bytes, self.hash) = (bytes, hash) }
}

/// Passes decoded bytes on and hashes them on the way.
final class DigestedSource: ByteSource {
  private let inner: any ByteSource
  private let state: OpaquePointer
  /// Sizes that are still ahead.
  private var sizes: ArraySlice<Int>
  private var count = 0
  private var passed: [DecodedDigest] = []

  /// - Parameter sizes: numbers of bytes after which the hash is wanted, rising.
  init(_ inner: any ByteSource, at sizes: [Int]) {
    self.inner = inner
    self.sizes = sizes.drop { $0 <= 0 }
    guard let state = ca_hash_begin() else { preconditionFailure("no memory for a hash") }
    self.state = state
  }

  deinit { ca_hash_end(state) }

  var end: StreamEnd { inner.end }

  /// Of the bytes so far: at each size that was reached, and of all of them.
  var digests: [DecodedDigest] { passed + [current] }

  func read(into target: UnsafeMutableRawBufferPointer) -> Int {
    let got = inner.read(into: target)
    var rest = UnsafeRawBufferPointer(rebasing: target[..<got])
    while let size = sizes.first, size <= count + rest.count {
      let piece = rest[..<(size - count)]
      rest = UnsafeRawBufferPointer(rebasing: rest[piece.endIndex...])
      add(UnsafeRawBufferPointer(rebasing: piece))
      passed.append(current)
      sizes.removeFirst()
    }
    add(rest)
    return got
  }

  private func add(_ bytes: UnsafeRawBufferPointer) {
    ca_hash_add(state, bytes.baseAddress, bytes.count)
    count += bytes.count
  }

  private var current: DecodedDigest {
    let hash = ca_hash_so_far(state)
    return DecodedDigest(bytes: count, hash: Hash128(low: hash.low, high: hash.high))
  }
}
