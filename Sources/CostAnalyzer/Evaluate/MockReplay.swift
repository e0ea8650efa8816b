/// GPTCache's published benchmark: every `similar` is asked of a cache of all `origin` texts and gets the nearest entry at or
/// above the threshold. Right is its own origin.
package struct MockReplay: Sendable, Encodable {
  package struct Point: Sendable, Equatable, Encodable {
    package var threshold: Double
    package var right = 0
    package var wrong = 0
    package var miss = 0
    package var guardedRight = 0
    package var guardedWrong = 0
    package var guardedMiss = 0

    enum CodingKeys: String, CodingKey {
      case threshold, right, wrong, miss
      case guardedRight = "guarded_right"
      case guardedWrong = "guarded_wrong"
      case guardedMiss = "guarded_miss"
    }
  }

  package static let thresholds = (70...99).map { Double($0) / 100 }

  package var embedder: String
  package var questions: Int
  package var thresholds: [Point]

  private struct Nearest: Sendable {
    var cosine: Float = -2
    var isRight = false
  }

  package init(_ mocks: [MockPair], scorer: PairScorer, mask: UInt8, threads: Int) {
    embedder = scorer.embedder
    questions = mocks.count
    let answers = parallelMap(mocks.count, threads: threads) { index -> (raw: Nearest, guarded: Nearest) in
      var (raw, guarded) = (Nearest(), Nearest())
      let question = mocks[index].similar
      for entry in mocks {
        let cosine = scorer.cosine(question, entry.origin)
        // Two entries of one text are one entry.
        let nearest = Nearest(cosine: cosine, isRight: entry.origin == mocks[index].origin)
        if cosine > raw.cosine { raw = nearest }
        if cosine > guarded.cosine, scorer.refusals(question, entry.origin, cosine: cosine) & mask == 0 {
          guarded = nearest
        }
      }
      return (raw, guarded)
    }
    thresholds = Self.thresholds.map { threshold in
      var point = Point(threshold: threshold)
      for answer in answers {
        if answer.raw.cosine < Float(threshold) {
          point.miss += 1
        } else if answer.raw.isRight {
          point.right += 1
        } else {
          point.wrong += 1
        }
        if answer.guarded.cosine < Float(threshold) {
          point.guardedMiss += 1
        } else if answer.guarded.isRight {
          point.guardedRight += 1
        } else {
          point.guardedWrong += 1
        }
      }
      return point
    }
  }

  package var text: String {
    var table = Table(
      "mock",
      [
        .init("threshold", "threshold"), .init("right", "right"), .init("wrong", "wrong"), .init("miss", "miss"),
        .init("guarded_right", "guarded right"), .init("guarded_wrong", "wrong"), .init("guarded_miss", "miss"),
      ])
    for point in thresholds {
      table.add(
        .number(point.threshold, decimals: 2), .int(point.right), .int(point.wrong), .int(point.miss),
        .int(point.guardedRight), .int(point.guardedWrong), .int(point.guardedMiss))
    }
    return
      "## \(embedder)\n\n\(NumberText.grouped(questions)) questions, each asked of a cache of all originals.\n\n\(table.markdown())"
  }
}
