/// Prefixes and shapes of keys and tokens.
struct SecretRules {
  private enum Alphabet { case word, wordDash, wordDashDot, upper }

  private struct Rule: Sendable {
    let prefix: [UInt8]
    let alphabet: Alphabet
    let least: Int
    /// Words of a language have no digits: `sk-learn-documentation-page` is no key.
    let needsDigit: Bool

    init(_ prefix: String, _ alphabet: Alphabet, _ least: Int, digit: Bool = true) {
      self.prefix = Array(prefix.utf8)
      self.alphabet = alphabet
      self.least = least
      needsDigit = digit
    }
  }

  private static let rules: [Rule] =
    ["sk-", "sk_", "pk-", "pk_", "rk-", "rk_"].map { Rule($0, .wordDash, 16) }
    + ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "hf_", "npm_"].map { Rule($0, .word, 20, digit: false) }
    // Groq, Perplexity, xAI, Replicate, Databricks, DigitalOcean, Shopify, PyPI, Vault, Grafana, Linear, Notion, Doppler,
    // New Relic, Stripe's webhooks, Google's OAuth, Mailgun.
    + [
      "gsk_", "pplx-", "xai-", "r8_", "dapi", "dop_v1_", "shpat_", "pypi-", "glsa_", "lin_api_", "ntn_", "NRAK-",
      "whsec_",
    ]
    .map { Rule($0, .wordDash, 20) }
    + ["hvs.", "dp.pt.", "ya29."].map { Rule($0, .wordDashDot, 20) }
    + [Rule("key-", .word, 32)]
    + ["xoxa-", "xoxb-", "xoxe-", "xoxp-", "xoxr-", "xoxs-"].map { Rule($0, .wordDash, 10) }
    + [
      Rule("github_pat_", .wordDash, 20, digit: false), Rule("glpat-", .wordDash, 16, digit: false),
      Rule("AKIA", .upper, 16, digit: false),
      Rule("ASIA", .upper, 16, digit: false), Rule("AIza", .wordDash, 30), Rule("SG.", .wordDashDot, 20),
      Rule("Bearer ", .wordDashDot, 16), Rule("bearer ", .wordDashDot, 16),
    ]

  /// Rules by the first byte of their prefix.
  private static let byFirst: [[Rule]] = {
    var table = [[Rule]](repeating: [], count: 256)
    for rule in rules { table[Int(rule.prefix[0])].append(rule) }
    return table
  }()

  static func occur(in text: UnsafeBufferPointer<UInt8>) -> Bool {
    let table = byFirst
    for start in text.indices {
      let byte = text[start]
      if byte == UInt8(ascii: "-") {
        if isPrivateKey(text, start) { return true }
        continue
      }
      // Not inside a word: `task-management-…` holds no key.
      guard byte.isLetter, start == 0 || !isWord(text[start - 1]) else { continue }
      if byte == UInt8(ascii: "e"), isToken(text, start) { return true }
      for rule in table[Int(byte)] where matches(rule, text, start) { return true }
    }
    return false
  }

  private static func matches(_ rule: Rule, _ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool {
    guard starts(text, start, rule.prefix) else { return false }
    var end = start + rule.prefix.count
    var digits = 0
    let first = end
    // No key is longer; without a limit, `sk-sk-sk-…` would take quadratic time.
    let limit = min(text.count, first + 256)
    while end < limit, contains(rule.alphabet, text[end]) {
      if text[end].isDigit { digits += 1 }
      end += 1
    }
    return end - first >= rule.least && (digits > 0 || !rule.needsDigit)
  }

  /// A JSON Web Token: two base64url parts, the first beginning `{"`.
  private static func isToken(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool {
    guard starts(text, start, jwt) else { return false }
    var end = start + jwt.count
    // The first part names an algorithm and a key: a limit keeps `eyJ-eyJ-…` linear.
    let limit = min(text.count, start + 1024)
    while end < limit, contains(.wordDash, text[end]) { end += 1 }
    guard end - start >= 13, end < text.count, text[end] == UInt8(ascii: ".") else { return false }
    let dot = end
    end += 1
    while end < text.count, end - dot <= 5, contains(.wordDash, text[end]) { end += 1 }
    return end - dot > 5
  }

  /// `-----BEGIN … PRIVATE KEY`
  private static func isPrivateKey(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool {
    guard starts(text, start, pemStart) else { return false }
    for end in start + pemStart.count..<min(text.count, start + 60) {
      if starts(text, end, pemEnd) { return true }
      guard (65...90).contains(text[end]) || text[end] == UInt8(ascii: " ") else { return false }
    }
    return false
  }

  private static let jwt = Array("eyJ".utf8)
  private static let pemStart = Array("-----BEGIN ".utf8)
  private static let pemEnd = Array("PRIVATE KEY".utf8)

  private static func starts(_ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ prefix: [UInt8]) -> Bool {
    guard start + prefix.count <= text.count else { return false }
    for offset in prefix.indices where text[start + offset] != prefix[offset] { return false }
    return true
  }

  private static func isWord(_ byte: UInt8) -> Bool { byte.isWordOrHigh || byte == UInt8(ascii: "_") }

  private static func contains(_ alphabet: Alphabet, _ byte: UInt8) -> Bool {
    switch alphabet {
    case .word: byte.isLetter || byte.isDigit
    case .wordDash: byte.isLetter || byte.isDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    case .wordDashDot:
      byte.isLetter || byte.isDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        || byte == UInt8(ascii: ".")
    case .upper: byte.isDigit || (65...90).contains(byte)
    }
  }
}
