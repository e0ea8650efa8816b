import CostAnalyzer
import Foundation
import Testing

@Suite("Near duplicates")
struct NearDuplicateTests {
  private func find(
    _ corpus: TextCorpus, embedder: any Embedder = HashedNgramEmbedder(), threshold: Float = 0.5,
    writer: PairWriter? = nil
  ) throws -> (NearDuplicates, [ExactNeighbours.Pair]) {
    var pairs: [ExactNeighbours.Pair] = []
    var clock = StageClock()
    let found = try NearDuplicates(
      corpus, embedder: embedder, store: nil, threshold: threshold, listsDense: false, threads: 2,
      clock: &clock
    ) {
      pairs += $0
      try writer?.write($0)
    }
    try writer?.finish(found)
    return (found, pairs)
  }

  private func corpus(_ lines: [String], _ scratch: Scratch) throws -> TextCorpus {
    try TextCorpus(
      paths: [scratch.write(lines.joined(separator: "\n"), to: "texts.jsonl")], options: AnalysisOptions(), threads: 2)
  }

  @Test("Texts are read once each with their counts and places, and bad lines are counted with theirs")
  func reading() throws {
    let scratch = try Scratch()
    let corpus = try corpus(
      [
        #"{"text":"one"}"#, "", #"{"text":"two \u00e9"}"#, "{", #"{"other":1}"#, #"{"text":7}"#,
        #"{"id":1,"text":"one"}"#,
      ], scratch)
    #expect(!corpus.isLog && corpus.lines == 7)
    #expect(corpus.texts.map { String(decoding: $0, as: UTF8.self) } == ["one", "two é"])
    #expect(corpus.entries.map(\.count) == [2, 1] && corpus.entries.map { $0.place?.line } == [1, 3])
    #expect(corpus.rejects[.badJSON] == 1 && corpus.rejects[.unknownFormat] == 2)
  }

  @Test("A log gives its cache keys, compared inside each scope")
  func log() throws {
    let corpus = try TextCorpus(
      paths: [TestData.fixture("traffic.jsonl")], options: AnalysisOptions(), threads: 1)
    #expect(corpus.isLog && corpus.entries.count > 1 && corpus.entries.allSatisfy { $0.place == nil && $0.count > 0 })
    #expect(corpus.groups.flatMap { $0 }.sorted() == (0..<UInt32(corpus.entries.count)).map { $0 })
  }

  @Test("An input without any text is an error that says what a line looks like")
  func empty() throws {
    let scratch = try Scratch()
    #expect(throws: AnalyzerError.self) { try corpus(["{\"nothing\":1}"], scratch) }
    #expect(throws: AnalyzerError.self) { try corpus([""], scratch) }
  }

