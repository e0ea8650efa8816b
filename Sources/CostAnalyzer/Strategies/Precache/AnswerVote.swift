/// What the newest answers of a cluster say, and which of them a cache may hand out.
package struct AnswerVote: Sendable {
  /// Requests (numbers of the log) whose answers were compared, newest first.
  package private(set) var sample: [Int] = []
  /// The largest part of the sample whose answers agree with each other, newest first.
  package private(set) var group: [Int] = []
  /// The requests of the sample whose answer is kept as text.
  private var kept: Set<Int> = []

  /// Looks at the newest kept answers and fills up with the newest others: a text is kept for each wording's first request.
  ///
  /// - Parameter positions: the first trace positions of a cluster, in order.
  init(_ positions: ArraySlice<UInt32>, _ context: StrategyContext, _ same: SameAnswer) {
    let half = AgreeingGroup.largestCount / 2
    for position in positions.reversed() {
      let request = Int(context.cache.requests[Int(position)])
      if context.log.answerSketches[request] == 0 { continue }
      let isKept = Self.isKept(request, context)
      if isKept && kept.count < half {
        kept.insert(request)
        sample.append(request)
      } else if sample.count - kept.count < half {
        sample.append(request)
      }
      if sample.count == AgreeingGroup.largestCount { break }
    }
    let answers = sample
    group = AgreeingGroup.largest(of: answers.count) { same.agree(answers[$0], answers[$1]) }.map { answers[$0] }
  }

  private static func isKept(_ request: Int, _ context: StrategyContext) -> Bool {
    let prompt = context.log.prompts.prompts[Int(context.log.requests[request].prompt)]
    return prompt.answerRequest == request && !prompt.answer.isEmpty
  }

  package var hasKeptAnswer: Bool { !kept.isEmpty }

  /// Nil with fewer than two answers.
  package var agreement: Double? { sample.count < 2 ? nil : Double(group.count) / Double(sample.count) }

  /// The kept answers of the group, those most like the rest of it first; of equals the newest.
  func answers(_ same: SameAnswer) -> [Int] {
    let likeness = group.map { request in
      group.reduce(0) { $0 + ($1 == request ? 0 : same.probability(request, $1) ?? 0) }
    }
    return group.indices.filter { kept.contains(group[$0]) }
      .sorted { likeness[$0] != likeness[$1] ? likeness[$0] > likeness[$1] : $0 < $1 }.map { group[$0] }
  }
}
