import Foundation

/// Two questions and whether one answer serves both.
package struct LabelledPair: Sendable, Equatable {
  package var a: String
  package var b: String
  package var same: Bool
  package var category: String?

  package init(a: String, b: String, same: Bool, category: String? = nil) {
    self.a = a
    self.b = b
    self.same = same
    self.category = category
  }
}

/// A cached question and a rewording of it that should hit it: GPTCache's `mock_data.json`.
package struct MockPair: Sendable, Equatable {
  package var origin: String
  package var similar: String

  package init(origin: String, similar: String) {
    self.origin = origin
    self.similar = similar
  }
}

/// Labelled pairs, one JSON object a line (`a`, `b`, `same` or `same_answer`, `category`), or a JSON array of
/// `{origin, similar}`. Lines that cannot be used are counted with their places.
package struct PairFile: Sendable {
  package struct Reject: Sendable, Equatable {
    /// From 1; the element for an array.
    package var line: Int
    package var reason: String
  }

  package var pairs: [LabelledPair] = []
  package var mocks: [MockPair] = []
  package var rejects: [Reject] = []
  package var isMock: Bool

  package init(path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw AnalyzerError(
        .input, "cannot read \(path): it is missing, a directory, or not yours to read",
        hint: #"name a file of {"a": "question", "b": "question", "same": true} lines"#)
    }
    do {
      try self.init(data)
    } catch let error as AnalyzerError {
      throw AnalyzerError(error.kind, "\(path): \(error.message)", hint: error.hint)
    }
  }

  package init(_ data: Data) throws {
    let spaces: Set<UInt8> = [32, 9, 10, 13]
    isMock = data.first { !spaces.contains($0) } == UInt8(ascii: "[")
    if isMock { try readArray(data) } else { readLines(data) }
    if pairs.isEmpty && mocks.isEmpty {
      let first = rejects.first.map { " (line \($0.line): \($0.reason))" } ?? ""
      throw AnalyzerError(
        .input, "no labelled pairs\(first)", hint: #"a line is {"a": "question", "b": "question", "same": true}"#)
    }
  }

  private mutating func readLines(_ data: Data) {
    for (index, line) in data.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
      if line.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) { continue }
      switch Self.pair(line) {
      case .success(let pair): pairs.append(pair)
      case .failure(let problem): rejects.append(Reject(line: index + 1, reason: problem.reason))
      }
    }
  }

  private struct Problem: Error { var reason: String }

  private static func pair(_ line: Data) -> Result<LabelledPair, Problem> {
    guard let object = try? JSONSerialization.jsonObject(with: line) as? [String: Any] else {
      return .failure(Problem(reason: "not a JSON object"))
    }
    guard let a = object["a"] as? String, let b = object["b"] as? String else {
      return .failure(Problem(reason: "a and b must be strings"))
    }
    guard let label = object["same"] ?? object["same_answer"], let same = truth(label) else {
      return .failure(Problem(reason: "same must be true or false"))
    }
    return .success(LabelledPair(a: a, b: b, same: same, category: object["category"] as? String))
  }

  /// JSON's true, false, 1 and 0.
  private static func truth(_ value: Any) -> Bool? {
    guard let number = value as? NSNumber, number == 0 || number == 1 else { return nil }
    return number == 1
  }

  private mutating func readArray(_ data: Data) throws {
    guard let elements = try? JSONSerialization.jsonObject(with: data) as? [Any] else {
      throw AnalyzerError(.input, "not a JSON array", hint: "one JSON object a line, or an array of {origin, similar}")
    }
    for (index, element) in elements.enumerated() {
      let object = element as? [String: Any]
      if let origin = object?["origin"] as? String, let similar = object?["similar"] as? String {
        mocks.append(MockPair(origin: origin, similar: similar))
      } else {
        rejects.append(Reject(line: index + 1, reason: "origin and similar must be strings"))
      }
    }
  }
}
