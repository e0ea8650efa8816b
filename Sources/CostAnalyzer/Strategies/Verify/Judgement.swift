/// Two questions by the identities of their keys (XXH3-128 of scope, context and normalised text).
package struct QuestionPair: Sendable, Hashable {
  package var asked: Hash128
  /// Whose answer would have served.
  package var served: Hash128

  package init(asked: Hash128, served: Hash128) { (self.asked, self.served) = (asked, served) }
}

/// What was said about the hits of a pair of questions in one review.
package struct Judgement: Sendable, Equatable {
  package var right = 0
  package var wrong = 0

  package init(right: Int = 0, wrong: Int = 0) { (self.right, self.wrong) = (right, wrong) }

  var wrongShare: Double { Double(wrong) / Double(right + wrong) }

  mutating func add(isRight: Bool) {
    if isRight { right += 1 } else { wrong += 1 }
  }
}
