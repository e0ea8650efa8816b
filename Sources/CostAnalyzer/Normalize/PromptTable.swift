import CTextScan

/// What one distinct raw prompt (scope × whole conversation) says, computed once by the thread that meets it.
struct PromptDescription: Sendable {
  var key: Hash128
  var group: Hash128
  var parts: ScopeParts
  /// Raw text for display and export, cut at `PromptTable.keptTextBytes` on a character boundary.
  var text: [UInt8]
  var textIsCut: Bool
  /// Text after all normalisation steps, cut likewise; the keys hash the whole text.
  var normalized: [UInt8]
  /// The same with its capitals, where it has any.
  var cased: [UInt8]?
  /// Key of each normalisation step: group × text after the step.
  var stepKeys: [Hash128]
  var normalizedHash: Hash128
  var simple: Float
  var rule: CacheabilityRule?
  var turns: Int
  var isPlain: Bool
  var trim: PromptTrim?
  var prefix: PromptPrefix
}

/// All distinct prompts of a run. Grows with unique keys, not with requests.
package struct PromptTable: Sendable {
  package static let keptTextBytes = 2048
  /// Normalised texts longer than this are embedded by their first part.
  package static let embeddedBytes = 4096

  package struct RawPrompt: Sendable {
    /// Raw text (display).
    package var text: [UInt8]
    package var textIsCut: Bool
    /// Cache key: index into `keys`.
    package var key: UInt32
    /// Index into `scopes`.
    var scope: UInt32
    /// Low words of the step keys before the last one.
    package var stepKeys: [UInt64]
    package var simple: Float
    package var rule: CacheabilityRule?
    package var turns: Int
    /// One user message of text and nothing else but system prompts.
    package var isPlain: Bool
    /// Index into `trims`, or -1 where nothing would be taken out.
    package var trim: Int32 = -1
    /// Node of its beginning in `prefixes`, its bytes, and what in it is likely to change.
    package var prefix = PrefixTree.root
    package var prefixBytes: UInt32 = 0
    package var volatile: VolatileToken?
    /// Answer of the first accepted request with this prompt, and that request; empty when too long or absent.
    package var answer: [UInt8] = []
    package var answerRequest = -1
    /// Vector of the text as the log carries it.
    package var embedding: [Float] = []
  }

  /// A normalised cache key: one entry of a cache.
  package struct Key: Sendable {
    /// Scope and context: neighbours are looked for inside one group.
    package var group: UInt32
    /// Normalised text: index into `texts`.
    package var text: UInt32
    /// First raw prompt that maps to this key.
    package var firstPrompt: UInt32
  }

  package private(set) var prompts: [RawPrompt] = []
  /// What trimming would take out of prompts; only where it takes something, or leaves a prompt alone on purpose.
  package private(set) var trims: [PromptTrim] = []
  package private(set) var prefixes = PrefixTree()
  package private(set) var keys: [Key] = []
  package private(set) var texts: [[UInt8]] = []
  /// The first wording of each text with its capitals; nil where it has none.
  private var cased: [[UInt8]?] = []
  /// Identity of scope and context of each group.
  package private(set) var groups: [Hash128] = []
  /// The distinct scopes and contexts, part by part.
  private(set) var scopes: [ScopeParts] = []
  private var scopeOf: [ScopeParts: UInt32] = [:]
  private var promptOf: [Hash128: UInt32] = [:]
  private var keyOf: [Hash128: UInt32] = [:]
  private var textOf: [Hash128: UInt32] = [:]
  private var groupOf: [Hash128: UInt32] = [:]

  package init() {}

  func index(of rawKey: Hash128) -> UInt32? { promptOf[rawKey] }

  /// XXH3-128 of scope, context and normalised text of every key: the same in every run.
  package func keyIdentities() -> [Hash128] {
    var identities = [Hash128](repeating: Hash128(low: 0, high: 0), count: keys.count)
    for (identity, key) in keyOf { identities[Int(key)] = identity }
    return identities
  }

  mutating func add(_ description: PromptDescription) -> UInt32 {
    if let known = promptOf[description.key] { return known }
    let group = Self.number(description.group, in: &groupOf)
    if groups.count < groupOf.count { groups.append(description.group) }
    var text = UInt32(texts.count)
    if let known = textOf[description.normalizedHash] {
      text = known
    } else {
      textOf[description.normalizedHash] = text
      texts.append(description.normalized)
      cased.append(description.cased)
    }
    let promptIndex = UInt32(prompts.count)
    var key = UInt32(keys.count)
    if let known = keyOf[description.stepKeys.last!] {
      key = known
    } else {
      keyOf[description.stepKeys.last!] = key
      keys.append(Key(group: group, text: text, firstPrompt: promptIndex))
    }
    promptOf[description.key] = promptIndex
    let scope = scopeOf[description.parts] ?? UInt32(scopes.count)
    if Int(scope) == scopes.count {
      scopeOf[description.parts] = scope
      scopes.append(description.parts)
    }
    prompts.append(
      RawPrompt(
        text: description.text, textIsCut: description.textIsCut, key: key, scope: scope,
        stepKeys: description.stepKeys.dropLast().map(\.low), simple: description.simple, rule: description.rule,
        turns: description.turns, isPlain: description.isPlain))
    prompts[Int(promptIndex)].prefix = prefixes.add(description.prefix.blocks)
    prompts[Int(promptIndex)].prefixBytes = UInt32(clamping: description.prefix.bytes)
    prompts[Int(promptIndex)].volatile = description.prefix.volatile
    if let trim = description.trim {
      prompts[Int(promptIndex)].trim = Int32(trims.count)
      trims.append(trim)
    }
    return promptIndex
  }

  /// What an embedder gets of a text.
  package func embedded(_ text: UInt32, seesCase: Bool) -> [UInt8] {
    seesCase ? cased[Int(text)] ?? texts[Int(text)] : texts[Int(text)]
  }

  mutating func setAnswer(_ answer: some Collection<UInt8>, of prompt: UInt32, request: Int) {
    prompts[Int(prompt)].answer = Array(answer)
    prompts[Int(prompt)].answerRequest = request
  }

  /// Moves every answer to another request, or drops it where there is none.
  mutating func renumberAnswers(_ moved: (_ prompt: UInt32, _ request: Int) -> Int?) {
    for index in prompts.indices where prompts[index].answerRequest >= 0 {
      let request = moved(UInt32(index), prompts[index].answerRequest)
      prompts[index].answerRequest = request ?? -1
      if request == nil { prompts[index].answer = [] }
    }
  }

  mutating func setEmbedding(_ vector: [Float], of prompt: UInt32) {
    if prompts[Int(prompt)].embedding.isEmpty { prompts[Int(prompt)].embedding = vector }
  }

  private static func number(_ hash: Hash128, in table: inout [Hash128: UInt32]) -> UInt32 {
    if let known = table[hash] { return known }
    let number = UInt32(table.count)
    table[hash] = number
    return number
  }
}

