import CostAnalyzer
import Foundation
import Testing

@Suite("Verdicts that the state remembers")
struct JudgementMemoryTests {
  private static func request(_ log: String, _ store: StateStore? = nil, verdicts: String? = nil) -> Analysis.Request {
    var request = Analysis.Request(inputs: [log])
    request.options.cache.threshold = 0.7
    request.options.cache.thresholds = [0.7]
    request.options.cache.verdicts = verdicts
    request.store = store
    request.threads = 2
    return request
  }

  @Test(
    "A file of verdicts is given once: later runs count the same, judge offers none of its hits, a newer verdict replaces"
  )
  func memory() throws {
    let scratch = try Scratch()
    let log = try scratch.write(VerificationTests.stream(wrong: 0.2, topics: 100, seed: 61).text, to: "log.jsonl")
    let store = try StateStore(path: scratch.path("state.sqlite"))
    let review = try Analysis.review(Self.request(log), hits: 30)
    #expect(review.hits.count == 30 && review.judged == 0)
    func file(_ name: String, same: (Int) -> Bool) throws -> String {
      let lines = String(decoding: try review.jsonLines(), as: UTF8.self).split(separator: "\n")
      let judged = lines.enumerated().map { $1.replacing(#""same":null"#, with: #""same":\#(same($0))"#) + "\n" }
      return try scratch.write(judged.joined(), to: name)
    }
    let plain = try Analysis.run(Self.request(log))
    for (name, same) in [("first.jsonl", { $0 % 3 == 0 }), ("second.jsonl", { $0 % 3 != 0 })]
      as [(String, (Int) -> Bool)]
    {
      let path = try file(name, same: same)
      let given = try Analysis.run(Self.request(log, store, verdicts: path))
      #expect(given.wrongHits != nil && given.wrongHits != plain.wrongHits)
      try store.record(given, runID: name, out: "", at: 0)
      let verdicts = try store.judgements()
      #expect(verdicts.count == 30 && verdicts.values.count { $0.right == 1 } == (0..<30).count { same($0) })
      let later = try Analysis.run(Self.request(log, store))
      #expect(later.wrongHits == given.wrongHits && later.judgements.isEmpty)
      #expect(try Analysis.run(Self.request(log)).wrongHits == plain.wrongHits, "without a state nothing changes")
    }
    let next = try Analysis.review(Self.request(log, store), hits: 1_000)
    #expect(next.judged == 30 && next.judgeable == review.judgeable - 30)
    let pairs = Set(review.hits.map { "\($0.question)\n\($0.cachedQuestion)" })
    #expect(!next.hits.isEmpty && next.hits.allSatisfy { !pairs.contains("\($0.question)\n\($0.cachedQuestion)") })
    #expect(try store.check().isEmpty)
  }
}
