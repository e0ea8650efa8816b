import CostAnalyzer
import Foundation
import Testing

@Suite("Redactor")
struct RedactorTests {
  private static let redactor = Redactor()
  private static let words = [
    "please", "see", "order", "the", "für", "invoice", "is", "ready", "答え", "a-b", "x=y", "then,",
  ]

  private static func digits(_ count: Int, _ random: inout SeededRandom) -> [Int] {
    (0..<count).map { _ in Int(random.next() % 10) }
  }

  private static func token(_ count: Int, _ random: inout SeededRandom) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
    return "7" + String((1..<count).map { _ in letters[Int(random.next() % UInt64(letters.count))] })
  }

  /// A number of a scheme with the right check digit.
  private static func card(_ prefix: String, _ length: Int, _ random: inout SeededRandom) -> [Int] {
    var all = prefix.compactMap(\.wholeNumberValue) + digits(length - prefix.count - 1, &random) + [0]
    for last in 0..<10 {
      all[length - 1] = last
      if luhn(all) { return all }
    }
    preconditionFailure("one of ten digits fits")
  }

  private static func luhn(_ digits: [Int]) -> Bool {
    var sum = 0
    var double = false
    for digit in digits.reversed() {
      let value = double ? digit * 2 : digit
      sum += value / 10 + value % 10
      double.toggle()
    }
    return sum % 10 == 0
  }

  private static func grouped(_ digits: [Int], _ sizes: [Int], _ separator: String) -> String {
    var rest = digits[...]
    return sizes.map { size in
      defer { rest = rest.dropFirst(size) }
      return rest.prefix(size).map(String.init).joined()
    }.joined(separator: separator)
  }

  /// The text between other words, at the start, at the end and behind a bracket.
  private static func expect(_ text: String, _ finding: Redactor.Finding?, _ random: inout SeededRandom) {
    func word() -> String { words[Int(random.next() % UInt64(words.count))] }
    for whole in [
      text, "\(word()) \(word()) \(text) \(word())", "\(text), \(word())", "\(word()) (\(text)) \(word())",
      "\(word()): \(text).\n\(word())",
    ] {
      #expect(redactor.finding(in: whole) == finding, "\(whole)")
    }
  }

  @Test("E-mail addresses are found")
  func emails() {
    var random = SeededRandom(seed: 1)
    for text in [
      "a@b.co", "first.last+tag@mail.example.org", "x_y%z@sub-domain.example.travel", "jürgen@müller.de", "A@B.C.DE",
      "mailto:a@b.org",
    ] {
      Self.expect(text, .email, &random)
    }
    for text in ["a@b", "@handle", "user@", "user @ host.org", "x@1.2", "git@github:org", "@Published var x", "a@.de"] {
      Self.expect(text, nil, &random)
    }
  }

  @Test(
    "Card numbers of every scheme are found, plain and grouped by blanks or dashes; without the check digit they are not"
  )
  func cards() {
    var random = SeededRandom(seed: 2)
    let schemes: [(String, Int, [Int])] = [
      ("4", 16, [4, 4, 4, 4]), ("51", 16, [4, 4, 4, 4]), ("2221", 16, [4, 4, 4, 4]), ("34", 15, [4, 6, 5]),
      ("37", 15, [4, 6, 5]),
      ("36", 14, [4, 6, 4]), ("6011", 16, [4, 4, 4, 4]), ("3530", 16, [4, 4, 4, 4]), ("62", 19, [4, 4, 4, 4, 3]),
      ("2200", 16, [4, 4, 4, 4]),
    ]
    for (prefix, length, sizes) in schemes {
      for _ in 0..<20 {
        var digits = Self.card(prefix, length, &random)
        for separator in [" ", "-"] { Self.expect(Self.grouped(digits, sizes, separator), .card, &random) }
        Self.expect(digits.map(String.init).joined(), .card, &random)
        digits[length - 1] = (digits[length - 1] + 1 + Int(random.next() % 9)) % 10
        Self.expect(digits.map(String.init).joined(), nil, &random)
      }
    }
    #expect(Self.redactor.finding(in: "card 4111 1111 1111 1111 12/27 123") == .card)
  }

  @Test(
    "Phone numbers are found",
    arguments: [
      "+49 30 1234567", "+1 (555) 234-5678", "+14155552671", "+44 20 7946 0958", "+49 (0)30 1234567",
      "+49(0)30 1234567", "+33 6 12 34 56 78",
      "(212) 555-0147", "212-555-0147", "212.555.0147", "212 555 0147", "1-800-555-0199", "1 (800) 555-0199",
      "030 12345678", "0171/1234567",
      "06 12 34 56 78", "020 7946 0958", "0049 30 1234567", "0412 345 678", "tel:+14155552671", "(030) 12345678",
    ])
  func phones(_ text: String) {
    var random = SeededRandom(seed: 3)
    Self.expect(text, .phone, &random)
  }

  @Test("Keys and tokens of many vendors are found")
  func secrets() {
    var random = SeededRandom(seed: 4)
    for _ in 0..<20 {
      for text in [
        "sk-\(Self.token(32, &random))", "sk-proj-\(Self.token(40, &random))",
        "sk-ant-api03-\(Self.token(40, &random))", "sk_live_\(Self.token(24, &random))",
        "pk_test_\(Self.token(24, &random))", "ghp_\(Self.token(36, &random))", "github_pat_\(Self.token(30, &random))",
        "glpat-\(Self.token(20, &random))",
        "AKIA\(Self.token(16, &random).uppercased())", "xoxb-\(Self.token(12, &random))-\(Self.token(24, &random))",
        "AIza\(Self.token(35, &random))",
        "hf_\(Self.token(34, &random))", "npm_\(Self.token(36, &random))",
        "SG.\(Self.token(22, &random)).\(Self.token(43, &random))",
        "eyJ\(Self.token(20, &random)).eyJ\(Self.token(30, &random)).\(Self.token(43, &random))",
        "Bearer \(Self.token(30, &random))",
        "-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----", "-----BEGIN OPENSSH PRIVATE KEY-----",
      ] { Self.expect(text, .secret, &random) }
    }
    for text in [
      "task-management-system-overview", "risk_assessment_and_mitigation_plan", "sk-learn-documentation-page",
      "bearer authentication-mechanisms",
      "-----BEGIN CERTIFICATE-----", "eyJ is how a token starts", "AKIA is a prefix", "sk-short1",
      "pk_column_of_the_table",
    ] { Self.expect(text, nil, &random) }
  }

  @Test("IP addresses are found")
  func addresses() {
    var random = SeededRandom(seed: 5)
    for text in [
      "192.168.0.12", "10.1.2.3", "203.0.113.255", "http://10.0.0.1/x", "10.0.0.0/8", "2001:db8::8a2e:370:7334",
      "fe80::1ff:fe23:4567:890a", "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
    ] {
      Self.expect(text, .ip, &random)
    }
    for _ in 0..<50 {
      let octets = (0..<4).map { _ in 1 + Int(random.next() % 126) }
      Self.expect(octets.map(String.init).joined(separator: "."), .ip, &random)
    }
  }

  @Test(
    "What only looks like private data is left alone",
    arguments: [
      "1.2.3", "v1.2.3.4", "version 1.2.3.4", "release 10.0.19045.2846", "1.2.3.4.5", "127.0.0.1", "0.0.0.0",
      "255.255.255.0", "256.1.1.1",
      "2026-01-05", "2026-01-05 08:15:00", "2026-01-05T08:15:00.123456Z", "05.01.2026 08:15", "01/02/2026 10",
      "2026-01-05 2026-01-12", "08:15:30",
      "order 4711-0815-2342", "A-2026-000123", "invoice 20260105001", "1,234,567,890.50", "$1 234 567.89",
      "EUR 12 000 000", "1 000 000 000 000",
      "550e8400-e29b-41d4-a716-446655440000", "1234567890123456", "4111111111111112", "1767571200000", "1767571200",
      "3.14159265358979",
      "1 2 3 4 5 6 7 8 9 10", "10 20 30 40 50 60", "0101 1010 0011", "std::vector<int>", "a::b", "12:34:56",
      "aa:bb:cc:dd:ee:ff", "::1", "5+12345678901",
      "978-3-16-148410-0", "0.4111111111111111", "ISO 27001:2022", "RFC 4180", "555-1234", "64 128 256 512 1024",
    ])
  func falseFriends(_ text: String) {
    var random = SeededRandom(seed: 6)
    Self.expect(text, nil, &random)
  }

  @Test("The e-mail scanner decides as the regular expression it replaces")
  func emailScannerEqualsRegex() throws {
    let regex = try Regex(
      #"[A-Za-z0-9._%+\-\x{80}-\x{10FFFF}]+@[A-Za-z0-9\-\x{80}-\x{10FFFF}]+\.[A-Za-z0-9.\-\x{80}-\x{10FFFF}]*?[A-Za-z\x{80}-\x{10FFFF}]{2}"#
    )
    .matchingSemantics(.unicodeScalar)
    var random = SeededRandom(seed: 8)
    let alphabet: [Unicode.Scalar] = ["a", "b", "Z", "é", "q", "1", "@", ".", "-", "_", ";"]
    var found = 0
    for _ in 0..<4000 {
      var text = String.UnicodeScalarView()
      for length in [Int(random.next() % 5), Int(random.next() % 5), Int(random.next() % 6)] {
        for _ in 0..<length { text.append(alphabet[Int(random.next() % UInt64(alphabet.count))]) }
        text.append(length % 2 == 0 ? "@" : ".")
      }
      let expected = String(text).contains(regex)
      if expected { found += 1 }
      #expect((Self.redactor.finding(in: String(text)) == .email) == expected, "\(String(text))")
    }
    #expect(found > 40 && found < 3900, "\(found)")
  }

  @Test("Random bytes as text are judged without a crash, and the longest text in time that grows with its length")
  func robust() {
    var random = SeededRandom(seed: 9)
    let alphabet: [Unicode.Scalar] = [
      "0", "4", "1", "9", "+", "(", ")", " ", "-", ".", "/", ":", "f", "e", "@", "_", "é",
    ]
    for _ in 0..<5000 {
      var text = String.UnicodeScalarView()
      for _ in 0..<Int(random.next() % 40) { text.append(alphabet[Int(random.next() % UInt64(alphabet.count))]) }
      _ = Self.redactor.finding(in: String(text))
    }
    let clock = ContinuousClock()
    for piece in ["1 ", "1", "a@", "a.", "1.", "sk-", "(", "f:", "eyJ", "-----BEGIN ", "00 "] {
      let time = clock.measure {
        _ = Self.redactor.finding(in: String(repeating: piece, count: 100_000 / piece.utf8.count))
      }
      #expect(time < .seconds(5), "\(piece)")
    }
  }
}