extension GuardText {
  /// A cache key's text, with the first prompt that maps to it as the original.
  package init(key: UInt32, of table: PromptTable) {
    let key = table.keys[Int(key)]
    self.init(original: table.prompts[Int(key.firstPrompt)].text, normalized: table.texts[Int(key.text)])
  }
}

/// Describes raw prompts. One per thread.
final class PromptDescriber {
  /// Nil where keys hold the text as it stands.
  private let normalizer: TextNormalizer?
  private let rules: TextRules
  private let complexity: ComplexityModel
  private let trims: TrimMeasure?
  private var methods: [ModelName: TokenCounter.Method] = [:]
  /// By hash of the system prompts: they are long, and the same again and again.
  private var textSystems: [Hash128: Bool] = [:]

  init(_ settings: TextSettings) {
    normalizer = settings.normalizes ? TextNormalizer(settings.fillers) : nil
    rules = settings.rules
    complexity = settings.complexity
    trims = settings.trims
  }

  /// - Parameters:
  ///   - key: identity of the raw prompt.
  ///   - group: identity of what its cache key holds beside the text.
  ///   - model: whose tokens count.
  ///   - sharing: prompts of which a provider's cache may share a beginning.
  func describe(
    _ prompt: Prompt, key: Hash128, group: Hash128, parts: ScopeParts, tools: ca_slice, model: ModelName,
    sharing: UInt64
  ) -> PromptDescription {
    let result = normalizer?.normalize(prompt.lastUser) ?? .init(raw: prompt.lastUser)
    let steps = result.steps
    let stepKeys = steps.enumerated().map { step, text in
      Hash128.combine([group, text.withUnsafeBytes { Hash128($0) }], tag: 11 + UInt64(step))
    }
    let spaced = steps[NormalizationStep.whitespace.rawValue]
    let text = Self.cut(prompt.lastUser, PromptTable.keptTextBytes)
    return PromptDescription(
      key: key, group: group, parts: parts, text: text,
      textIsCut: text.count < prompt.lastUser.count,
      normalized: result.normalized.withUnsafeBytes { Self.cut($0, PromptTable.embeddedBytes) },
      cased: result.cased == result.normalized
        ? nil : result.cased.withUnsafeBytes { Self.cut($0, PromptTable.embeddedBytes) }, stepKeys: stepKeys,
      normalizedHash: steps.last!.withUnsafeBytes { Hash128($0) },
      simple: complexity.simpleProbability(
        ComplexityFeatures(
          text: spaced, raw: prompt.lastUser, turns: prompt.turns, hasTools: tools.isPresent, words: complexity.words)),
      rule: rules.rule(spaced), turns: prompt.turns, isPlain: prompt.isPlain,
      trim: trims?.measure(prompt, method(for: model), isTextSystem: isTextSystem(prompt)),
      prefix: PromptPrefix(prompt, tools: tools, seed: sharing))
  }

