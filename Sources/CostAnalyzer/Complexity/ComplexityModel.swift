import Foundation
import Yams

/// What the complexity score looks at. Counts enter capped, so that one long text cannot decide alone.
package struct ComplexityFeatures: Sendable {
  package var values: [String: Double]

  /// `text` is lower-cased with single blanks; `turns` counts user and assistant messages including this one.
  init(text: [UInt8], turns: Int, hasTools: Bool, words lists: ComplexityWords) {
    let words = PhraseSet.words(text)
    func capped(_ count: Int, _ limit: Int) -> Double { Double(min(count, limit)) }
    let fence = text.contains(96) ? 1 : 0
    let symbols = text.lazy.filter { $0 == 123 || $0 == 125 || $0 == 59 }.count
    let digitsWithOperator = zip(text, text.dropFirst()).contains {
      (48...57).contains($0) && [43, 42, 94, 61].contains($1)
    }
    values = [
      "logWords": log2(Double(words.count + 1)) - 3,
      "logContextTurns": log2(Double(max(1, turns))),
      "simpleOpening": lists.simpleOpening.count(in: Array(words.prefix(3)), stopAtFirst: true) > 0 ? 1 : 0,
      "reasoningWords": capped(lists.reasoning.count(in: words), 2),
      "multiStepWords": capped(lists.multiStep.count(in: words), 3),
      "constraintWords": capped(lists.constraint.count(in: words), 3),
      "code": capped(lists.code.count(in: words) + 2 * fence + symbols / 3, 2),
      "math": capped(lists.math.count(in: words) + (digitsWithOperator ? 1 : 0), 2),
      "questionMarks": capped(text.lazy.filter { $0 == 63 }.count - 1, 3).clamped(from: 0),
      "tools": hasTools ? 1 : 0,
      "nonASCII": text.contains { $0 >= 128 } ? 1 : 0,
    ]
  }
}

extension Double {
  fileprivate func clamped(from low: Double) -> Double { max(low, self) }
}

/// Word lists of the complexity features.
struct ComplexityWords: Sendable {
  var simpleOpening, reasoning, multiStep, constraint, code, math: PhraseSet
}

/// A logistic score for P(simple). The weights are data (`Data/complexity.yaml`), hand-set in this version: a request
/// labelled `simple` by it carries the evidence label `assumed`.
package struct ComplexityModel: Sendable {
  package let version: String
  let bias: Double
  /// Sorted by name, so that the sum has one order on every machine.
  let weights: [(name: String, weight: Double)]
  let words: ComplexityWords

  private struct File: Decodable {
    var version: String
    var bias: Double
    var weights: [String: Double]
    var simpleOpening, reasoningWords, multiStepWords, constraintWords, codeWords, mathWords: [String]
  }

  package static func builtin() throws -> ComplexityModel {
    let file = try YAMLDecoder().decode(
      File.self, from: String(decoding: PackageResources.complexity_yaml, as: UTF8.self))
    return ComplexityModel(
      version: file.version, bias: file.bias,
      weights: file.weights.sorted { $0.key < $1.key }.map { (name: $0.key, weight: $0.value) },
      words: ComplexityWords(
        simpleOpening: PhraseSet(file.simpleOpening), reasoning: PhraseSet(file.reasoningWords),
        multiStep: PhraseSet(file.multiStepWords), constraint: PhraseSet(file.constraintWords),
        code: PhraseSet(file.codeWords), math: PhraseSet(file.mathWords)))
  }

  package func simpleProbability(_ features: ComplexityFeatures) -> Float {
    var score = bias
    for (name, weight) in weights { score += weight * (features.values[name] ?? 0) }
    return Float(1 / (1 + exp(-score)))
  }
}

/// The label a request gets from P(simple) and the confidence gate (SPEC §7).
package enum ComplexityLabel: String, CaseIterable, Sendable {
  case simple, uncertain, complex

  package init(simple probability: Float, gate: Float) {
    if max(probability, 1 - probability) < gate {
      self = .uncertain
    } else {
      self = probability >= 0.5 ? .simple : .complex
    }
  }
}
