/// How one input ended and how much came out of it.
package struct InputEnd: Sendable, Equatable {
  package var container: Container = .plain
  package var end: StreamEnd = .complete
  package var decodedBytes = 0
  /// Left before its end because no more was asked for.
  package var isSample = false
  /// What the container yields, at the sizes asked for that it reaches and of all of it; empty unless asked for.
  package var digests: [DecodedDigest] = []

  package init(container: Container = .plain, end: StreamEnd = .complete, decodedBytes: Int = 0) {
    self.container = container
    self.end = end
    self.decodedBytes = decodedBytes
  }
}
