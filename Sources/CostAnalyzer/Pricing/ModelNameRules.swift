/// A name to look up, and how it came from the logged one.
struct NameCandidate {
  /// Lowest first: names that keep the seller before names that drop it, names that keep every part before shorter
  /// ones, fewer rewrites before more.
  struct Rank: Comparable {
    var sellerChanges = 0
    var partsDropped = 0
    var spellings = 0

    static func < (left: Rank, right: Rank) -> Bool {
      (left.sellerChanges, left.partsDropped, left.spellings)
        < (right.sellerChanges, right.partsDropped, right.spellings)
    }
  }

  /// Lowercased.
  var name: String
  /// The name as logged, when `name` differs from it in case only.
  var asLogged: String?
  var rules: [String] = []
  var rank = Rank()
  /// Set once a date was dropped: another date never takes its place.
  var isUndated = false
}

/// The rules that lead from a logged model name to names of price rows. Nothing else does.
enum ModelNameRules {
  /// What a rule gives up, from nothing to the seller.
  enum Kind { case spelling, partDropped, dateDropped, sellerChanged }

  struct Rule: Sendable {
    /// What reports call the rule.
    let title: String
    let kind: Kind
    /// The names that one application leads to.
    let apply: @Sendable (String) -> [String]
  }

  /// In documented order (docs/prices.md), which also breaks ties between rows of equal price.
  static let all: [Rule] = [
    Rule(title: "ARN to model id", kind: .spelling, apply: modelID(ofARN:)),
    Rule(title: "route prefix removed", kind: .spelling) { dropFirst(of: ["bedrock/", "converse/", "invoke/"], $0) },
    Rule(title: "resource path to model id", kind: .spelling, apply: modelID(ofPath:)),
    Rule(title: "provider spelling", kind: .spelling, apply: tableSpelling(ofProviderIn:)),
    Rule(title: "context suffix removed", kind: .spelling) { dropLast("[1m]", $0) },
    Rule(title: "fine-tune to its base", kind: .spelling, apply: fineTuneBase(of:)),
    Rule(title: "dotted Claude version", kind: .spelling, apply: dashedClaude),
    Rule(title: "date spelling", kind: .spelling) { DateSuffix($0)?.spellings ?? [] },
    Rule(title: "throughput suffix removed", kind: .partDropped, apply: withoutThroughput),
    Rule(title: "Bedrock version suffix removed", kind: .partDropped, apply: withoutBedrockVersion),
    Rule(title: "-latest removed", kind: .partDropped) { dropLast("-latest", $0) },
    Rule(title: "date suffix removed", kind: .dateDropped) { DateSuffix($0).map { [$0.base] } ?? [] },
    Rule(title: "region prefix removed", kind: .sellerChanged) {
      dropFirst(of: ["us.", "eu.", "apac.", "global.", "au.", "jp."], $0)
    },
    Rule(title: "region path removed", kind: .sellerChanged, apply: withoutRegionPath),
    Rule(title: "provider prefix removed", kind: .sellerChanged, apply: withoutListPriceSeller),
  ]

  /// The names to look up first. With a seller, `seller/model` comes before the bare name.
  static func start(_ model: String, seller: ProviderNames.Seller?) -> [NameCandidate] {
    let name = model.lowercased()
    var bare = NameCandidate(name: name, asLogged: model)
    guard let seller, !name.hasPrefix(seller.name + "/") else { return [bare] }
    let qualified = NameCandidate(name: "\(seller.name)/\(name)", rules: ["provider prefix added"])
    if ProviderNames.sellersOfBareNames.contains(seller.name) {
      bare.rank.spellings = 1
    } else {
      bare.rules = ["provider ignored"]
      bare.rank.sellerChanges = 1
    }
    return [qualified, bare]
  }

  /// Every name that one more rule leads to.
  static func rewrites(
    of candidate: NameCandidate, seller: ProviderNames.Seller?, table: PriceTable
  ) -> [NameCandidate] {
    var next: [NameCandidate] = []
    func add(_ names: [String], _ rule: String, _ kind: Kind) {
      for name in names where !name.isEmpty && name != candidate.name {
        var rewritten = candidate
        rewritten.name = name
        rewritten.asLogged = nil
        rewritten.rules.append(rule)
        switch kind {
        case .spelling: rewritten.rank.spellings += 1
        case .partDropped: rewritten.rank.partsDropped += 1
        case .dateDropped:
          rewritten.rank.partsDropped += 1
          rewritten.isUndated = true
        case .sellerChanged: rewritten.rank.sellerChanges += 1
        }
        next.append(rewritten)
      }
    }
    for rule in all { add(rule.apply(candidate.name), rule.title, rule.kind) }
    if !candidate.isUndated {
      add(table.snapshots[candidate.name] ?? [], "dated snapshot", .partDropped)
    }
    let isBare = !candidate.name.contains { $0 == "/" || $0 == ":" }
    if seller?.sellsAtListPrice ?? true, isBare, candidate.rank.sellerChanges == 0 {
      add(ProviderNames.makers.map { "\($0)/\(candidate.name)" }, "provider prefix added", .sellerChanged)
    }
    return next
  }

