/// How logs and prices name sellers.
enum ProviderNames {
  /// A seller that a log names.
  struct Seller: Equatable {
    /// As price tables spell it.
    let name: String
    /// Other sellers' rows may serve: this one charges the maker's list price.
    let sellsAtListPrice: Bool

    /// Whether a row can be this seller's price.
    func sells(_ row: PriceRow) -> Bool {
      sellsAtListPrice || row.provider == name || row.name.lowercased().hasPrefix(name + "/")
    }
  }

  /// OpenTelemetry's and other spellings of the names that price tables use.
  static let spellings = [
    "aws": "bedrock", "aws.bedrock": "bedrock", "aws_bedrock": "bedrock", "amazon-bedrock": "bedrock",
    "bedrock_converse": "bedrock",
    "az.ai.inference": "azure_ai", "azure.ai.inference": "azure_ai",
    "az.ai.openai": "azure", "azure.ai.openai": "azure", "azure_openai": "azure", "azure-openai": "azure",
    "azure-ai": "azure_ai",
    "gcp.gemini": "gemini", "gcp.gen_ai": "gemini", "google": "gemini", "google_genai": "gemini",
    "gcp.vertex_ai": "vertex_ai", "google_vertexai": "vertex_ai", "vertexai": "vertex_ai", "vertex-ai": "vertex_ai",
    "mistralai": "mistral", "mistral_ai": "mistral", "mistral-ai": "mistral", "together-ai": "together_ai",
    "fireworks-ai": "fireworks_ai", "x-ai": "xai", "x_ai": "xai",
  ]

  /// Sellers that charge the maker's list price, so that a row without their prefix serves too.
  static let listPriceSellers: Set<String> = [
    "anthropic", "azure", "azure_ai", "bedrock", "cohere", "deepseek", "gemini", "litellm_proxy", "mistral", "openai",
    "openrouter", "vercel_ai_gateway", "vertex_ai", "xai",
  ]

  /// Servers of models on one's own machines: an API's list price says nothing about them.
  static let selfHosted: Set<String> = [
    "hosted_vllm", "huggingface", "lemonade", "llamafile", "lm_studio", "ollama", "ollama_chat", "sglang", "tgi",
    "triton", "vllm", "xinference",
  ]

  /// Makers that sell under `maker/model`, tried before a bare name that comes without a seller.
  static let makers = ["codestral", "cohere", "deepseek", "gemini", "minimax", "mistral", "moonshot", "voyage", "xai"]

  /// Sellers whose rows stand in price tables under the bare model name.
  static let sellersOfBareNames: Set<String> = ["anthropic", "bedrock", "openai", "vertex_ai"]

  /// The seller that a log names, or nil when the name says nothing (a gateway, an empty string).
  static func seller(_ logged: String?, knownTo table: PriceTable) -> Seller? {
    guard let logged, !logged.isEmpty, logged.utf8.count <= 128 else { return nil }
    let lowercased = logged.lowercased()
    let name = spellings[lowercased] ?? lowercased
    if listPriceSellers.contains(name) { return Seller(name: name, sellsAtListPrice: true) }
    guard selfHosted.contains(name) || table.providers.contains(name) else { return nil }
    return Seller(name: name, sellsAtListPrice: false)
  }
}
