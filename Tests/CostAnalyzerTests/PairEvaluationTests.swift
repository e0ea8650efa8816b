import CostAnalyzer
import Foundation
import Testing

@Suite("Evaluation on labelled pairs")
struct PairEvaluationTests {
  /// Scores with many ties.
  private static func random(_ rng: inout SeededGenerator) -> (scores: [Float], labels: [Bool]) {
    let count = Int.random(in: 0...40, using: &rng)
    let levels = Int.random(in: 1...8, using: &rng)
    return (
      (0..<count).map { _ in Float(Int.random(in: 0..<levels, using: &rng)) / 8 },
      (0..<count).map { _ in Bool.random(using: &rng) }
    )
  }

  @Test("AUC is the share of ordered pairs of a positive and a negative, ties half", arguments: [1, 2, 3, 4])
  func auc(_ seed: UInt64) {
    var rng = SeededGenerator(seed)
    for _ in 0..<200 {
      let (scores, labels) = Self.random(&rng)
      var (won, all) = (0.0, 0.0)
      for i in scores.indices where labels[i] {
        for j in scores.indices where !labels[j] {
          all += 1
          won += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0
        }
      }
      #expect(PairMetrics(scores: scores, labels: labels).auc == (all == 0 ? nil : won / all))
    }
  }

