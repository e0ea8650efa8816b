import Foundation

/// Writes pairs as CSV while they are found, and the dense clusters to a second file beside it.
package final class PairWriter {
  private let corpus: TextCorpus
  private let file: CompressedFileWriter
  private let path: String

  package init(path: String, corpus: TextCorpus) throws {
    self.path = path
    self.corpus = corpus
    func real(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
    let outputs = [path, Self.densePath(path)].map(real)
    if let input = corpus.files.first(where: { outputs.contains(real($0.path)) }) {
      throw AnalyzerError(
        .output, "\(input.path) is an input and would be overwritten", hint: "name another file with --out")
    }
    file = try CompressedFileWriter(path: path, isPrivate: true)
    try file.write(Array("cosine,a,b,count_a,count_b,place_a,place_b\n".utf8))
  }

  package func write(_ pairs: [ExactNeighbours.Pair]) throws {
    for pair in pairs {
      let (a, b) = (corpus.entries[Int(pair.a)], corpus.entries[Int(pair.b)])
      let line =
        "\(NumberText.fixed(Double(pair.cosine), 6)),\(text(a)),\(text(b)),\(a.count),\(b.count),\(place(a)),\(place(b))\n"
      try file.write(Array(line.utf8))
    }
  }

  /// Gives the files their names.
  package func finish(_ found: NearDuplicates) throws {
    // An earlier run's clusters must not stand beside other pairs.
    if found.denseClusters.isEmpty && !FileManager.default.fileExists(atPath: Self.densePath(path)) {
      return try file.finish()
    }
    let dense = try CompressedFileWriter(path: Self.densePath(path), isPrivate: true)
    try dense.write(Array("cluster,text,count,place\n".utf8))
    for (number, cluster) in found.denseClusters.enumerated() {
      for member in cluster {
        let entry = corpus.entries[Int(member)]
        try dense.write(Array("\(number + 1),\(text(entry)),\(entry.count),\(place(entry))\n".utf8))
      }
    }
    try dense.finish()
    try file.finish()
  }

  /// `pairs.csv` → `pairs.dense.csv`, `pairs.csv.zst` → `pairs.dense.csv.zst`.
  package static func densePath(_ path: String) -> String {
    for suffix in [".csv.zst", ".csv"] where path.hasSuffix(suffix) {
      return String(path.dropLast(suffix.count)) + ".dense" + suffix
    }
    return path + ".dense"
  }

  private func text(_ entry: TextCorpus.Entry) -> String {
    HostileText.csv(String(decoding: corpus.texts[Int(entry.text)], as: UTF8.self))
  }

  /// `file:line` of the first time; empty for a key of a log.
  private func place(_ entry: TextCorpus.Entry) -> String {
    entry.place.map { HostileText.csv("\(corpus.files[$0.file].path):\($0.line)") } ?? ""
  }
}
