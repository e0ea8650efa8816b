/// International bank account numbers (ISO 13616), written together or in groups of four: the length must be the country's, the check
/// digits must be right.
enum BankAccount {
  /// Characters by country, from SWIFT's registry.
  private static let lengths: [[UInt8]: Int] = Dictionary(
    uniqueKeysWithValues: """
      AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18
      FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24
      ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23
      ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30
      """.split(whereSeparator: \.isWhitespace).map { (Array($0.utf8.prefix(2)), Int($0.dropFirst(2))!) })

  static func occurs(in text: UnsafeBufferPointer<UInt8>) -> Bool {
    for start in 0..<max(0, text.count - 14) where isUpper(text[start]) {
      guard isUpper(text[start + 1]), text[start + 2].isDigit, text[start + 3].isDigit,
        start == 0 || !isWord(text[start - 1]), let length = lengths[[text[start], text[start + 1]]]
      else { continue }
      if isNumber(text, start, length) { return true }
    }
    return false
  }

  private static func isNumber(_ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ length: Int) -> Bool {
    var characters: [UInt8] = []
    var at = start
    while at < text.count, characters.count < length {
      let isGap = text[at] == UInt8(ascii: " ") && characters.count % 4 == 0
      if !isGap {
        guard text[at].isDigit || isUpper(text[at]) else { return false }
        characters.append(text[at])
      }
      at += 1
    }
    return characters.count == length && (at == text.count || !isWord(text[at])) && remainder(characters) == 1
  }

  /// By 97; the country and its check digits count last, letters as 10 … 35.
  private static func remainder(_ characters: [UInt8]) -> Int {
    (characters.dropFirst(4) + characters.prefix(4)).reduce(0) { sum, byte in
      byte.isDigit ? (sum * 10 + Int(byte - 48)) % 97 : (sum * 100 + Int(byte) - 55) % 97
    }
  }

  private static func isUpper(_ byte: UInt8) -> Bool { (65...90).contains(byte) }
  private static func isWord(_ byte: UInt8) -> Bool { byte.isWordOrHigh || byte == UInt8(ascii: "_") }
}
