/// What `analyze generate` is to write. The same options give the same bytes on every machine.
package struct GeneratorOptions: Sendable, Equatable {
  /// Distinct requests; the log has a few more lines (retries, stream fragments).
  package var requests = 20_000
  package var seed: UInt64 = 1
  package var days = 7
  package var users = 400
  /// First midnight of the log: 2026-01-05T00:00:00Z, a Monday.
  package var startEpochSeconds: Int64 = 1_767_571_200
  /// Requests whose first try fails and that are then answered under the same id.
  package var duplicatesShare = 0.01
  /// Streamed requests logged in two or three growing lines under the same id.
  package var fragmentShare = 0.01
  /// Requests that fail for good.
  package var errorShare = 0.015
  /// Answered requests logged without token counts.
  package var missingUsageShare = 0.01
  /// How freely an answer varies for the same intent: facts left out, reordered, reworded.
  package var answerNoise = 0.3
  /// Answers that state a wrong number; their ids stand in the truth.
  package var wrongShare = 0.02
  /// Chance of each place in the ranking of questions to change hands on a day; twice that is the chance of an area to have a
  /// topic of the day. At 0 popularity still moves slowly.
  package var drift = 0.0
  /// Write what each request cost, as some gateways do.
  package var includeCost = false
  /// Answers that a user gives a verdict on.
  package var feedbackShare = 0.032
  /// Share of good verdicts by model, on simple and complex work alike but for `complexPenalty`; models that are not named
  /// are judged by whether the answer is right.
  package var satisfaction: [String: Double] = [:]
  /// How much smaller that share is where the question is complex, code or mathematics.
  package var complexPenalty = 0.2
  /// Requests that stay on the model of their user and product; the others go to any model.
  package var ownModelShare = 0.97

  package init() {}

  /// Refuses values no log can be made from.
  package func validate() throws {
    let year = 366
    guard (1...1_000_000_000).contains(requests) else { throw refused("requests", "between 1 and 1,000,000,000") }
    guard (1...10 * year).contains(days) else { throw refused("days", "between 1 and \(10 * year)") }
    guard (1...1_000_000).contains(users) else { throw refused("users", "between 1 and 1,000,000") }
    guard (0...4_102_444_800).contains(startEpochSeconds) else {
      throw refused("start", "between 1970 and 2100, in epoch seconds")
    }
    let shares = [
      ("duplicates share", duplicatesShare), ("fragment share", fragmentShare), ("error share", errorShare),
      ("missing usage share", missingUsageShare), ("answer noise", answerNoise), ("wrong share", wrongShare),
      ("drift", drift), ("feedback share", feedbackShare), ("own model share", ownModelShare),
      ("complex penalty", complexPenalty),
    ]
    for (name, share) in shares where !(0...1).contains(share) { throw refused(name, "between 0 and 1") }
    for (model, share) in satisfaction.sorted(by: { $0.key < $1.key }) {
      guard TrafficModel.all.contains(where: { $0.name == model }) else {
        throw refused("satisfaction", "of one of \(TrafficModel.all.map(\.name).joined(separator: ", "))")
      }
      guard (0...1).contains(share) else { throw refused("satisfaction of \(model)", "between 0 and 1") }
    }
    guard duplicatesShare + fragmentShare + errorShare <= 1 else {
      throw refused("duplicates, fragment and error shares", "at most 1 together")
    }
  }

  private func refused(_ name: String, _ allowed: String) -> AnalyzerError {
    AnalyzerError(.usage, "generate: \(name) must be \(allowed)")
  }
}

/// The log format the generated traffic is written in.
package enum GeneratedFormat: String, CaseIterable, Sendable {
  /// Our own schema, `docs/log-formats.md`.
  case traffic
  /// OpenAI chat completion request and response pairs.
  case openaiChat = "openai-chat"
  /// LiteLLM StandardLoggingPayload.
  case litellm
  /// Rows of LiteLLM's table of spend logs.
  case litellmSpendLogs = "litellm-spendlogs"
  /// Anthropic Messages request and response pairs.
  case anthropic
  /// OpenAI Responses request and response pairs.
  case openaiResponses = "openai-responses"
  /// AWS Bedrock model invocation logs.
  case bedrock
  case helicone
  case portkey
}

/// What was written.
package struct GeneratorSummary: Sendable, Equatable {
  package var requests = 0
  package var lines = 0
  /// Lines beyond the first of their request.
  package var duplicateLines = 0
  /// Lines whose status is not `ok`.
  package var errorLines = 0
  /// Intents asked at least once.
  package var intents = 0
  /// Size of the log before compression.
  package var logBytes: Int64 = 0
  /// Size of the log file.
  package var fileBytes: Int64 = 0
}
