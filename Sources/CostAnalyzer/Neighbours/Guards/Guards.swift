/// Refuses pairs of questions that look alike and mean different things. One file a guard; a pair's refusals are a bit
/// mask, so that a replay can switch guards on and off without another join.
///
/// `refuses` is symmetric, and never refuses a text and itself.
package protocol PairGuard: Sendable {
  var name: String { get }
  /// Precomputed from one text.
  associatedtype Signature: Sendable
  func signature(of text: GuardText) -> Signature
  func refuses(_ a: Signature, _ b: Signature) -> Bool
}

/// Entries that a user adds to the word lists of the guards.
package struct GuardAdditions: Sendable {
  package var negations: [String] = []
  /// Pairs of opposites.
  package var antonyms: [[String]] = []
  package var entities: [String] = []
  /// Lists of terms that exclude each other.
  package var classes: [[String]] = []

  package init() {}
}

/// The guards of this version, in bit order.
package struct GuardSet: Sendable {
  package static let names = [
    "numbers", "negation", "entities", "word-order", "language", "answer-form", "scope", modelName,
  ]
  package static let modelName = "model"
  static let numbersBit: UInt8 = 1
  static let modelBit: UInt8 = 128

  private let numbers: NumberGuard
  private let negation: NegationGuard
  private let entities: EntityGuard
  private let wordOrder: WordOrderGuard
  private let language: LanguageGuard
  private let answerForm: AnswerFormGuard
  private let scope: ScopeGuard
  private let model: PairModel?

  package init(_ additions: GuardAdditions = GuardAdditions(), model: PairModel? = nil) throws {
    self.model = model
    numbers = try NumberGuard()
    negation = try NegationGuard(extraNegations: additions.negations, extraAntonyms: additions.antonyms)
    entities = try EntityGuard(extraEntities: additions.entities)
    wordOrder = try WordOrderGuard()
    language = try LanguageGuard()
    answerForm = try AnswerFormGuard()
    scope = try ScopeGuard(extraClasses: additions.classes)
  }

  /// A class with constants: millions of pairs are asked about, and none of the parts is copied or counted for it.
  package final class Signature: Sendable {
    let numbers: NumberGuard.Signature
    let negation: NegationGuard.Signature
    let entities: EntityGuard.Signature
    let wordOrder: WordOrderGuard.Signature
    let language: LanguageGuard.Signature
    let answerForm: AnswerFormGuard.Signature
    let scope: ScopeGuard.Signature
    /// Only for the learned model.
    let features: PairFeatures.Signature?

    /// The number guard refuses every pair with different values.
    var quantities: UInt64 { numbers.quantities }

    fileprivate init(_ text: GuardText, _ guards: GuardSet) {
      numbers = guards.numbers.signature(of: text)
      negation = guards.negation.signature(of: text)
      entities = guards.entities.signature(of: text)
      wordOrder = guards.wordOrder.signature(of: text)
      language = guards.language.signature(of: text)
      answerForm = guards.answerForm.signature(of: text)
      scope = guards.scope.signature(of: text)
      features = guards.model == nil ? nil : PairFeatures.Signature(text, contentWords: wordOrder.sequence)
    }
  }

  package func signature(of text: GuardText) -> Signature { Signature(text, self) }

  /// Bit i is set when guard i of `names` refuses the pair. `cosine` is that of the embedder in use; the learned model
  /// weighs it.
  package func refusals(_ a: Signature, _ b: Signature, cosine: Float) -> UInt8 {
    var mask: UInt8 = 0
    for bit in 0..<7 where refuses(a, b, bit: bit) { mask |= 1 << UInt8(bit) }
    if let model, let x = a.features, let y = b.features, model.refuses(x, y, cosine: cosine, guards: mask) {
      mask |= Self.modelBit
    }
    return mask
  }

  /// Whether one of some guards refuses the pair; stops at the first that does.
  package func refuses(_ a: Signature, _ b: Signature, cosine: Float, guards: UInt8) -> Bool {
    for bit in 0..<7 where guards >> UInt8(bit) & 1 == 1 && refuses(a, b, bit: bit) { return true }
    // The model weighs what every guard says.
    return guards & Self.modelBit != 0 && refusals(a, b, cosine: cosine) & Self.modelBit != 0
  }

  @inline(__always)
  private func refuses(_ a: Signature, _ b: Signature, bit: Int) -> Bool {
    switch bit {
    case 0: numbers.refuses(a.numbers, b.numbers)
    case 1: negation.refuses(a.negation, b.negation)
    case 2: entities.refuses(a.entities, b.entities)
    case 3: wordOrder.refuses(a.wordOrder, b.wordOrder)
    case 4: language.refuses(a.language, b.language)
    case 5: answerForm.refuses(a.answerForm, b.answerForm)
    default: scope.refuses(a.scope, b.scope)
    }
  }
}
