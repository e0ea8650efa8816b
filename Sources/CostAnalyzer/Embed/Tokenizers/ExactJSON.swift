/// A JSON value with its strings as bytes and its keys in file order.
///
/// For vocabularies. Foundation's readers key objects by `String`, and Swift strings are equal when they are canonically
/// equivalent: two tokens that differ only in how an accent is composed would become one.
indirect enum ExactJSON: Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string([UInt8])
  case array([ExactJSON])
  case object([(key: [UInt8], value: ExactJSON)])

  /// Where the text stops being JSON, in bytes from its start.
  struct Damage: Error { let offset: Int }

  init(_ bytes: UnsafeRawBufferPointer) throws(Damage) {
    var reader = ExactJSONReader(bytes: bytes)
    self = try reader.value(depth: 0)
    reader.skipSpace()
    guard reader.position == bytes.count else { throw Damage(offset: reader.position) }
  }

  subscript(key: StaticString) -> ExactJSON {
    guard case .object(let members) = self else { return .null }
    let name = UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount)
    return members.last { $0.key.elementsEqual(name) }?.value ?? .null
  }

  var isNull: Bool { if case .null = self { true } else { false } }
  var bytes: [UInt8]? { if case .string(let bytes) = self { bytes } else { nil } }
  var string: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
  var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  var integer: Int? { if case .number(let value) = self { Int(exactly: value) } else { nil } }
  var array: [ExactJSON]? { if case .array(let values) = self { values } else { nil } }
  var members: [(key: [UInt8], value: ExactJSON)]? { if case .object(let members) = self { members } else { nil } }
}

private struct ExactJSONReader {
  let bytes: UnsafeRawBufferPointer
  var position = 0

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skipSpace() {
    while let byte = next, byte == 32 || (9...13).contains(byte) { position += 1 }
  }

  private mutating func take(_ text: StaticString) throws(ExactJSON.Damage) {
    for index in 0..<text.utf8CodeUnitCount {
      guard next == text.utf8Start[index] else { throw ExactJSON.Damage(offset: position) }
      position += 1
    }
  }

  /// Whether another element follows; consumes the comma or the closing bracket.
  private mutating func more(until close: UInt8) throws(ExactJSON.Damage) -> Bool {
    skipSpace()
    guard let byte = next, byte == close || byte == UInt8(ascii: ",") else { throw ExactJSON.Damage(offset: position) }
    position += 1
    return byte != close
  }

  private mutating func isEmpty(until close: UInt8) -> Bool {
    position += 1
    skipSpace()
    guard next == close else { return false }
    position += 1
    return true
  }

  mutating func value(depth: Int) throws(ExactJSON.Damage) -> ExactJSON {
    skipSpace()
    guard let byte = next, depth < 64 else { throw ExactJSON.Damage(offset: position) }
    switch byte {
    case UInt8(ascii: "{"):
      var members: [(key: [UInt8], value: ExactJSON)] = []
      if isEmpty(until: UInt8(ascii: "}")) { return .object(members) }
      repeat {
        skipSpace()
        let key = try string()
        skipSpace()
        try take(":")
        members.append((key, try value(depth: depth + 1)))
      } while try more(until: UInt8(ascii: "}"))
      return .object(members)
    case UInt8(ascii: "["):
      var values: [ExactJSON] = []
      if isEmpty(until: UInt8(ascii: "]")) { return .array(values) }
      repeat { values.append(try value(depth: depth + 1)) } while try more(until: UInt8(ascii: "]"))
      return .array(values)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"):
      try take("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try take("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try take("null")
      return .null
    default: return .number(try number())
    }
  }

  private mutating func number() throws(ExactJSON.Damage) -> Double {
    let start = position
    while let byte = next, (48...57).contains(byte) || "+-.eE".utf8.contains(byte) { position += 1 }
    guard let value = Double(String(decoding: bytes[start..<position], as: UTF8.self)) else {
      throw ExactJSON.Damage(offset: start)
    }
    return value
  }

  private mutating func string() throws(ExactJSON.Damage) -> [UInt8] {
    try take("\"")
    var text: [UInt8] = []
    var start = position
    while let byte = next {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        text.append(contentsOf: bytes[start..<position])
        position += 1
        if byte == UInt8(ascii: "\"") { return text }
        text.append(contentsOf: try escape())
        start = position
      } else {
        position += 1
      }
    }
    throw ExactJSON.Damage(offset: position)
  }

  /// The character behind a backslash, as UTF-8. A lone surrogate becomes U+FFFD.
  private mutating func escape() throws(ExactJSON.Damage) -> [UInt8] {
    guard let byte = next else { throw ExactJSON.Damage(offset: position) }
    position += 1
    switch byte {
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "u"):
      var units = [try hexUnit()]
      if UTF16.isLeadSurrogate(units[0]), position + 1 < bytes.count, bytes[position] == 92, bytes[position + 1] == 117
      {
        position += 2
        units.append(try hexUnit())
      }
      return Array(String(decoding: units, as: UTF16.self).utf8)
    default: throw ExactJSON.Damage(offset: position - 1)
    }
  }

  private mutating func hexUnit() throws(ExactJSON.Damage) -> UInt16 {
    guard position + 4 <= bytes.count,
      let unit = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw ExactJSON.Damage(offset: position) }
    position += 4
    return unit
  }
}
