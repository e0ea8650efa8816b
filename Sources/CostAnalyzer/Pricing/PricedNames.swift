/// Which of the two names of a request has its price, and who sold it.
extension ModelName {
  /// The names to look up, in order.
  var pricedNames: [String] {
    let names = [responded, requested].filter { !$0.isEmpty }
    guard names.count == 2, requested != responded, Self.base(of: requested) == Self.base(of: responded) else {
      return names
    }
    // The route that was asked for leads to what answered: `azure/eu/gpt-4o` and `gpt-4o-2024-08-06`.
    if Self.isBedrock(requested) { return [requested, responded] }
    guard let slash = requested.lastIndex(of: "/"), !responded.contains("/"),
      !Self.sellersOfBareNames.contains(requested[..<slash].lowercased())
    else { return names }
    return [String(requested[...slash]) + responded, requested, responded]
  }

  /// The logged seller, else a server of one's own that was asked: no list price holds there.
  var pricedSeller: String? {
    if !seller.isEmpty { return seller }
    guard let slash = requested.firstIndex(of: "/") else { return nil }
    let asked = String(requested[..<slash]).lowercased()
    return ProviderNames.selfHosted.contains(asked) ? asked : nil
  }

  /// Their routes add nothing to a name.
  private static let sellersOfBareNames = ["openai", "anthropic"]

  private static let makers = [
    "ai21", "amazon", "anthropic", "cohere", "deepseek", "meta", "mistral", "openai", "qwen", "writer",
  ]

  /// `us.anthropic.claude-…`, `anthropic.claude-…`, or an ARN of Bedrock.
  private static func isBedrock(_ name: String) -> Bool {
    if name.hasPrefix("arn:") { return name.contains(":bedrock:") }
    return name.split(separator: ".").prefix(2).contains { makers.contains(String($0)) }
  }

  /// A name without seller, route, region, version and date: two names with the same base are one model.
  private static func base(of name: String) -> String {
    var base = name.lowercased()
    if let slash = base.lastIndex(of: "/") { base = String(base[base.index(after: slash)...]) }
    base = ModelNameRules.withoutThroughput(base).first ?? base
    base = ModelNameRules.withoutBedrockVersion(base).last ?? base
    let parts = base.split(separator: ".")
    if let maker = parts.prefix(2).firstIndex(where: { makers.contains(String($0)) }) {
      base = parts[(maker + 1)...].joined(separator: ".")
    }
    base = DateSuffix(base)?.base ?? base
    return base.replacing(".", with: "-")
  }
}
