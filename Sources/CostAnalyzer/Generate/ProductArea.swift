/// One product area: an app with its own system prompt, words, model and users.
struct ProductArea: Sendable {
  /// A word and what people also call it.
  struct Term: Sendable {
    var name: String
    var alias: String
  }

  var app: String
  var product: String
  var purpose: String
  /// Index into `TrafficModel.all`.
  var model: Int
  /// Share of the traffic in percent.
  var weight: UInt64
  var temperature: Double
  var maxTokens: Int
  /// How many of the shared rules its system prompt states.
  var promptRules: Int
  /// Things one switches on and off.
  var features: [Term]
  /// Things one creates, exports and deletes.
  var items: [Term]
  /// Things one raises and lowers.
  var limits: [Term]
  var events: [String]
  var extras: [String]
  var plans: [String]
  var menus: [String]
  var teams: [String]
  var roles: [String]
  var tools: [String]

  /// `name=alias` pairs separated by bars; without an alias people use the name only.
  static func terms(_ text: String) -> [Term] {
    list(text).map { entry in
      let parts = entry.split(separator: "=")
      return Term(name: String(parts[0]), alias: String(parts[parts.count - 1]))
    }
  }

  static func list(_ text: String) -> [String] { text.split(separator: "|").map(String.init) }

  /// The weights add up to the model mix: every area sticks mostly to one model.
  static let all: [ProductArea] = officeAreas + expertAreas
}

/// A model of the traffic mix.
struct TrafficModel: Sendable {
  enum Family: Sendable { case openai, anthropic, gemini, hosted }

  var name: String
  /// The dated name some answers carry.
  var dated: String?
  var provider: String
  var family: Family
  /// Share of the traffic in percent.
  var weight: UInt64
  /// Picodollars a token: input, cached read, five-minute write, output. Nil where nobody publishes a price.
  var prices: [Int64]?

  /// Bytes of text a token, times ten.
  var bytesPerTokenTimesTen: Int {
    switch family {
    case .openai: 40
    case .anthropic: 36
    case .gemini: 41
    case .hosted: 38
    }
  }

  func tokens(bytes: Int) -> Int { max(1, bytes * 10 / bytesPerTokenTimesTen) }

  static let all: [TrafficModel] = [
    TrafficModel(
      name: "gpt-4o", dated: "gpt-4o-2024-08-06", provider: "openai", family: .openai, weight: 30,
      prices: [2_500_000, 1_250_000, 2_500_000, 10_000_000]),
    TrafficModel(
      name: "gpt-4o-mini", dated: "gpt-4o-mini-2024-07-18", provider: "openai", family: .openai, weight: 25,
      prices: [150_000, 75_000, 150_000, 600_000]),
    TrafficModel(
      name: "claude-sonnet-4-5", dated: "claude-sonnet-4-5-20250929", provider: "anthropic", family: .anthropic,
      weight: 20, prices: [3_000_000, 300_000, 3_750_000, 15_000_000]),
    TrafficModel(
      name: "claude-haiku-4-5", dated: "claude-haiku-4-5-20251001", provider: "anthropic", family: .anthropic,
      weight: 10, prices: [1_000_000, 100_000, 1_250_000, 5_000_000]),
    TrafficModel(
      name: "gpt-4.1", dated: nil, provider: "openai", family: .openai, weight: 8,
      prices: [2_000_000, 500_000, 2_000_000, 8_000_000]),
    TrafficModel(
      name: "gemini-2.5-flash", dated: nil, provider: "gemini", family: .gemini, weight: 5,
      prices: [300_000, 30_000, 300_000, 2_500_000]),
    TrafficModel(
      name: "acme-internal-7b", dated: nil, provider: "hosted_vllm", family: .hosted, weight: 2, prices: nil),
  ]

  static let mix = WeightedTable(all.map(\.weight))
}