  /// `arn:aws:bedrock:…:inference-profile/us.model` → `us.model`. Ids of provisioned and custom models name no model.
  private static func modelID(ofARN name: String) -> [String] {
    guard name.hasPrefix("arn:"), let slash = name.lastIndex(of: "/") else { return [] }
    let kind = name[..<slash]
    guard kind.hasSuffix(":inference-profile") || kind.hasSuffix(":foundation-model") else { return [] }
    return [String(name[name.index(after: slash)...])]
  }

  /// `models/x` is the Gemini API's name of `gemini/x`; `…publishers/google/models/x` is Vertex AI's of `vertex_ai/x`.
  private static func modelID(ofPath name: String) -> [String] {
    if let id = dropFirst(of: ["models/"], name).first { return ["gemini/" + id] }
    let parts = name.split(separator: "/")
    guard parts.count >= 4, parts[parts.count - 2] == "models", parts[parts.count - 4] == "publishers",
      let id = parts.last
    else { return [] }
    return ["vertex_ai/" + id]
  }

  private static func tableSpelling(ofProviderIn name: String) -> [String] {
    guard let slash = name.firstIndex(of: "/"), let spelling = ProviderNames.spellings[String(name[..<slash])] else {
      return []
    }
    return [spelling + name[slash...]]
  }

  /// `ft:base:org:name:id` → `ft:base`, which has its own price; never the base model's.
  private static func fineTuneBase(of name: String) -> [String] {
    let parts = name.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count > 2, let last = parts[0].split(separator: "/").last, last == "ft" else { return [] }
    return ["\(parts[0]):\(parts[1])"]
  }

  /// `claude-sonnet-4.5` → `claude-sonnet-4-5`, the maker's own spelling.
  private static func dashedClaude(_ name: String) -> [String] {
    let start = name.lastIndex(of: "/").map(name.index(after:)) ?? name.startIndex
    guard name[start...].hasPrefix("claude-") else { return [] }
    var bytes = Array(name.utf8)
    for index in bytes.indices.dropFirst().dropLast()
    where bytes[index] == UInt8(ascii: ".") && isDigit(bytes[index - 1]) && isDigit(bytes[index + 1]) {
      bytes[index] = UInt8(ascii: "-")
    }
    return [String(decoding: bytes, as: UTF8.self)]
  }

  /// `model-v1:0:51k` → `model-v1:0`.
  static func withoutThroughput(_ name: String) -> [String] {
    guard let colon = name.lastIndex(of: ":") else { return [] }
    let size = name[colon...].utf8.dropFirst()
    guard size.count > 1, size.last == UInt8(ascii: "k"), size.dropLast().allSatisfy(isDigit) else { return [] }
    return [String(name[..<colon])]
  }

  /// `model-v1:0` → `model-v1`, `model`; `model-v1` → `model`, for Bedrock's `maker.model` names only.
  static func withoutBedrockVersion(_ name: String) -> [String] {
    guard let dash = name.lastIndex(of: "-"), name[..<dash].contains(".") || name.contains(":") else { return [] }
    let version = name[dash...].dropFirst().split(separator: ":", omittingEmptySubsequences: false)
    guard let major = version.first, major.utf8.first == UInt8(ascii: "v"), version.count <= 2,
      ([major.dropFirst()] + version.dropFirst()).allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isDigit) })
    else { return [] }
    let base = String(name[..<dash])
    return version.count == 2 ? ["\(base)-\(major)", base] : [base]
  }

  /// `bedrock/us-east-1/model` → `bedrock/model`, `azure/eu/model` → `azure/model`; a commitment has a price of its own.
  private static func withoutRegionPath(_ name: String) -> [String] {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3 else { return [] }
    let isRegion =
      switch parts[0] {
      case "bedrock": parts[1].split(separator: "-").count >= 3 && parts[1].utf8.last.map(isDigit) == true
      case "azure": ["apac", "eu", "global", "global-standard", "us"].contains(parts[1])
      default: false
      }
    return isRegion ? ["\(parts[0])/\(parts[2])"] : []
  }

  private static func withoutListPriceSeller(_ name: String) -> [String] {
    guard let slash = name.firstIndex(of: "/"), ProviderNames.listPriceSellers.contains(String(name[..<slash])) else {
      return []
    }
    return [String(name[name.index(after: slash)...])]
  }

  private static func dropFirst(of prefixes: [String], _ name: String) -> [String] {
    prefixes.filter(name.hasPrefix).map { String(name.dropFirst($0.count)) }
  }

  private static func dropLast(_ suffix: String, _ name: String) -> [String] {
    name.hasSuffix(suffix) ? [String(name.dropLast(suffix.count))] : []
  }

  @Sendable private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}
