import CTextScan
import Yams

/// Refuses pairs of questions that look alike and mean different things. One file a guard; a pair's refusals are a bit
/// mask, so that a replay can switch guards on and off without another join.
package protocol PairGuard: Sendable {
  var name: String { get }
  /// Precomputed from one normalised text.
  associatedtype Signature: Sendable
  func signature(of text: [UInt8]) -> Signature
  func refuses(_ a: Signature, _ b: Signature) -> Bool
}

/// The guards of this version, in bit order.
package struct GuardSet: Sendable {
  package static let names = ["numbers", "negation"]
  private let numbers = NumberGuard()
  private let negation: NegationGuard

  package init() throws { negation = try NegationGuard() }

  package struct Signature: Sendable {
    var numbers: NumberGuard.Signature
    var negation: NegationGuard.Signature
  }

  package func signature(of text: [UInt8]) -> Signature {
    Signature(numbers: numbers.signature(of: text), negation: negation.signature(of: text))
  }

  /// Bit i is set when guard i refuses the pair.
  package func refusals(_ a: Signature, _ b: Signature) -> UInt8 {
    (numbers.refuses(a.numbers, b.numbers) ? 1 : 0) | (negation.refuses(a.negation, b.negation) ? 2 : 0)
  }
}
