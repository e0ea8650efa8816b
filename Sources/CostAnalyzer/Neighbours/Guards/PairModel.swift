import Foundation

/// A learned guard: logistic regression over `PairFeatures`, trained by `analyze train pairs` on labelled pairs. It knows the
/// cosines of one embedder and the questions of its labels, and nothing else: on other questions it loses its edge, so none
/// is built in.
package struct PairModel: Codable, Sendable, Equatable {
  package static let formatVersion = 1

  package var version = PairModel.formatVersion
  /// Identity of the embedder whose cosines it weighs.
  package var embedder: String
  package var features = PairFeatures.names
  /// Standardisation: (value - mean) / scale.
  package var means: [Double]
  package var scales: [Double]
  package var weights: [Double]
  package var intercept: Double
  /// A pair with a lower probability of the same answer is refused.
  package var cutoff = 0.5
  package var trainedPairs = 0

  enum CodingKeys: String, CodingKey {
    case version, embedder, features, means, scales, weights, intercept, cutoff
    case trainedPairs = "trained_pairs"
  }

  package init(embedder: String, means: [Double], scales: [Double], weights: [Double], intercept: Double) {
    self.embedder = embedder
    self.means = means
    self.scales = scales
    self.weights = weights
    self.intercept = intercept
  }

  /// A model that refuses nothing: a guard set with it keeps the features that training needs.
  package static func untrained(embedder: String) -> PairModel {
    let count = PairFeatures.names.count
    let zeros = [Double](repeating: 0, count: count)
    return PairModel(
      embedder: embedder, means: zeros, scales: [Double](repeating: 1, count: count), weights: zeros, intercept: 0)
  }

  /// Reads a model and checks that it fits this version and the embedder in use.
  package init(file path: String, embedder: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw AnalyzerError(
        .config, "cannot read the pair model \(path)", hint: "analyze train pairs FILE --out \(path) writes one")
    }
    guard let model = try? JSONDecoder().decode(PairModel.self, from: data) else {
      throw AnalyzerError(
        .config, "\(path) is no pair model", hint: "analyze train pairs FILE --out \(path) writes one")
    }
    let count = PairFeatures.names.count
    let numbers = model.means + model.scales + model.weights + [model.intercept, model.cutoff]
    guard model.version == Self.formatVersion, model.features == PairFeatures.names,
      [model.means, model.scales, model.weights].allSatisfy({ $0.count == count }),
      numbers.allSatisfy(\.isFinite), model.scales.allSatisfy({ $0 > 0 })
    else { throw AnalyzerError(.config, "\(path) is of another version", hint: "train it again") }
    guard model.embedder == embedder else {
      throw AnalyzerError(
        .config, "\(path) was trained on cosines of \(model.embedder), this run uses \(embedder)",
        hint: "train it again")
    }
    self = model
  }

  /// Probability that both texts have the same answer.
  package func probability(_ values: [Double]) -> Double {
    var sum = intercept
    for index in values.indices { sum += weights[index] * (values[index] - means[index]) / scales[index] }
    return 1 / (1 + exp(-sum))
  }

  func refuses(_ a: PairFeatures.Signature, _ b: PairFeatures.Signature, cosine: Float, guards: UInt8) -> Bool {
    a != b && probability(PairFeatures.values(a, b, cosine: cosine, guards: guards)) < cutoff
  }
}
