import CTextScan

/// OTLP's tagged values, `{"stringValue": "x"}`, as the plain JSON they stand for.
enum AnyValue {
  private enum Field: Int, CaseIterable {
    case string, int, double, bool, array, arrayValues, list, listValues

    var pointer: String {
      switch self {
      case .string: "/stringValue"
      case .int: "/intValue"
      case .double: "/doubleValue"
      case .bool: "/boolValue"
      case .array: "/arrayValue"
      case .arrayValues: "/arrayValue/values"
      case .list: "/kvlistValue"
      case .listValues: "/kvlistValue/values"
      }
    }
  }
  private enum MemberField: Int, CaseIterable {
    case key, value
    var pointer: String { self == .key ? "/key" : "/value" }
  }

  private static let plan = FieldPlan(Field.allCases.map(\.pointer))
  private static let memberPlan = FieldPlan(MemberField.allCases.map(\.pointer))
  /// Deeper values are cut off: nothing that is read nests so deep.
  private static let mostLevels = 64

  /// Absent for what is no value.
  static func plain(_ value: ca_slice, _ scanner: JSONScanner) -> ca_slice {
    guard value.is(CA_OBJECT) else { return ca_slice() }
    let (status, fields) = scanner.walk(plan, value.bytes, as: Field.self)
    guard status == CA_OK else { return ca_slice() }
    for field in [Field.string, .int, .double, .bool] where fields[field].isPresent { return fields[field] }
    let isArray = fields[.array].is(CA_OBJECT)
    guard isArray || fields[.list].is(CA_OBJECT) else { return ca_slice() }
    var text: [UInt8] = []
    write(fields, to: &text, levels: mostLevels, scanner)
    return scanner.keep(text, as: isArray ? CA_ARRAY : CA_OBJECT)
  }

  private static func write(_ value: ca_slice, to text: inout [UInt8], levels: Int, _ scanner: JSONScanner) {
    scanner.releasing {
      let (status, fields) = scanner.walk(plan, value.bytes, as: Field.self)
      if status == CA_OK && value.is(CA_OBJECT) && levels > 0 {
        write(fields, to: &text, levels: levels - 1, scanner)
      } else {
        text += "null".utf8
      }
    }
  }

  private static func write(_ fields: Fields<Field>, to text: inout [UInt8], levels: Int, _ scanner: JSONScanner) {
    if fields[.array].is(CA_OBJECT) {
      writeAll(fields[.arrayValues], "[", "]", to: &text, scanner) { write($0, to: &$1, levels: levels, scanner) }
    } else if fields[.list].is(CA_OBJECT) {
      writeAll(fields[.listValues], "{", "}", to: &text, scanner) { member, text in
        let (_, entry) = scanner.walk(memberPlan, member.bytes, as: MemberField.self)
        text += "\"".utf8
        if entry[.key].is(CA_STRING) { text += entry[.key].bytes }
        text += "\":".utf8
        write(entry[.value], to: &text, levels: levels, scanner)
      }
    } else {
      // An int64 is written as text.
      let int = fields[.int]
      if int.double != nil { return text += int.bytes }
      text.append(json: [fields[.string], fields[.double], fields[.bool]].first(where: \.isPresent) ?? ca_slice())
    }
  }

  private static func writeAll(
    _ values: ca_slice, _ open: String, _ close: String, to text: inout [UInt8], _ scanner: JSONScanner,
    _ body: (ca_slice, inout [UInt8]) -> Void
  ) {
    text += open.utf8
    scanner.releasing {
      let elements = values.is(CA_ARRAY) ? scanner.elements(values) : nil
      for (index, element) in (elements ?? UnsafeBufferPointer(start: nil, count: 0)).enumerated() {
        if index > 0 { text += ",".utf8 }
        scanner.releasing { body(element, &text) }
      }
    }
    text += close.utf8
  }
}

extension [UInt8] {
  /// A slice as it stands in its JSON text; nothing is `null`.
  mutating func append(json slice: ca_slice) {
    if slice.is(CA_STRING) {
      append(34)
      append(contentsOf: slice.bytes)
      append(34)
    } else if slice.kind == CA_ABSENT.rawValue {
      append(contentsOf: "null".utf8)
    } else {
      append(contentsOf: slice.bytes)
    }
  }
}
