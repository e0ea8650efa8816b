import Foundation

/// A chat request as LiteLLM's proxy sees it: what its cache key is made of besides model and question.
///
/// Read in litellm 1.108.7, `caching/caching.py`, `Cache.get_cache_key`: SHA-256 of `name: value` for each parameter of the call, in
/// order and with nothing between, values as Python's `str` gives them. The proxy puts model and messages first, then what the body
/// holds in its order, then `stream`.
package struct LiteLLMRequest: Sendable {
  /// What stands before the question; nil for none.
  package var system: String?
  /// Further parameters in the order in which clients send them, values as JSON.
  package var parameters: [(name: String, json: String)] = []
  /// The name that clients ask for, where the log has another.
  package var model: String?

  package init() {}

  /// - Parameter text: `temperature=0.2`; a value that is no JSON is a string.
  package mutating func add(parameter text: String) throws {
    guard let place = text.firstIndex(of: "="), place > text.startIndex else {
      throw AnalyzerError(.usage, "--param \(text): no name=value", hint: "for example --param temperature=0.2")
    }
    let name = String(text[..<place])
    if ["model", "messages", "stream"].contains(name) {
      throw AnalyzerError(.usage, "--param \(name): is said otherwise", hint: "see --model and --system")
    }
    parameters.append((name, String(text[text.index(after: place)...])))
  }

  package func keyMaterial(model logged: String, question: String) -> String {
    var messages = [PythonValue.dictionary([("role", .string("user")), ("content", .string(question))])]
    if let system { messages.insert(.dictionary([("role", .string("system")), ("content", .string(system))]), at: 0) }
    var text = "model: \(model ?? logged)messages: \(PythonValue.list(messages).description)"
    for (name, json) in parameters { text += "\(name): \(PythonValue(json: json).text)" }
    return text + "stream: False"
  }

  /// What the proxy keeps: a time and a completion as JSON in JSON. The list has no token counts, so there is no usage.
  func value(_ entry: PrecacheList.Candidate, now: Int64) throws -> String {
    let completion: [String: Any] = [
      "id": "precache-\(entry.key)", "object": "chat.completion", "created": now, "model": model ?? entry.model,
      "choices": [
        ["index": 0, "finish_reason": "stop", "message": ["role": "assistant", "content": entry.answer]]
          as [String: Any]
      ],
    ]
    return try CacheRecords.json(["timestamp": now, "response": try CacheRecords.json(completion)])
  }
}
