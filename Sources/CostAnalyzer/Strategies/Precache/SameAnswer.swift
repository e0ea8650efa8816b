/// Whether two logged answers say the same. The only place of the candidates that knows how answers are compared.
package struct SameAnswer: Sendable {
  /// Probability from which two answers count as agreeing.
  package static let agreed = 0.5
  /// Probability that the answers of two requests (numbers of the log) say the same; nil where one of them has no words.
  package let probability: @Sendable (_ a: Int, _ b: Int) -> Double?

  package init(probability: @escaping @Sendable (_ a: Int, _ b: Int) -> Double?) { self.probability = probability }

  /// The likeness of their words stands in for the probability.
  package init(_ log: RequestLog) {
    let sketches = log.answerSketches
    self.init { a, b in
      let (x, y) = (sketches[a], sketches[b])
      return x == 0 || y == 0 ? nil : max(0, AnswerSketch.similarity(x, y))
    }
  }

  package func agree(_ a: Int, _ b: Int) -> Bool { probability(a, b) ?? 0 >= Self.agreed }
}