  private func method(for model: ModelName) -> TokenCounter.Method {
    if let known = methods[model] { return known }
    let method = trims!.tokens.method(for: model.answering)
    methods[model] = method
    return method
  }

  private func isTextSystem(_ prompt: Prompt) -> Bool {
    if let known = textSystems[prompt.system] { return known }
    let isText = trims!.isTextSystem(prompt)
    textSystems[prompt.system] = isText
    return isText
  }

  /// The first bytes, cut where a UTF-8 character begins.
  private static func cut(_ bytes: UnsafeRawBufferPointer, _ limit: Int) -> [UInt8] {
    if bytes.count <= limit { return Array(bytes) }
    var end = limit
    while end > 0 && bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return Array(bytes[..<end])
  }
}

/// The word lists and weights that describing a prompt needs; read once per run, shared by all threads.
package struct TextSettings: Sendable {
  let fillers: FillerList
  let rules: TextRules
  let complexity: ComplexityModel
  let normalizes: Bool
  /// Nil where trimming is off.
  package var trims: TrimMeasure?
  package var complexityVersion: String { complexity.version }

  /// - Parameter routingModel: path of a trained complexity model; nil for the built-in one.
  package init(
    normalizes: Bool = true, extraFillers: [String] = [], extraTimeSensitive: [String] = [],
    extraPersonal: [String] = [], routingModel: String? = nil
  ) throws {
    self.normalizes = normalizes
    fillers = try FillerList(extra: extraFillers)
    rules = try TextRules(extraTimeSensitive: extraTimeSensitive, extraPersonal: extraPersonal)
    complexity = try routingModel.map { try ComplexityModel(path: $0) } ?? ComplexityModel.builtin()
  }
}

extension TextSettings {
  /// - Parameter tokens: counts what trimming takes out.
  package init(_ options: AnalysisOptions, tokens: TokenCounter?) throws {
    try self.init(
      normalizes: options.normalize.enabled, extraFillers: options.normalize.extraFillers,
      extraTimeSensitive: options.cache.extraTimeSensitive, extraPersonal: options.cache.extraPersonal,
      routingModel: options.routing.model)
    if let level = options.prompts.level.trim {
      trims = TrimMeasure(PromptTrimmer(try PromptRules.builtin()), upTo: level, try tokens ?? TokenCounter())
    }
  }
}