  @Test("A folder, or an input, is never replaced by the pairs")
  func neverReplaced() throws {
    let scratch = try Scratch()
    let texts = try corpus([#"{"text":"one"}"#, #"{"text":"two"}"#], scratch)
    let folder = scratch.path("folder")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    _ = try scratch.write("keep", to: "folder/keep.txt")
    for path in [folder, scratch.path("texts.jsonl")] {
      #expect(throws: AnalyzerError.self) { try PairWriter(path: path, corpus: texts) }
      #expect(throws: AnalyzerError.self) { try PrivateFile.write(Data(), to: folder) }
    }
    // A folder where the clusters would go stays, too.
    let dense = scratch.path("pairs.dense.csv")
    try FileManager.default.createDirectory(atPath: dense, withIntermediateDirectories: true)
    #expect(throws: AnalyzerError.self) {
      try find(texts, writer: PairWriter(path: scratch.path("pairs.csv"), corpus: texts))
    }
    #expect(FileManager.default.fileExists(atPath: dense))
    #expect(String(decoding: try scratch.data("folder/keep.txt"), as: UTF8.self) == "keep")
  }

  @Test("Damaged lines in front of the first text do not make the file a log, and an empty text is none")
  func damagedStart() throws {
    let scratch = try Scratch()
    let corpus = try corpus(["garbage", #"{"text":""}"#, #"{"text":"one"}"#], scratch)
    #expect(!corpus.isLog && corpus.texts.count == 1 && corpus.rejects[.badJSON] == 1)
  }

  @Test("The CSV file holds every pair, escaped and for the owner alone, and the closest ones are shown first")
  func writing() throws {
    let scratch = try Scratch()
    let corpus = try corpus(
      [
        #"{"text":"=cmd|' /C calc'!A0, how do i reset it"}"#, #"{"text":"=cmd|' /C calc'!A0, how do i reset it?"}"#,
        #"{"text":"opening hours in berlin"}"#, #"{"text":"opening hours in berlin today"}"#,
      ], scratch)
    let path = scratch.path("pairs.csv")
    let (found, pairs) = try find(corpus, threshold: 0.2, writer: PairWriter(path: path, corpus: corpus))
    let rows = parseCSV(try scratch.data("pairs.csv"))
    #expect(rows[0] == ["cosine", "a", "b", "count_a", "count_b", "place_a", "place_b"])
    #expect(rows.count == pairs.count + 1 && found.pairs == pairs.count && pairs.count >= 2)
    #expect(rows.allSatisfy { $0.allSatisfy { !$0.hasPrefix("=") } })
    #expect(found.closest.map(\.cosine) == pairs.map(\.cosine).sorted(by: >))
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    #expect(found.entriesWithNeighbour == 4 && found.denseClusters.isEmpty)
  }

  /// Texts of the same length are alike, others are not.
  private struct LengthEmbedder: Embedder {
    let identity = "length"
    func embed(_ texts: [[UInt8]], threads: Int) throws -> VectorMatrix {
      var matrix = VectorMatrix(count: texts.count, dimensions: 64)
      var rng = SeededGenerator(3)
      for (row, text) in texts.enumerated() {
        let noise = (0..<63).map { _ in Float.random(in: -0.02...0.02, using: &rng) }
        let rest = (1 - noise.reduce(0) { $0 + $1 * $1 }).squareRoot()
        let axis = text.count % 64
        var values = noise
        values.insert(rest, at: axis)
        matrix.values.replaceSubrange(row * 64..<(row + 1) * 64, with: values)
      }
      return matrix
    }
  }

  @Test("Thousands of fillings of one template are one dense cluster in a second file, not millions of pairs")
  func dense() throws {
    let scratch = try Scratch()
    let fillings = (1_000..<9_500).map { #"{"text":"report of branch number \#($0) for the board"}"# }
    let corpus = try corpus(fillings + [#"{"text":"what is the capital of france"}"#], scratch)
    let path = scratch.path("pairs.csv")
    let (found, pairs) = try find(
      corpus, embedder: LengthEmbedder(), threshold: 0.9, writer: PairWriter(path: path, corpus: corpus))
    #expect(found.denseClusters.map(\.count) == [8_500] && pairs.isEmpty && found.entriesWithNeighbour == 8_500)
    #expect(parseCSV(try scratch.data("pairs.csv")).count == 1)
    let rows = parseCSV(try scratch.data("pairs.dense.csv"))
    #expect(rows[0] == ["cluster", "text", "count", "place"] && rows.count == 8_501)
    // Pairs of other texts do not leave the clusters of these beside them.
    let other = try TextCorpus(
      paths: [scratch.write(#"{"text":"one"}"#, to: "other.jsonl")], options: AnalysisOptions(), threads: 1)
    _ = try find(other, writer: PairWriter(path: path, corpus: other))
    #expect(parseCSV(try scratch.data("pairs.dense.csv")).count == 1)
    #expect(rows[1] == ["1", "report of branch number 1000 for the board", "1", scratch.path("texts.jsonl") + ":1"])
  }
}
