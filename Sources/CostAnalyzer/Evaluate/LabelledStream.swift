import Foundation

/// Requests in order, each with its meaning: two with one meaning are served by one answer.
///
/// JSON Lines (`{"text": …, "meaning": …}`) or CSV with a header, told apart by the first character. Lines that cannot be used
/// are counted with their places.
package struct LabelledStream: Sendable {
  package private(set) var texts: [String] = []
  /// Number of each request's meaning.
  package private(set) var meanings: [Int] = []
  package private(set) var rejects: [PairFile.Reject] = []
  private var numbers: [String: Int] = [:]

  /// - Parameters:
  ///   - textField, meaningField: keys of the JSON objects or columns of the CSV file.
  package init(path: String, textField: String = "text", meaningField: String = "meaning") throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw AnalyzerError(
        .input, "cannot read \(path): it is missing, a directory, or not yours to read", hint: Self.hint)
    }
    do {
      try self.init(data, textField: textField, meaningField: meaningField)
    } catch let error as AnalyzerError {
      throw AnalyzerError(error.kind, "\(path): \(error.message)", hint: error.hint)
    }
  }

  package init(_ data: Data, textField: String = "text", meaningField: String = "meaning") throws {
    let data = data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data
    let spaces: Set<UInt8> = [32, 9, 10, 13]
    if data.first(where: { !spaces.contains($0) }) == UInt8(ascii: "{") {
      readLines(data, textField, meaningField)
    } else {
      try readTable(data, textField, meaningField)
    }
    if texts.isEmpty {
      let first = rejects.first.map { " (line \($0.line): \($0.reason))" } ?? ""
      throw AnalyzerError(.input, "no labelled requests\(first)", hint: Self.hint)
    }
  }

  private static let hint =
    #"a line is {"text": "…", "meaning": "…"}, or the file is CSV with a header; name other fields with options"#

  /// The same requests in an order that the seed alone decides: for files that are sorted by meaning.
  package mutating func shuffle(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var order = Array(texts.indices)
    random.shuffle(&order)
    texts = order.map { texts[$0] }
    meanings = order.map { meanings[$0] }
  }

  private mutating func add(_ text: String, _ meaning: String) {
    texts.append(text)
    let next = numbers.count
    meanings.append(numbers[meaning, default: next])
    numbers[meaning] = meanings.last
  }

  private mutating func readLines(_ data: Data, _ textField: String, _ meaningField: String) {
    for (index, line) in data.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
      if line.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) { continue }
      let object = try? JSONSerialization.jsonObject(with: line) as? [String: Any]
      if object == nil {
        rejects.append(.init(line: index + 1, reason: "not a JSON object"))
      } else if let text = object?[textField] as? String, let meaning = Self.label(object?[meaningField]) {
        add(text, meaning)
      } else {
        rejects.append(
          .init(line: index + 1, reason: "\(textField) must be a string, \(meaningField) a string or an integer"))
      }
    }
  }

  private static func label(_ value: Any?) -> String? {
    if let text = value as? String { return text }
    guard let number = value as? NSNumber, let integer = Int64(exactly: number) else { return nil }
    return String(integer)
  }

  private mutating func readTable(_ data: Data, _ textField: String, _ meaningField: String) throws {
    let table = DelimitedText(data)
    let names = table.rows.first?.fields.map { String(decoding: $0, as: UTF8.self) } ?? []
    guard let text = names.firstIndex(of: textField), let meaning = names.firstIndex(of: meaningField) else {
      throw AnalyzerError(
        .input, "neither JSON Lines nor CSV with the columns \(textField) and \(meaningField)", hint: Self.hint)
    }
    for row in table.rows.dropFirst() {
      if row.fields.count == names.count {
        add(
          String(decoding: row.fields[text], as: UTF8.self), String(decoding: row.fields[meaning], as: UTF8.self))
      } else {
        rejects.append(.init(line: row.line, reason: "\(row.fields.count) fields, the header has \(names.count)"))
      }
    }
  }
}
