/// What a request is about, as far as reuse of its answer goes.
package enum IntentKind: String, CaseIterable, Sendable {
  case faq, template, time, personal, complex, smalltalk, code, math, followup, bot
}

/// One chat message.
package struct GeneratedMessage: Sendable, Equatable {
  package enum Role: String, Sendable { case system, user, assistant }
  package var role: Role
  package var content: String
}

/// Disjoint token classes, as in the `traffic` schema; `reasoning` is part of `output`.
package struct GeneratedUsage: Sendable, Equatable {
  package var input = 0
  package var cacheRead = 0
  package var cacheWrite5m = 0
  package var output = 0
  package var reasoning = 0

  /// All tokens of the prompt, cached or not: what OpenAI and LiteLLM call prompt tokens.
  package var prompt: Int { input + cacheRead + cacheWrite5m }
}

/// One log line of a request. A request has more than one when it was retried or logged as stream fragments.
package struct GeneratedLine: Sendable, Equatable {
  package var timeMilliseconds: Int64
  /// `ok`, an HTTP status or `timeout`.
  package var status: String
  package var latencyMilliseconds: Int
  package var answer: String
  package var usage: GeneratedUsage?

  package var isError: Bool { status != "ok" }
  var httpStatus: Int { status == "ok" ? 200 : Int(status) ?? 408 }
}

/// One request with everything any of the formats tells about it.
package struct GeneratedRequest: Sendable {
  package var index: Int
  package var id: String
  /// Requests with the same intent may share an answer; no others may.
  package var intent: Int
  package var kind: IntentKind
  package var app: String
  package var tenant: String
  package var user: String
  package var session: String?
  package var model: String
  package var responseModel: String?
  /// Provider as LiteLLM spells it.
  package var provider: String
  package var stream = false
  package var temperature: Double?
  package var maxTokens: Int?
  package var wantsJSON = false
  /// JSON text of the tools offered, if any.
  package var tools: String?
  /// Name of the tool called, with `toolCalls`.
  package var toolName: String
  package var toolCalls = 0
  package var override = false
  package var serviceTier: String?
  package var tags: [String]
  package var messages: [GeneratedMessage]
  package var feedback: Int?
  /// What the request cost, in picodollars, when the options ask for it.
  package var costPicodollars: Int64?
  /// The answer states a wrong number.
  package var isWrong = false
  /// The lines in the order of their times, at least one.
  package var lines: [GeneratedLine]

  package var timeMilliseconds: Int64 { lines[0].timeMilliseconds }

  /// The system prompt, for formats that keep it beside the messages.
  var systemPrompt: String? { messages.first.flatMap { $0.role == .system ? $0.content : nil } }
  /// The messages without it.
  var turns: [GeneratedMessage] { messages.filter { $0.role != .system } }
}
