import Foundation

/// What a cheap and a dear model made of one prompt.
package struct RouterOutcome: Sendable, Equatable {
  package var prompt: String
  /// Quality of the cheap model's answer: 0 … 1, or any scale both columns share.
  package var weak: Double
  package var strong: Double
  /// Kind of question; training keeps whole kinds together.
  package var task: String?

  package init(prompt: String, weak: Double, strong: Double, task: String? = nil) {
    self.prompt = prompt
    self.weak = weak
    self.strong = strong
    self.task = task
  }
}

/// Outcomes, one JSON object a line: `prompt`, `weak`, `strong`, and if you like `task`. Lines that cannot be used are counted
/// with their places; lines that must not be used (`contaminated`, `override`) are counted apart.
package struct OutcomeFile: Sendable {
  package var outcomes: [RouterOutcome] = []
  package var rejects: [PairFile.Reject] = []
  /// Lines with `"contaminated": true`: a model may have learnt the question by heart.
  package var contaminated = 0
  /// Lines with `"override": true`: a person chose the model, so the outcome says more about people than about the prompt.
  package var overridden = 0

  package init(path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw AnalyzerError(
        .input, "cannot read \(path): it is missing, a directory, or not yours to read", hint: Self.shape)
    }
    self.init(data)
    if outcomes.isEmpty {
      let first = rejects.first.map { " (line \($0.line): \($0.reason))" } ?? ""
      throw AnalyzerError(.input, "\(path): no outcomes\(first)", hint: Self.shape)
    }
  }

  package init(_ data: Data) {
    for (index, line) in data.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
      if line.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) { continue }
      if let reason = read(line) { rejects.append(PairFile.Reject(line: index + 1, reason: reason)) }
    }
  }

  private static let shape = #"a line is {"prompt": "question", "weak": 0, "strong": 1, "task": "kind"}"#

  /// - Returns: why the line is rejected; nil when it is not.
  private mutating func read(_ line: Data) -> String? {
    guard let object = try? JSONSerialization.jsonObject(with: line) as? [String: Any] else {
      return "not a JSON object"
    }
    guard let prompt = object["prompt"] as? String, !prompt.isEmpty else { return "prompt must be a string with text" }
    // Foundation reads true and false as numbers too: an answer that is right counts 1.
    guard let weak = (object["weak"] as? NSNumber)?.doubleValue,
      let strong = (object["strong"] as? NSNumber)?.doubleValue, weak.isFinite, strong.isFinite
    else { return "weak and strong must be numbers" }
    func isSet(_ key: String) -> Bool { (object[key] as? NSNumber)?.doubleValue ?? 0 != 0 }
    if isSet("contaminated") {
      contaminated += 1
    } else if isSet("override") {
      overridden += 1
    } else {
      outcomes.append(RouterOutcome(prompt: prompt, weak: weak, strong: strong, task: object["task"] as? String))
    }
    return nil
  }
}
