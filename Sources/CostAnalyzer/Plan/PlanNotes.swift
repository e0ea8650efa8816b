import Yams

/// What to know of a lever before it is pulled: `Data/plan.yaml`.
package struct PlanNotes: Sendable, Decodable {
  package struct Lever: Sendable, Decodable {
    package var quality: PlanQuality
    package var effort: Int
    package var why: String
    package var risk: String
    package var first: String
  }

  package var version: String
  /// By effort, what takes that much.
  package var efforts: [Int: String]
  package var levers: [String: Lever]

  /// Read once a process.
  package static func builtin() throws -> PlanNotes { try shared.get() }

  private static let shared = Result {
    try YAMLDecoder().decode(PlanNotes.self, from: String(decoding: PackageResources.plan_yaml, as: UTF8.self))
  }
}

/// Whether the answers that a lever leads to are as good as those in the log.
package enum PlanQuality: String, Sendable, Codable {
  /// The same model's answer to the same question.
  case unchanged
  /// Other answers, compared with those in the log.
  case measured
  /// Other answers that nobody has compared.
  case unverified
}
