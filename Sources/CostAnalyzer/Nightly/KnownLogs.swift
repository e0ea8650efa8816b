/// What the state has read before, asked for every log of a night.
struct KnownLogs {
  private var byContent: [String: StoredSource]
  private var byDigest: [DecodedDigest: StoredSource] = [:]
  /// Sources that are none of tonight's files byte for byte, nor were found in one of them: some file may be what became of them.
  private var lost: [Int64: StoredSource] = [:]
  private var byPath: [String: Int64] = [:]
  /// Decoded bytes of the lost ones, rising.
  let sizes: [Int]

  /// - Parameter present: hashes of tonight's files.
  init(_ sources: [StoredSource], present: Set<String>) {
    byContent = Dictionary(sources.map { ($0.sha256, $0) }) { $1 }
    for source in sources {
      // Empty logs are all alike.
      if let digest = source.digest, digest.bytes > 0 { byDigest[digest] = source }
      if present.contains(source.sha256) { continue }
      lost[source.number] = source
      byPath[source.path] = source.number
    }
    sizes = Set(lost.values.compactMap { $0.digest?.bytes }).sorted()
  }

  /// The source that is this file, byte for byte.
  func same(as file: InputFile) -> StoredSource? { byContent[file.sha256] }

  /// The source that a file unwraps to.
  func same(as digests: [DecodedDigest]) -> StoredSource? { digests.last.flatMap { byDigest[$0] } }

  /// The longest lost source that a file begins with.
  func beginning(of digests: [DecodedDigest]) -> StoredSource? {
    digests.lazy.reversed().compactMap { byDigest[$0] }.first { isLost($0) }
  }

  /// What was read under a file's name before.
  func before(_ file: InputFile) -> StoredSource? { byPath[file.path].flatMap { lost[$0] } }

  func isLost(_ source: StoredSource) -> Bool { lost[source.number] != nil }

  /// A source is now this file, or gone for it.
  mutating func put(_ source: StoredSource, inPlaceOf old: StoredSource?) {
    if let old {
      lost[old.number] = nil
      byContent[old.sha256] = nil
      if let digest = old.digest { byDigest[digest] = nil }
    }
    byContent[source.sha256] = source
    if let digest = source.digest, digest.bytes > 0 { byDigest[digest] = source }
  }
}
