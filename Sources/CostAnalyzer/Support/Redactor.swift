import Foundation

/// Finds text that must not leave the log: e-mail addresses, phone, card and bank account numbers, keys and tokens, IP
/// addresses, and what the user's own patterns match.
///
/// Used to keep such questions and answers out of the pre-cache list and of the tables; it decides, it does not rewrite.
/// One pass over the bytes by hand: `Regex` took most of the time of the candidate list.
package struct Redactor: Sendable {
  package enum Finding: String, Sendable, CaseIterable { case email, phone, card, iban, secret, ip, pattern }

  private let patterns: [NSRegularExpression]

  /// - Parameter patterns: regular expressions; checked when the options are.
  package init(patterns: [String] = []) {
    self.patterns = patterns.map {
      guard let expression = try? NSRegularExpression(pattern: $0) else {
        preconditionFailure("privacy.patterns are validated with the options")
      }
      return expression
    }
  }

  /// The first kind of private data in the text, or nil.
  package func finding(in text: String) -> Finding? {
    if let found = builtIn(text) { return found }
    let range = NSRange(text.startIndex..., in: text)
    return patterns.contains { $0.firstMatch(in: text, range: range) != nil } ? .pattern : nil
  }

  private func builtIn(_ text: String) -> Finding? {
    var text = text
    return text.withUTF8 { bytes in
      var hasAt = false
      var hasColon = false
      var digits = 0
      for byte in bytes {
        if byte == UInt8(ascii: "@") { hasAt = true }
        if byte == UInt8(ascii: ":") { hasColon = true }
        if byte.isDigit { digits += 1 }
      }
      if hasAt, Self.hasEmail(bytes) { return .email }
      if SecretRules.occur(in: bytes) { return .secret }
      if digits >= 4, Self.hasIPv4(bytes) { return .ip }
      if hasColon, digits > 0, Self.hasIPv6(bytes) { return .ip }
      if digits >= 6, BankAccount.occurs(in: bytes) { return .iban }
      return digits >= 8 ? DigitRun.finding(in: bytes) : nil
    }
  }

  /// `local@label.…` with two letters in a row behind the first dot.
  private static func hasEmail(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    func isLocal(_ byte: UInt8) -> Bool {
      byte.isWordOrHigh || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "%") || byte == UInt8(ascii: "+")
        || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
    for at in text.indices where text[at] == UInt8(ascii: "@") && at > 0 && isLocal(text[at - 1]) {
      var end = at + 1
      var afterDot = false
      var letters = 0
      while end < text.count {
        let byte = text[end]
        if byte == UInt8(ascii: ".") {
          if end == at + 1 { break }
          afterDot = true
          letters = 0
        } else if byte.isWordOrHigh || byte == UInt8(ascii: "-") {
          // Continuation bytes belong to the letter before.
          if byte & 0xC0 != 0x80 { letters = byte.isLetterOrHigh ? letters + 1 : 0 }
          if afterDot && letters == 2 { return true }
        } else {
          break
        }
        end += 1
      }
    }
    return false
  }

  /// Four octets. Not one: part of a longer dotted number, glued to a word (`v1.2.3.4`), behind the word *version*, or an
  /// address that is nobody's (loopback, any, netmask).
  private static func hasIPv4(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var start = 0
    while start < text.count {
      guard text[start].isDigit else {
        start += 1
        continue
      }
      var end = start
      while end < text.count, text[end].isDigit || text[end] == UInt8(ascii: ".") { end += 1 }
      defer { start = end }
      var stop = end
      while text[stop - 1] == UInt8(ascii: ".") { stop -= 1 }
      if stop - start < 7 || stop - start > 15 { continue }
      if start > 0, text[start - 1].isWordOrHigh || Set("_-.".utf8).contains(text[start - 1]) {
        continue
      }
      if end < text.count, end == stop, text[end].isWordOrHigh || text[end] == UInt8(ascii: "_") { continue }
      let octets = text[start..<stop].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map {
        part in
        part.isEmpty || part.count > 3 ? 256 : part.reduce(0) { $0 * 10 + Int($1 - 48) }
      }
      guard octets.count == 4, octets.allSatisfy({ $0 < 256 }) else { continue }
      if octets[0] == 127 || octets[0] == 0 || octets[..<3] == [255, 255, 255] || followsVersion(text, start) {
        continue
      }
      return true
    }
    return false
  }

  private static let versionWords = ["version", "v", "ver", "release", "build", "section", "chapter"].map {
    Array($0.utf8)
  }

  private static func followsVersion(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool {
    var end = start
    while end > 0, Set(" .:=".utf8).contains(text[end - 1]) { end -= 1 }
    var first = end
    while first > 0, text[first - 1].isLetterOrHigh { first -= 1 }
    let word = text[first..<end].map { $0 | 32 }
    return versionWords.contains(word)
  }

  /// Eight hexadecimal groups, or at least three around one `::`; `12:34:56`, `a::b` and MAC addresses are none.
  private static func hasIPv6(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    func isToken(_ byte: UInt8) -> Bool { byte.isWordOrHigh || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "_") }
    return text.split(whereSeparator: { !isToken($0) }).contains { token in
      var token = token
      if token.last == UInt8(ascii: ":"), token.dropLast().last != UInt8(ascii: ":") { token.removeLast() }
      let groups = token.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      guard groups.count >= 4, groups.count <= 9, token.contains(where: \.isDigit),
        groups.allSatisfy({ $0.count <= 4 && $0.allSatisfy(\.isHexDigit) })
      else { return false }
      let filled = groups.count { !$0.isEmpty }
      let gaps = token.indices.dropLast().count { token[$0] == UInt8(ascii: ":") && token[$0 + 1] == UInt8(ascii: ":") }
      return gaps == 0 ? filled == 8 && groups.count == 8 : gaps == 1 && filled >= 3 && filled < 8
    }
  }
}

extension UInt8 {
  var isDigit: Bool { self &- 48 < 10 }
  var isHexDigit: Bool { isDigit || (self | 32) &- 97 < 6 }
  var isLetter: Bool { (self | 32) &- 97 < 26 }
  /// Bytes of scalars beyond ASCII count as letters: an address at `müller.de` is one too.
  var isLetterOrHigh: Bool { isLetter || self >= 128 }
  var isWordOrHigh: Bool { isDigit || isLetterOrHigh }
}
