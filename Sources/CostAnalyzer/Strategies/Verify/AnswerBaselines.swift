/// Comparisons of answers that are known to say the same (two parts of the answers to one question), and of answers that
/// are known not to (a question and its rivals).
package struct AnswerBaselines: Sendable {
  package struct Sample: Sendable {
    /// Samples of one key are not independent.
    package var key: UInt32
    package var features: AnswerComparison.Features
  }

  package struct Contrast: Sendable {
    package var right: [Sample]
    package var wrong: [Sample]
  }

  private static let samples = 1_500
  private static let repeatsPerKey = 8
  private static let keysPerClass = 60
  private static let rivalsOfBackground = 3

  let comparison: AnswerComparison
  let rivals: RivalQuestions
  private let graph: NeighbourGraph
  private let hasBackground: Bool
  /// By number of answers, the keys that have as many.
  private let keys: [[UInt32]]
  /// Exact repeats with answers, at most eight a question: popular questions must not decide alone.
  package private(set) var repeats = 0
  package private(set) var byClass: [SizeClass: Contrast] = [:]

  /// - Parameters:
  ///   - pairs: keys of the comparisons to come, asking and serving.
  ///   - hasBackground: whether features say what rivals share.
  package init(
    _ comparison: AnswerComparison, _ rivals: RivalQuestions, _ graph: NeighbourGraph, keyCount: Int,
    pairs: [(asked: Int, server: Int)], hasBackground: Bool = true, threads: Int
  ) {
    (self.comparison, self.rivals, self.graph) = (comparison, rivals, graph)
    self.hasBackground = hasBackground
    var keys = [[UInt32]](repeating: [], count: 2 * SizeClass.maximumAnswers + 1)
    for key in 0..<keyCount {
      let count = comparison.answerCount(key)
      repeats += min(Self.repeatsPerKey, max(0, count - 1))
      for least in 0..<keys.count where least <= count { keys[least].append(UInt32(key)) }
    }
    self.keys = keys
    var isPaired = [Bool](repeating: false, count: keyCount)
    var classes: Set<SizeClass> = [.one]
    for pair in pairs {
      isPaired[pair.asked] = true
      isPaired[pair.server] = true
      let (a, b) = sizes(pair.asked, pair.server)
      classes.insert(SizeClass(a, b))
    }
    let ordered = classes.sorted { ($0.fewer, $0.more) < ($1.fewer, $1.more) }
    let contrasts = parallelMap(ordered.count, threads: threads) { [self, isPaired] in
      Contrast(right: right(ordered[$0]), wrong: wrong(ordered[$0], isPaired))
    }
    byClass = Dictionary(uniqueKeysWithValues: zip(ordered, contrasts))
  }

  /// How many answers of two keys are compared: as many as there are, up to four, and few enough that both numbers together
  /// occur on one side often.
  package func sizes(_ asked: Int, _ server: Int) -> (asked: Int, server: Int) {
    var a = min(SizeClass.maximumAnswers, comparison.answerCount(asked))
    var b = min(SizeClass.maximumAnswers, comparison.answerCount(server))
    while a + b > 2 && keys[a + b].count < Self.keysPerClass {
      if a >= b { a -= 1 } else { b -= 1 }
    }
    return (a, b)
  }

  /// Features of the answers of two keys, with those of the rivals of the first.
  package func features(asked: Int, server: Int, sizes: (asked: Int, server: Int)) -> AnswerComparison.Features {
    features(
      comparison.answers(of: asked, sizes.asked), comparison.answers(of: server, sizes.server), asked, server,
      size: sizes.server)
  }

  /// - Parameters:
  ///   - size: answers taken of each rival.
  ///   - except: a key that is compared itself.
  func features(
    _ a: [UInt32], _ b: [UInt32], _ asked: Int, _ server: Int, size: Int, except: UInt32 = .max
  ) -> AnswerComparison.Features {
    if !hasBackground { return comparison.features(a, b, questions: asked, server) }
    let background = rivals.of(asked).filter { $0 != except }.prefix(Self.rivalsOfBackground)
    return comparison.features(a, b, questions: asked, server, rivals: Array(background), size: size)
  }

  /// Random splits of the answers to one question. The words of one of its neighbours do not count either, as those of the
  /// other question do not count for a hit.
  private func right(_ size: SizeClass) -> [Sample] {
    let needed = size.fewer + size.more
    var eligible = keys[needed].filter { graph.offsets[Int($0)] < graph.offsets[Int($0) + 1] }
    if eligible.count < Self.keysPerClass { eligible = keys[needed] }
    if eligible.isEmpty { return [] }
    let taken = min(eligible.count, Self.samples)
    let splits = max(1, min(3, 600 / eligible.count))
    var samples: [Sample] = []
    for place in 0..<taken {
      let key = Int(eligible[eligible.count * place / taken])
      let near = graph.neighbours[graph.offsets[key]..<graph.offsets[key + 1]]
      for split in 0..<splits {
        var random = SeededRandom(seed: UInt64(split), stream: UInt64(size.fewer << 4 | size.more), index: key)
        var answers = Array(comparison.answers(of: key))
        let other = near.isEmpty ? key : Int(near[near.startIndex + random.below(near.count)])
        for chosen in 0..<needed { answers.swapAt(chosen, chosen + random.below(answers.count - chosen)) }
        samples.append(
          Sample(
            key: UInt32(key),
            features: features(
              Array(answers[..<size.fewer]), Array(answers[size.fewer..<needed]), key, other, size: size.more)))
      }
    }
    return samples
  }

  /// Keys of the comparisons to come against their rivals; other keys where those are few.
  private func wrong(_ size: SizeClass, _ isPaired: [Bool]) -> [Sample] {
    let eligible = keys[size.fewer]
    var asking = eligible.filter { isPaired[Int($0)] }
    if asking.count < 200 { asking += eligible.filter { !isPaired[Int($0)] } }
    if asking.isEmpty { return [] }
    let taken = min(asking.count, Self.samples)
    var samples: [Sample] = []
    for rank in 0..<RivalQuestions.count where samples.count < Self.samples {
      for place in 0..<taken {
        let key = Int(asking[asking.count * place / taken])
        let rivals = rivals.of(key)
        guard rank < rivals.count else { continue }
        let rival = Int(rivals[rank])
        let answers = comparison.answers(of: rival, size.more)
        samples.append(
          Sample(
            key: UInt32(key),
            features: features(
              comparison.answers(of: key, size.fewer), answers, key, rival, size: size.more, except: rivals[rank])))
      }
    }
    return samples
  }
}
