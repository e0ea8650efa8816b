import CTextScan
import CostAnalyzer
import Foundation
import Testing

@Suite("JSON scanner")
struct JSONScannerTests {
  /// What Foundation makes of a document.
  private indirect enum Value: Decodable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([Value])
    case object([String: Value])

    init(from decoder: any Decoder) throws {
      let box = try decoder.singleValueContainer()
      if box.decodeNil() {
        self = .null
      } else if let value = try? box.decode(Bool.self) {
        self = .bool(value)
      } else if let value = try? box.decode(Double.self) {
        self = .number(value)
      } else if let value = try? box.decode(String.self) {
        self = .string(value)
      } else if let value = try? box.decode([Value].self) {
        self = .array(value)
      } else {
        self = .object(try box.decode([String: Value].self))
      }
    }

    init?(json: [UInt8]) {
      guard let value = try? JSONDecoder().decode(Value.self, from: Data(json)) else { return nil }
      self = value
    }

    /// RFC 6901.
    subscript(pointer: String) -> Value? {
      var value = self
      for token in pointer.split(separator: "/") {
        let key = String(token).replacing("~1", with: "/").replacing("~0", with: "~")
        switch value {
        case .object(let members):
          guard let next = members[String(key)] else { return nil }
          value = next
        case .array(let elements):
          guard let index = Int(key), elements.indices.contains(index) else { return nil }
          value = elements[index]
        default: return nil
        }
      }
      return value
    }
  }

  /// Keys differ in two letters at least, so that one changed byte cannot repeat a key.
  private static let keys = ["alpha", "beta", "gamma", "s/lash", "ti~lde", "0"]
  private static let pointers = [
    "/alpha", "/beta/alpha", "/beta/0/alpha", "/beta/1", "/beta/12", "/gamma/s~1lash/ti~0lde", "/gamma/0", "/s~1lash",
    "/ti~0lde/beta/gamma/0/alpha", "/ti~0lde/alpha", "/0", "/absent",
    // Whole values that other pointers lead into.
    "/beta", "/gamma",
  ]
  private enum Pointer: Int, CaseIterable { case p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13 }
  private static let plan = FieldPlan(pointers)

  private static let pieces = [
    "plain", "naïve", "日本語", "😀", "\\n", "\\\"", "\\\\", "\\/", "\\u0041", "\\u00e9", "\\ud83d\\ude00", "\\t", " ", "{",
    "[", ",", ":",
  ]
  private static let numbers = [
    "0", "-0", "1", "-17", "3.25", "1e3", "1.5E-7", "2147483648", "9007199254740993", "0.1", "-1e+2",
  ]

  private static func value(depth: Int, _ random: inout TestRandom) -> String {
    let space = ["", "", " ", "\t", "  "].randomElement(using: &random)!
    switch Int.random(in: 0..<(depth > 0 ? 9 : 5), using: &random) {
    case 0: return space + ["null", "true", "false"].randomElement(using: &random)! + space
    case 1, 2: return space + numbers.randomElement(using: &random)! + space
    case 3, 4:
      let text = (0..<Int.random(in: 0..<5, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
      return space + "\"" + text + "\"" + space
    case 5, 6:
      let elements = (0..<Int.random(in: 0..<4, using: &random)).map { _ in value(depth: depth - 1, &random) }
      return space + "[" + elements.joined(separator: ",") + "]" + space
    default: return space + object(depth: depth - 1, &random) + space
    }
  }

  private static func object(depth: Int, _ random: inout TestRandom) -> String {
    let members = keys.shuffled(using: &random).prefix(Int.random(in: 0...keys.count, using: &random)).map {
      "\"\($0)\":" + value(depth: depth, &random)
    }
    return "{" + members.joined(separator: ",") + "}"
  }

  /// Copies the text in front of readable padding and walks it.
  private static func walk<T>(
    _ text: [UInt8], _ scanner: JSONScanner, _ body: (ca_status, Fields<Pointer>) -> T
  ) -> T {
    let padded = text + [UInt8](repeating: 0x22, count: ca_padding())
    return padded.withUnsafeBytes { bytes in
      scanner.beginLine()
      let (status, fields) = scanner.walk(
        plan, UnsafeRawBufferPointer(rebasing: bytes[..<text.count]), as: Pointer.self)
      return body(status, fields)
    }
  }

  /// The slice as a value, with the scanner's own readers where it has them. Nil when a reader refuses it.
  private static func read(_ slice: ca_slice, _ scanner: JSONScanner) -> Value? {
    switch slice.kind {
    case CA_NULL.rawValue: .null
    case CA_TRUE.rawValue: .bool(true)
    case CA_FALSE.rawValue: .bool(false)
    case CA_NUMBER.rawValue: slice.double.map(Value.number)
    case CA_STRING.rawValue: .string(String(decoding: scanner.text(slice), as: UTF8.self))
    default: Value(json: Array(slice.bytes))
    }
  }

  @Test("pointers find values at any depth, and nothing where there is none")
  func handMade() {
    let text = #"{"alpha":"a\nb","beta":[{"alpha":1.5},null],"gamma":{"s/lash":{"ti~lde":true},"0":[]},"0":{"x":1}}"#
    Self.walk(Array(text.utf8), JSONScanner()) { status, fields in
      #expect(status == CA_OK)
      let scanner = JSONScanner()
      let values = Pointer.allCases.map { Self.read(fields[$0], scanner) }
      #expect(values[0] == .string("a\nb"))
      #expect(fields[.p1].kind == CA_ABSENT.rawValue)
      #expect(values[2] == .number(1.5) && values[3] == .null && values[5] == .bool(true) && values[6] == .array([]))
      #expect(fields[.p4].kind == CA_ABSENT.rawValue && fields[.p11].kind == CA_ABSENT.rawValue)
      #expect(values[10] == .object(["x": .number(1)]))
    }
  }

  @Test("every pointer gives what Foundation reads, on random objects", arguments: 0..<4)
  func oracle(seed: Int) throws {
    var random = TestRandom(UInt64(100 + seed))
    let scanner = JSONScanner()
    var found = 0
    for _ in 0..<250 {
      let text = Self.object(depth: 5, &random)
      let expected = try #require(Value(json: Array(text.utf8)), "the generator made bad JSON: \(text)")
      Self.walk(Array(text.utf8), scanner) { status, fields in
        #expect(status == CA_OK, "\(text)")
        for (pointer, name) in zip(Pointer.allCases, Self.pointers) {
          let slice = fields[pointer]
          guard let value = expected[name] else {
            #expect(slice.kind == CA_ABSENT.rawValue, "\(name) in \(text)")
            continue
          }
          found += 1
          #expect(Self.read(slice, scanner) == value, "\(name) in \(text)")
        }
      }
      #expect(!scanner.sawDamage)
    }
    #expect(found > 300)
  }

  @Test("a damaged object is refused, or its values are those that Foundation reads", arguments: 0..<4)
  func damage(seed: Int) {
    var random = TestRandom(UInt64(200 + seed))
    let scanner = JSONScanner()
    var refused = 0
    var agreed = 0
    for _ in 0..<500 {
      var text = Array(Self.object(depth: 4, &random).utf8)
      if Int.random(in: 0..<4, using: &random) == 0 {
        text.removeLast(Int.random(in: 1...text.count, using: &random))
      } else {
        let byte = Array("\"\\{}[],:0x- \u{1}tfn".utf8).randomElement(using: &random)!
        text[Int.random(in: 0..<text.count, using: &random)] = Bool.random(using: &random) ? byte : 0xFF
      }
      let expected = Value(json: text)
      Self.walk(text, scanner) { status, fields in
        let shown = String(decoding: text, as: UTF8.self)
        if status != CA_OK {
          refused += 1
          // Nothing that is good may be refused (a lone value is good JSON, but not an object).
          if case .object = expected { Issue.record("refused with \(status): \(shown)") }
          return
        }
        guard let expected else { return }  // damage where nobody looked
        for (pointer, name) in zip(Pointer.allCases, Self.pointers) {
          agreed += 1
          let slice = fields[pointer]
          #expect(
            slice.kind == CA_ABSENT.rawValue ? expected[name] == nil : Self.read(slice, scanner) == expected[name],
            "\(name) in \(shown)")
        }
      }
    }
    #expect(refused > 100 && agreed > 100)
  }

  @Test("a part of a line is walked as if it stood alone, also one that is damaged or a text itself")
  func parts() {
    let scanner = JSONScanner()
    let inner = #"{"alpha":"x","beta":[1,{"alpha":null}],"0":{}}"#
    let text = #"{"alpha":\#(inner),"beta":[\#(inner),"{\"alpha\":1}"],"gamma":{"0":1,}}"#
    Self.walk(Array(#"{"gamma":2}"#.utf8), scanner) { _, _ in }
    // The damage is in the line's last member.
    Self.walk(Array(text.utf8), scanner) { status, fields in
      #expect(status == CA_BAD_JSON)
      for slice in [fields[.p0], scanner.elements(fields[.p12])?.first ?? ca_slice()] {
        #expect(String(decoding: slice.bytes, as: UTF8.self) == inner)
        let (status, found) = scanner.walk(Self.plan, slice.bytes, as: Pointer.self)
        #expect(status == CA_OK && Self.read(found[.p0], scanner) == .string("x"))
        #expect(found[.p3].is(CA_OBJECT) && found[.p10].is(CA_OBJECT) && !found[.p13].isPresent)
        #expect(scanner.elements(found[.p12])?.count == 2)
      }
      let embedded = scanner.nested(scanner.elements(fields[.p12])?.last ?? ca_slice())
      let (status, found) = scanner.walk(Self.plan, embedded.bytes, as: Pointer.self)
      #expect(status == CA_OK && Self.read(found[.p0], scanner) == .number(1))
    }
  }

  @Test("the next line is read anew, also in the same memory")
  func sameMemory() {
    let scanner = JSONScanner()
    var bytes = Array(#"{"alpha":1,"beta":2}"#.utf8) + [UInt8](repeating: 32, count: ca_padding())
    let count = bytes.count - ca_padding()
    for text in [#"{"alpha":1,"beta":2}"#, #"{"0":[3,[4,5,6]]}"#, #"{"beta":[{},7}"#, #"{"gamma":{"0":"xy"}}"#] {
      let line = Array(text.utf8).prefix(count)
      bytes.replaceSubrange(0..<line.count, with: line)
      for index in line.count..<count { bytes[index] = 32 }
      bytes.withUnsafeBytes { all in
        scanner.beginLine()
        let (status, fields) = scanner.walk(
          Self.plan, UnsafeRawBufferPointer(rebasing: all[..<count]), as: Pointer.self)
        let expected = Value(json: Array(all[..<count]))
        #expect((status == CA_OK) == (expected != nil), "\(text)")
        for (pointer, name) in zip(Pointer.allCases, Self.pointers) where status == CA_OK {
          #expect(fields[pointer].isPresent == (expected?[name] != nil), "\(name) in \(text)")
        }
      }
    }
  }

  @Test("numbers that only look like numbers are none")
  func numbers() {
    let scanner = JSONScanner()
    for (text, expected) in [
      ("1", 1.0), ("-1.5e2", -150), ("0x1F", nil), ("1.2.3", nil), ("1-2", nil), ("\"12\"", 12), ("\"0x1F\"", nil),
      ("\"inf\"", nil), ("\"nan\"", nil), ("\"\"", nil), ("\" 1\"", nil), ("\"1e2\"", 100), ("true", nil), ("[1]", nil),
    ] as [(String, Double?)] {
      Self.walk(Array("{\"alpha\":\(text)}".utf8), scanner) { _, fields in
        #expect(fields[.p0].double == expected, "\(text)")
      }
    }
  }

  @Test("short decimals read as the library reads them")
  func decimals() {
    let scanner = JSONScanner()
    var random = TestRandom(11)
    for _ in 0..<5_000 {
      var text = (0..<Int.random(in: 1...18, using: &random))
        .map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
      if Bool.random(using: &random) {
        text.insert(".", at: text.index(text.startIndex, offsetBy: Int.random(in: 0...text.count, using: &random)))
      }
      Self.walk(Array("{\"alpha\":\"\(text)\"}".utf8), scanner) { _, fields in
        #expect(fields[.p0].double == Double(text), "\(text)")
      }
    }
  }

  @Test("a bad escape is an empty text and marks the line as damaged; lone surrogates are replaced")
  func escapes() {
    let scanner = JSONScanner()
    for (body, text, damaged) in [
      (#"a\u00e9b"#, "aéb", false), (#"\ud83d\ude00"#, "😀", false), (#"\ud83d"#, "\u{FFFD}", false),
      (#"\ude00\ud83d"#, "\u{FFFD}\u{FFFD}", false), (#"\ud83dx"#, "\u{FFFD}x", false),
      (#"\ud83d\u0041"#, "\u{FFFD}A", false), (#"\q"#, "", true), (#"\u12"#, "", true), (#"\u12g4"#, "", true),
    ] {
      Self.walk(Array("{\"alpha\":\"\(body)\"}".utf8), scanner) { status, fields in
        #expect(status == CA_OK)
        #expect(String(decoding: scanner.text(fields[.p0]), as: UTF8.self) == text, "\(body)")
        #expect(scanner.sawDamage == damaged, "\(body)")
      }
    }
  }

  @Test("arrays come apart into their elements, up to the limit")
  func elements() {
    let scanner = JSONScanner()
    for count in [0, 1, 63, 64, 65, 1000] {
      let text = "{\"alpha\":[\((0..<count).map { "\"\($0)\"" }.joined(separator: ","))]}"
      Self.walk(Array(text.utf8), scanner) { _, fields in
        let elements = scanner.elements(fields[.p0])
        #expect(elements?.map { String(decoding: $0.bytes, as: UTF8.self) } == (0..<count).map(String.init))
        #expect(scanner.elements(fields[.p0], max: count - 1) == nil || count == 0)
      }
    }
  }
}
