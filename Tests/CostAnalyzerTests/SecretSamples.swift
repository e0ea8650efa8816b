import CostAnalyzer

/// Made-up private data of many kinds, and text that looks like it. Written from the issuers' descriptions, not from the
/// rules of `Redactor`.
struct SecretSamples {
  struct Sample {
    var kind: String
    var text: String
  }

  private var random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  private mutating func below(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
  private mutating func pick<T>(_ list: [T]) -> T { list[below(list.count)] }

  /// `δ` a digit, `ν` one from 2 up, `η` a hexadecimal digit, `ξ` a letter or digit, `Ξ` an upper-case letter or digit, `β` one of
  /// base64url, `α` a lower-case letter; the rest as it stands.
  private mutating func filled(_ pattern: String) -> String {
    let digits = Array("0123456789")
    let lower = Array("abcdefghijklmnopqrstuvwxyz")
    let upper = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return String(
      pattern.map { (mark: Character) -> Character in
        switch mark {
        case "δ": return digits[below(10)]
        case "ν": return digits[2 + below(8)]
        case "η": return Array("0123456789abcdef")[below(16)]
        case "ξ": return pick(digits + lower + upper)
        case "Ξ": return pick(digits + upper)
        case "β": return pick(digits + lower + upper + ["-", "_"])
        case "α": return lower[below(26)]
        default: return mark
        }
      })
  }

  private func times(_ mark: String, _ count: Int) -> String { String(repeating: mark, count: count) }

  private static let firstNames = ["anna", "joao", "li", "o.brien", "maría", "k", "tom-h", "x_ray"]
  private static let hosts = [
    "example.com", "mail.example.co.uk", "firma.de", "université.fr", "a.io", "dept.uni-x.edu", "例え.jp",
  ]

  mutating func email() -> String {
    let local = pick(Self.firstNames) + pick(["", ".smith", "+news", "_42", "1984"])
    return pick(["", "mailto:", "<"]) + "\(local)@\(pick(Self.hosts))"
  }

  private static let international = [
    "+1 νδδ νδδ δδδδ", "+1-νδδ-νδδ-δδδδ", "+1 (νδδ) νδδ-δδδδ", "+44 20 7δδδ δδδδ", "+44 7δδδ δδδδδδ", "+49 30 δδδδδδδ",
    "+49 171 δδδδδδδ", "+49 (0)89 δδδδδδδ", "+33 6 δδ δδ δδ δδ", "+34 6δδ δδδ δδδ", "+39 3δδ δδδ δδδδ",
    "+91 9δδδδ δδδδδ",
    "+81 90-δδδδ-δδδδ", "+86 138 δδδδ δδδδ", "+55 11 9δδδδ-δδδδ", "+61 4δδ δδδ δδδ", "+41 79 δδδ δδ δδ",
    "+31 6 δδδδδδδδ",
    "+1νδδνδδδδδδ", "+4930δδδδδδδδ", "+919δδδδδδδδδ", "0049 171 δδδδδδδ", "0044 7δδδ δδδδδδ",
  ]
  private static let national = [
    "(νδδ) νδδ-δδδδ", "νδδ-νδδ-δδδδ", "νδδ.νδδ.δδδδ", "νδδ νδδ δδδδ", "020 7δδδ δδδδ", "07δδδ δδδδδδ", "030 δδδδδδδδ",
    "0171 νδδδδδδ", "0171/νδδδδδδ", "06 δδ δδ δδ δδ", "090-δδδδ-νδδδ", "04δδ δδδ δδδ", "(030) νδδδδδδδ",
  ]

  mutating func phoneInternational() -> String { filled(pick(Self.international)) }
  mutating func phoneNational() -> String { filled(pick(Self.national)) }

  /// Scheme prefix, length, sizes of the groups.
  private static let schemes: [(String, Int, [Int])] = [
    ("4", 16, [4, 4, 4, 4]), ("52", 16, [4, 4, 4, 4]), ("2500", 16, [4, 4, 4, 4]), ("37", 15, [4, 6, 5]),
    ("36", 14, [4, 6, 4]), ("6011", 16, [4, 4, 4, 4]), ("3540", 16, [4, 4, 4, 4]), ("62", 16, [4, 4, 4, 4]),
  ]

  mutating func card(valid: Bool = true) -> String {
    let (prefix, length, sizes) = pick(Self.schemes)
    let body = prefix + filled(times("δ", length - prefix.count - 1))
    var sum = 0
    for (place, digit) in body.reversed().enumerated() {
      let value = digit.wholeNumberValue! * (place % 2 == 0 ? 2 : 1)
      sum += value > 9 ? value - 9 : value
    }
    let check = (10 - sum % 10) % 10
    let digits = body + String(valid ? check : (check + 1 + below(9)) % 10)
    return grouped(digits, sizes, pick(["", " ", "-"]))
  }

  private func grouped(_ text: String, _ sizes: [Int], _ separator: String) -> String {
    var rest = text[...]
    return sizes.map { size in
      defer { rest = rest.dropFirst(size) }
      return String(rest.prefix(size))
    }.joined(separator: separator)
  }

  /// Country and the shape of its account part (the registry of SWIFT).
  private static let accounts = [
    ("DE", "δδδδδδδδδδδδδδδδδδ"), ("FR", "δδδδδδδδδδΞΞΞΞΞΞΞΞΞΞΞδδ"), ("GB", "WESTδδδδδδδδδδδδδδ"),
    ("NL", "ABNAδδδδδδδδδδ"),
    ("ES", "δδδδδδδδδδδδδδδδδδδδ"), ("CH", "δδδδδΞΞΞΞΞΞΞΞΞΞΞΞ"), ("NO", "δδδδδδδδδδδ"),
    ("IT", "Aδδδδδδδδδδδδδδδδδδδδδδ"),
  ]

  mutating func iban(valid: Bool = true) -> String {
    let (country, shape) = pick(Self.accounts)
    let account = filled(shape)
    let remainder = (account + country + "00").reduce(0) { sum, character in
      let value = Int(String(character), radix: 36)!
      return (sum * (value > 9 ? 100 : 10) + value) % 97
    }
    let check = valid ? 98 - remainder : 2 + (98 - remainder + below(90)) % 97
    let whole = country + (check < 10 ? "0" : "") + String(check) + account
    return pick([true, false])
      ? whole : grouped(whole, Array(repeating: 4, count: (whole.count + 3) / 4), " ")
  }

  mutating func ip() -> String {
    if below(3) > 0 {
      return (0..<4).map { _ in String(1 + below(126)) }.joined(separator: ".") + pick(["", ":8080", "/24"])
    }
    let groups = (0..<8).map { _ in filled("ηηηη") }
    return pick([groups.joined(separator: ":"), groups[0] + ":" + groups[1] + "::" + groups[2] + ":" + groups[3]])
  }

  /// Vendor and the form of its keys.
  private var keys: [(String, String)] {
    [
      ("OpenAI", "sk-proj-" + times("β", 48)), ("OpenAI", "sk-" + times("ξ", 48)),
      ("Anthropic", "sk-ant-api03-" + times("β", 93)),
      ("AWS", "AKIA" + times("Ξ", 16)), ("AWS", "ASIA" + times("Ξ", 16)), ("Google", "AIza" + times("β", 35)),
      ("GitHub", "ghp_" + times("ξ", 36)), ("GitHub", "github_pat_" + times("ξ", 22) + "_" + times("ξ", 59)),
      ("GitLab", "glpat-" + times("β", 20)), ("Slack", "xoxb-" + times("δ", 12) + "-" + times("ξ", 24)),
      ("Stripe", "sk_live_" + times("ξ", 24)), ("Stripe", "whsec_" + times("ξ", 32)),
      ("SendGrid", "SG." + times("β", 22) + "." + times("β", 43)), ("Hugging Face", "hf_" + times("ξ", 34)),
      ("npm", "npm_" + times("ξ", 36)), ("PyPI", "pypi-AgEIcHlwaS5vcmc" + times("β", 60)),
      ("Groq", "gsk_" + times("ξ", 52)),
      ("Databricks", "dapi" + times("η", 32)), ("DigitalOcean", "dop_v1_" + times("η", 64)),
      ("Vault", "hvs." + times("β", 90)),
      ("Shopify", "shpat_" + times("η", 32)), ("Mailgun", "key-" + times("η", 32)),
    ]
  }

  mutating func apiKey() -> Sample {
    let (vendor, form) = pick(keys)
    return Sample(kind: "key \(vendor)", text: filled(form))
  }

  mutating func token() -> String {
    filled("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx" + times("β", 30 + below(60)) + "." + times("β", 43))
  }

  mutating func privateKey() -> String {
    "-----BEGIN \(pick(["RSA ", "EC ", "OPENSSH ", "", "ENCRYPTED "]))PRIVATE KEY-----\n" + filled(times("ξ", 64))
      + "\n"
  }

  mutating func bearer() -> String { "Authorization: Bearer " + filled(times("β", 40)) }

  /// One of every kind in turn.
  mutating func secret(_ number: Int) -> Sample {
    switch number % 10 {
    case 0: Sample(kind: "e-mail", text: email())
    case 1: Sample(kind: "phone, international", text: phoneInternational())
    case 2: Sample(kind: "phone, national", text: phoneNational())
    case 3: Sample(kind: "card", text: card())
    case 4: Sample(kind: "IBAN", text: iban())
    case 5: Sample(kind: "IP address", text: ip())
    case 6: Sample(kind: "JWT", text: token())
    case 7: Sample(kind: "private key", text: privateKey())
    case 8: Sample(kind: "bearer token", text: bearer())
    default: apiKey()
    }
  }

  private static let nearForms = [
    ("version", "δ.δδ.δ"), ("version", "vδ.δδ.δ-rc.δ"), ("version", "version 1δ.0.δδδδδ.δδδ"),
    ("order id", "ORD-2026δδδδ-δδδδ"),
    ("order id", "order #δδδδδδδδ"), ("order id", "INV-δδδδδδ"), ("order id", "ticket PROJ-δδδδ"),
    ("date", "2026-0ν-1δ"),
    ("date", "1δ.0ν.2026"), ("date", "0ν/1δ/2026 08:15"), ("date", "2026-0ν-1δT08:1δ:00Z"),
    ("date", "from 2026-01-1δ to 2026-02-1δ"),
    ("amount", "$ν,δδδ,δδδ.δδ"), ("amount", "EUR ν δδδ δδδ"), ("amount", "ν.δδδ.δδδ,δδ €"),
    ("uuid", "ηηηηηηηη-ηηηη-4ηηη-8ηηη-ηηηηηηηηηηηη"), ("commit", "commit " + String(repeating: "η", count: 40)),
    ("colour", "#ηηηηηη"), ("MAC address", "ηη:ηη:ηη:ηη:ηη:ηη"), ("time", "0ν:1δ:2δ"),
    ("coordinates", "48.δδδδδδ, 11.δδδδδδ"),
    ("number", "3.14159δδδδδδδδ"), ("number", "17675δδδδδδδδ"), ("number", "1ν δν 3ν 4ν"),
    ("code", "std::vector<αααα>"),
    ("code", "sk_αααα_αααααα_ααααα"), ("code", "@αααααα decorator"), ("code", "pk_column_αααα"),
    ("handle", "@αααααα_αα"),
    ("tracking", "1Z999AA1δδδδδδδδδδ"), ("standard", "ISO δδδδδ:2022"), ("ISBN", "978-3-16-δδδδδδ-δ"),
    ("word", "task-αααααααα-overview"), ("address", "loopback 127.0.0.1"), ("range", "pages δδδ-δδδ"),
  ]

  mutating func nearMiss(_ number: Int) -> Sample {
    switch number % 10 {
    case 0: return Sample(kind: "card, wrong check digit", text: card(valid: false))
    case 1: return Sample(kind: "IBAN, wrong check digits", text: iban(valid: false))
    default:
      let (kind, form) = pick(Self.nearForms)
      return Sample(kind: kind, text: filled(form))
    }
  }

  private static let words = [
    "please", "check", "whether", "the", "invoice", "für", "our", "customer", "is", "ready", "答え", "and", "why", "not",
  ]

  /// Among words, as people put it.
  mutating func sentence(around text: String) -> String {
    var words = (0..<(2 + below(6))).map { _ in pick(Self.words) }
    words.insert(pick(["\(text)", "(\(text))", "\(text),", "\"\(text)\""]), at: below(words.count + 1))
    return words.joined(separator: " ")
  }
}
