import Foundation
import Yams

/// Word lists of the complexity features.
struct ComplexityWords: Sendable {
  var simpleOpening, reasoning, multiStep, constraint, code, math, negation: PhraseSet
}

/// A logistic score for P(simple): that a cheap model's answer is right. The weights are data: hand-set ones are built in
/// (`Data/complexity.yaml`), `analyze train router` fits others. A request labelled by them carries the evidence label
/// `assumed` as long as nobody has measured its quality on this log.
package struct ComplexityModel: Sendable {
  /// `trained-` and a hash of the coefficients, or the name of weights that were set by hand.
  package var version: String { file.version }
  package var bias: Double { file.bias }
  /// Weight of each of `ComplexityFeatures.names`; 0 where the file names none.
  package let weights: [Double]
  let words: ComplexityWords
  /// What the weights were trained on; nil for hand-set ones.
  package var training: Training? { file.training }
  private let file: File

  /// Where the weights hold.
  package struct Training: Codable, Sendable, Equatable {
    package var questions: Int
    package var tasks: [String]
    /// Mean and standard deviation of each feature; 1 for one that never varied.
    package var means: [Double]
    package var deviations: [Double]
    /// Held-out P(simple) of the training questions: 0 %, 5 %, …, 100 %.
    package var quantiles: [Double]
  }

  private struct File: Codable {
    var version: String
    var bias: Double
    var weights: [String: Double]
    var simpleOpening, reasoningWords, multiStepWords, constraintWords, codeWords, mathWords, negationWords: [String]
    var training: Training?

    /// Version of trained coefficients: features without a weight do not change it.
    var hash: String {
      let parts = weights.filter { $0.value != 0 }.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      let ranges = ((training?.means ?? []) + (training?.deviations ?? [])).map { "\($0)" }
      return "trained-" + Hash128((["bias=\(bias)"] + parts + ranges).joined(separator: " ")).hex.prefix(12)
    }
  }

  package static func builtin() throws -> ComplexityModel {
    try ComplexityModel(
      YAMLDecoder().decode(File.self, from: String(decoding: PackageResources.complexity_yaml, as: UTF8.self)))
  }

  private init(_ file: File) {
    self.file = file
    weights = ComplexityFeatures.names.map { file.weights[$0] ?? 0 }
    words = ComplexityWords(
      simpleOpening: PhraseSet(file.simpleOpening), reasoning: PhraseSet(file.reasoningWords),
      multiStep: PhraseSet(file.multiStepWords), constraint: PhraseSet(file.constraintWords),
      code: PhraseSet(file.codeWords), math: PhraseSet(file.mathWords), negation: PhraseSet(file.negationWords))
  }

  /// This model's word lists with other coefficients.
  ///
  /// - Parameter weights: one a feature name.
  package func with(bias: Double, weights: [Double], training: Training) -> ComplexityModel {
    var file = file
    file.bias = bias
    file.weights = Dictionary(uniqueKeysWithValues: zip(ComplexityFeatures.names, weights))
    file.training = training
    file.version = file.hash
    return ComplexityModel(file)
  }

  /// Reads what `analyze train router` wrote, or a YAML file of the same keys.
  ///
  /// - Throws: `config` for a file that is missing, of another shape, names a feature that this version does not have, or
  ///   says it was trained and holds other coefficients than training gave it.
  package init(path: String) throws {
    let hint = "analyze train router FILE --out \(path) writes one"
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw AnalyzerError(.config, "cannot read the routing model \(path)", hint: hint)
    }
    let isJSON = text.first { !$0.isWhitespace } == "{"
    let decoded =
      isJSON
      ? try? JSONDecoder().decode(File.self, from: Data(text.utf8)) : try? YAMLDecoder().decode(File.self, from: text)
    guard let file = decoded else { throw AnalyzerError(.config, "\(path) is no routing model", hint: hint) }
    if let unknown = file.weights.keys.sorted().first(where: { !ComplexityFeatures.names.contains($0) }) {
      throw AnalyzerError(
        .config, "\(path): there is no feature '\(unknown)'",
        hint: "known: \(ComplexityFeatures.names.joined(separator: ", "))")
    }
    let count = ComplexityFeatures.names.count
    guard file.weights.values.allSatisfy(\.isFinite), file.bias.isFinite,
      file.training.map({ $0.means.count == count && $0.deviations.count == count && $0.quantiles.count > 1 }) ?? true,
      file.training?.deviations.allSatisfy({ $0 > 0 }) ?? true
    else { throw AnalyzerError(.config, "\(path) is of another version", hint: "train it again") }
    if file.version.hasPrefix("trained-") && file.version != file.hash {
      throw AnalyzerError(
        .config, "\(path): the coefficients are not those of \(file.version)",
        hint: "give a model that was changed by hand a version of its own")
    }
    self.init(file)
  }

  package func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return try encoder.encode(file) + Data("\n".utf8)
  }

  /// Summed in the order of the names: one result on every machine. Trained weights say nothing about values further from the
  /// training mean than `reach` standard deviations: those count as that far.
  package func logit(_ features: ComplexityFeatures) -> Double {
    guard let training else { return zip(weights, features.values).reduce(bias) { $0 + $1.0 * $1.1 } }
    return weights.indices.reduce(bias) { sum, index in
      let (mean, reach) = (training.means[index], Self.reach * training.deviations[index])
      return sum + weights[index] * min(max(features.values[index], mean - reach), mean + reach)
    }
  }

  package static let reach = 3.0

  package func simpleProbability(_ features: ComplexityFeatures) -> Float {
    Float(1 / (1 + exp(-logit(features))))
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