  @Test(
    "Average precision and recall at a precision are what looking at every threshold finds", arguments: [1, 2, 3, 4])
  func precision(_ seed: UInt64) {
    var rng = SeededGenerator(seed)
    for _ in 0..<200 {
      let (scores, labels) = Self.random(&rng)
      let positives = labels.filter { $0 }.count
      let metrics = PairMetrics(scores: scores, labels: labels)
      var (average, before) = (0.0, 0.0)
      var best: [Double: Double] = [0.5: 0, 0.9: 0, 0.95: 0, 0.99: 0]
      for threshold in Set(scores).sorted(by: >) {
        let served = scores.indices.filter { scores[$0] >= threshold }
        let right = Double(served.filter { labels[$0] }.count)
        let (precision, recall) = (right / Double(served.count), positives == 0 ? 0 : right / Double(positives))
        average += (recall - before) * precision
        before = recall
        for wanted in best.keys where precision >= wanted { best[wanted] = max(best[wanted]!, recall) }
      }
      if positives == 0 {
        #expect(metrics.averagePrecision == nil)
      } else {
        #expect(abs((metrics.averagePrecision ?? -1) - average) < 1e-12)
      }
      for (wanted, recall) in best { #expect(metrics.recall(atPrecision: wanted) == recall) }
    }
  }

  @Test("Hits, shares, guards and categories are counted as by hand")
  func counts() throws {
    let pairs = [
      LabelledPair(a: "a", b: "b", same: true, category: "x"), LabelledPair(a: "a", b: "c", same: false, category: "x"),
      LabelledPair(a: "a", b: "d", same: true), LabelledPair(a: "a", b: "e", same: false, category: "y"),
    ]
    let evaluation = PairEvaluation(
      pairs, embedder: "test", cosines: [0.95, 0.9, 0.85, 0.5], refusals: [0, 1, 3, 0], mask: 3)
    let point = try #require(evaluation.points.first { $0.threshold == 0.85 })
    #expect(point.raw == .init(hits: 3, wrongHits: 1) && point.guarded == .init(hits: 1, wrongHits: 0))
    #expect(evaluation.sameServed(point.raw) == 1)
    #expect(evaluation.differentServed(point.raw) == 0.5)
    #expect(evaluation.sameServed(point.guarded) == 0.5)
    #expect(evaluation.differentServed(point.guarded) == 0)
    #expect(evaluation.guards.map(\.name) == ["numbers", "negation"])
    let effects = evaluation.guards.map { $0.effects.first { $0.threshold == 0.85 }! }
    #expect(effects.map(\.wrongHitsAvoided) == [1, 0])
    #expect(effects.map(\.goodHitsLost) == [1, 1])
    #expect(evaluation.categories.map(\.name) == ["x", "y"] && evaluation.categories[0].points[1].raw.hits == 2)
    #expect(evaluation.auc == 0.75)
    #expect(evaluation.text.contains("| 0.85 | 3 | 1 |"))
  }

  @Test("Lines are read whatever else they hold, and bad ones are counted with their places")
  func file() throws {
    let text = """
      {"a":"x","b":"y","same":true,"id":7}

      {"a":"x","b":"z","same_answer":false,"category":"c"}
      nonsense
      {"a":"x","same":true}
      {"a":"x","b":"y","same":"yes"}
      {"a":"x","b":"y","same":0}
      [1]
      """
    let file = try PairFile(Data(text.utf8))
    #expect(
      file.pairs == [
        LabelledPair(a: "x", b: "y", same: true), LabelledPair(a: "x", b: "z", same: false, category: "c"),
        LabelledPair(a: "x", b: "y", same: false),
      ])
    #expect(file.rejects.map(\.line) == [4, 5, 6, 8])
    for text in ["", "nonsense", "[", "[]", #"[{"origin":"x"}]"#] {
      #expect(throws: AnalyzerError.self) { try PairFile(Data(text.utf8)) }
    }
    let mocks = try PairFile(Data(#" [{"origin":"x","similar":"y","id":1},{"origin":"x"}]"#.utf8))
    #expect(mocks.isMock && mocks.mocks == [MockPair(origin: "x", similar: "y")] && mocks.rejects.map(\.line) == [2])
  }

  @Test("The mock replay answers from the nearest original that no guard refuses")
  func mockReplay() throws {
    let mocks = [
      MockPair(origin: "enable dark mode", similar: "disable dark mode"),
      MockPair(origin: "list 3 cities", similar: "list 3 cities"),
      MockPair(origin: "opening hours", similar: "something else"),
    ]
    let scorer = try PairScorer(
      texts: mocks.flatMap { [$0.origin, $0.similar] }, embedder: FixedEmbedder(), guards: GuardSet(),
      normalizer: TextNormalizer(), threads: 1)
    let replay = MockReplay(mocks, scorer: scorer, mask: 127, threads: 2)
    let point = try #require(replay.thresholds.first { $0.threshold == 0.8 })
    #expect(point.right == 2 && point.wrong == 0 && point.miss == 1)
    #expect(point.guardedRight == 1 && point.guardedWrong == 0 && point.guardedMiss == 2)
  }

  /// One axis a last word.
  private struct FixedEmbedder: Embedder {
    let identity = "fixed"
    func embed(_ texts: [[UInt8]], threads: Int) throws -> VectorMatrix {
      let axes = ["mode": 0, "cities": 1, "hours": 2]
      var matrix = VectorMatrix(count: texts.count, dimensions: 16)
      for (index, text) in texts.enumerated() {
        let last = String(decoding: text, as: UTF8.self).split(separator: " ").last.map(String.init) ?? ""
        matrix.values[index * 16 + (axes[last] ?? 5)] = 1
      }
      return matrix
    }
  }

  @Test("The command prints one JSON object an embedder with stable keys, tables without --json, and tells bad lines")
  func command() throws {
    let scratch = try Scratch()
    let path = try scratch.write(
      #"{"a":"how do i enable 2fa","b":"how do i disable 2fa","same":false,"category":"trap"}"# + "\n"
        + #"{"a":"how do i enable 2fa","b":"How do I enable 2FA?","same":true}"# + "\nbad\n", to: "pairs.jsonl")
    let program = Program(scratch: scratch)
    let run = try program.run("evaluate", "pairs", path, "--embedder", "hashed", "--json")
    #expect(run.status == 0 && run.error.contains("1 entries not used, at 3"))
    let object = try #require(try JSONSerialization.jsonObject(with: Data(run.out.utf8)) as? [String: Any])
    #expect(
      Set(object.keys) == [
        "embedder", "pairs", "same", "different", "auc", "average_precision", "recall_at_precision", "thresholds",
        "guards",
        "categories",
      ])
    #expect(object["auc"] as? Double == 1)
    #expect(object["pairs"] as? Int == 2)
    let points = try #require(object["thresholds"] as? [[String: Any]])
    #expect(points.count == 20)
    #expect(points.last?["guarded_same_served"] as? Double == 1)
    #expect((object["recall_at_precision"] as? [String: Double])?["0.90"] == 1)
    #expect(try program.run("evaluate", "pairs", path).out.contains("| negation |"))
    #expect(try program.run("evaluate", "pairs", path, "--embedder", "none").status == 64)
    #expect(try program.run("evaluate", "pairs", scratch.path("missing")).status == 1)
  }
}
