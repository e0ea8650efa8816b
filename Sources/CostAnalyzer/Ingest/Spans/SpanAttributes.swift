import CTextScan

/// The attributes of one span, event or resource that are looked at.
struct SpanAttributes {
  private var values = [ca_slice](repeating: ca_slice(), count: SpanAttribute.allCases.count)
  /// Which of an attribute's names was taken; the first ones win.
  private var ranks = [Int](repeating: .max, count: SpanAttribute.allCases.count)
  /// Messages that are spread over numbered attributes.
  private(set) var prompts = IndexedMessages()
  private(set) var answers = IndexedMessages()

  private static let known: [UInt64: (attribute: SpanAttribute, rank: Int)] = {
    var table: [UInt64: (attribute: SpanAttribute, rank: Int)] = [:]
    for attribute in SpanAttribute.allCases {
      for (rank, name) in attribute.names.enumerated() { table[Self.hash(name)] = (attribute, rank) }
    }
    return table
  }()
  private static let promptPrefixes: [StaticString] = ["gen_ai.prompt.", "llm.input_messages."]
  private static let answerPrefixes: [StaticString] = ["gen_ai.completion.", "llm.output_messages."]

  subscript(attribute: SpanAttribute) -> ca_slice { values[attribute.rawValue] }

  var hasUsage: Bool { self[.input].isPresent || self[.output].isPresent }

  /// Adds the attributes of an OTLP list, `[{key, value: AnyValue}]`. What is there already stays.
  mutating func add(otlp list: ca_slice, _ scanner: JSONScanner) {
    guard list.is(CA_ARRAY), let entries = scanner.elements(list) else { return }
    for entry in entries where entry.is(CA_OBJECT) {
      scanner.releasing {
        let (status, fields) = scanner.walk(Self.entryPlan, entry.bytes, as: EntryField.self)
        guard status == CA_OK else { return }
        add(key: fields[.key]) { AnyValue.plain(fields[.value], scanner) }
      }
    }
  }

  /// Adds the members of a plain object, `{"gen_ai.request.model": …}`.
  mutating func add(plain object: ca_slice, _ scanner: JSONScanner) {
    guard object.is(CA_OBJECT), let members = scanner.members(object) else { return }
    for index in stride(from: 0, to: members.count, by: 2) { add(key: members[index]) { members[index + 1] } }
  }

  private mutating func add(key: ca_slice, value: () -> ca_slice) {
    if let (attribute, rank) = Self.known[ca_hash64(key.start, Int(key.length), 0)] {
      guard rank < ranks[attribute.rawValue], case let value = value(), value.isPresent else { return }
      values[attribute.rawValue] = value
      ranks[attribute.rawValue] = rank
    } else if let rest = Self.rest(of: key, behind: Self.promptPrefixes) {
      prompts.add(rest, value())
    } else if let rest = Self.rest(of: key, behind: Self.answerPrefixes) {
      answers.add(rest, value())
    }
  }

  private static func rest(of key: ca_slice, behind prefixes: [StaticString]) -> Substring? {
    for prefix in prefixes {
      let length = prefix.utf8CodeUnitCount
      if Int(key.length) > length, memcmp(key.start, prefix.utf8Start, length) == 0 {
        return String(decoding: key.bytes.dropFirst(length), as: UTF8.self)[...]
      }
    }
    return nil
  }

  private static func hash(_ name: String) -> UInt64 {
    var name = name
    return name.withUTF8 { ca_hash64($0.baseAddress, $0.count, 0) }
  }

  private enum EntryField: Int, CaseIterable {
    case key, value
    var pointer: String { self == .key ? "/key" : "/value" }
  }
  private static let entryPlan = FieldPlan(EntryField.allCases.map(\.pointer))
}

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
