import Foundation
import Yams

/// What a user says about a log format of his own: which records are of it, and which JSON pointer holds which field.
package struct LogMapping: Sendable, Equatable {
  /// What a record can say; names as in the mapping file.
  package enum Field: String, CaseIterable, Sendable {
    case id, time, model, responseModel, user, tenant, key, tags, status, error, latency, cost, feedback
    case input, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning
    case audioInput, imageInput, audioOutput, imageOutput
    case messages, answer, toolCalls, temperature, maxTokens, parameters, responseFormat, tools
    case serviceTier, gatewayCache, override
  }

  package enum Unit: String, CaseIterable, Sendable {
    case seconds = "s"
    case milliseconds = "ms"
    case microseconds = "us"
    case nanoseconds = "ns"

    /// Milliseconds in one.
    var milliseconds: Double {
      switch self {
      case .seconds: 1000
      case .milliseconds: 1
      case .microseconds: 1e-3
      case .nanoseconds: 1e-6
      }
    }
  }

  package enum Money: String, CaseIterable, Sendable {
    case dollars = "usd"
    case cents
    case microdollars

    /// How many of it a dollar has.
    var inDollar: Int64 {
      switch self {
      case .dollars: 1
      case .cents: 100
      case .microdollars: 1_000_000
      }
    }
  }

  /// Name in reports.
  package var name: String
  /// Pointers and the text that each must have; nil for anything but null.
  package var match: [(pointer: String, value: String?)]
  /// The first pointer that says something counts.
  package var fields: [Field: [String]]
  package var inputIncludesCached: Bool
  package var latencyUnit: Unit
  package var costUnit: Money

  package static func == (a: LogMapping, b: LogMapping) -> Bool {
    a.name == b.name && a.fields == b.fields && a.inputIncludesCached == b.inputIncludesCached
      && a.latencyUnit == b.latencyUnit && a.costUnit == b.costUnit && a.match.elementsEqual(b.match) { $0 == $1 }
  }

  package init(file path: String) throws {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw AnalyzerError(.config, "cannot read the mapping file \(path)")
    }
    do {
      try self.init(yaml: text)
    } catch let error as AnalyzerError {
      throw AnalyzerError(.config, "\(path): \(error.message)", hint: error.hint)
    }
  }

  package init(yaml text: String) throws {
    let loaded: Node?
    do {
      loaded = try Yams.compose(yaml: text)
    } catch {
      throw AnalyzerError(.config, "not valid YAML: \(error)")
    }
    guard let root = loaded?.mapping else { throw Self.wrong("must be a YAML mapping") }
    let known = ["name", "match", "fields", "inputIncludesCached", "latencyUnit", "costUnit"]
    var parts: [String: Node] = [:]
    for (key, value) in root {
      guard let key = key.scalar?.string, known.contains(key) else {
        throw Self.wrong("unknown key '\(key.scalar?.string ?? "?")'", "known here: \(known.joined(separator: ", "))")
      }
      parts[key] = value
    }
    guard let name = parts["name"]?.scalar?.string, !name.isEmpty else { throw Self.wrong("name is missing") }
    self.name = name
    match = try Self.match(parts["match"])
    let fields = try Self.fields(parts["fields"])
    self.fields = fields
    latencyUnit = try Self.choice("latencyUnit", parts["latencyUnit"]) ?? .milliseconds
    costUnit = try Self.choice("costUnit", parts["costUnit"]) ?? .dollars
    for field in [Field.time, .model] where fields[field] == nil {
      throw Self.wrong("fields.\(field.rawValue) is missing: no request is without one")
    }
    let includes = parts["inputIncludesCached"]
    if let includes, includes.bool == nil { throw Self.wrong("inputIncludesCached must be true or false") }
    let hasCached = [Field.cacheRead, .cacheWrite5m, .cacheWrite1h].contains { fields[$0] != nil }
    if hasCached && fields[.input] != nil && includes == nil {
      throw Self.wrong(
        "inputIncludesCached is missing: say true or false",
        "whether the input count includes the cached tokens changes the bill; providers differ")
    }
    inputIncludesCached = includes?.bool ?? false
  }

  private static func match(_ node: Node?) throws -> [(pointer: String, value: String?)] {
    guard let mapping = node?.mapping, !mapping.isEmpty else {
      throw wrong("match is missing", "give a pointer and its value, or \"*\" for any, by which records are told")
    }
    return try mapping.map { key, value in
      let pointer = try pointer(key, of: "match")
      guard let text = value.scalar?.string else { throw wrong("match.\(pointer) must be a text, or \"*\" for any") }
      return (pointer, text == "*" ? nil : text)
    }
  }

  private static func fields(_ node: Node?) throws -> [Field: [String]] {
    guard let mapping = node?.mapping else { throw wrong("fields is missing: field names and their JSON pointers") }
    var fields: [Field: [String]] = [:]
    for (key, value) in mapping {
      guard let field = key.scalar.flatMap({ Field(rawValue: $0.string) }) else {
        let names = Field.allCases.map(\.rawValue).joined(separator: ", ")
        throw wrong("unknown field '\(key.scalar?.string ?? "?")'", "known here: \(names)")
      }
      let pointers = value.sequence.map(Array.init) ?? [value]
      if pointers.isEmpty { throw wrong("fields.\(field.rawValue) has no pointer") }
      fields[field] = try pointers.map { try pointer($0, of: "fields.\(field.rawValue)") }
    }
    return fields
  }

  private static func pointer(_ node: Node, of place: String) throws -> String {
    guard let text = node.scalar?.string, text.hasPrefix("/"), text.count > 1 else {
      throw wrong(
        "\(place): '\(node.scalar?.string ?? "?")' is no JSON pointer",
        "write /usage/input_tokens, with ~1 for a slash in a name and ~0 for a tilde")
    }
    return text
  }

  private static func choice<T: CaseIterable & RawRepresentable<String>>(_ key: String, _ node: Node?) throws -> T? {
    guard let node else { return nil }
    guard let value = node.scalar.flatMap({ T(rawValue: $0.string) }) else {
      throw wrong("\(key) must be one of: \(T.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return value
  }

  private static func wrong(_ message: String, _ hint: String? = nil) -> AnalyzerError {
    AnalyzerError(.config, message, hint: hint ?? "docs/log-formats.md has an example of a mapping")
  }
}
