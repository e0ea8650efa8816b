import Foundation

/// Questions worth loading into a cache before they are asked: leader clusters with enough users, agreeing answers and
/// nothing private in them, in the order of what they saved of late.
package struct PrecacheList: Sendable {
  /// Versioned: a deploy job reads this.
  package static let schema = "precache/2"
  /// Of a list without texts: it names entries and can fill no cache.
  package static let keysSchema = "precache-keys/1"
  package static let fileName = "precache.jsonl"

  package struct Candidate: Codable, Sendable {
    package var schema = PrecacheList.schema
    package var rank: Int
    /// XXH3-128 of scope, context and normalised question, lower-case hex.
    package var key: String
    /// XXH3-128 of scope and context: model, system prompt, tools, response format, parameters (options `cache.scope`).
    package var group: String
    package var model: String
    package var question: String
    package var normalizedQuestion: String
    /// Other wordings that enough users asked and that the question answers at the threshold, most asked first, at most ten.
    package var variants: [String]
    package var answer: String
    package var requests: Int
    package var users: Int
    /// Decimal USD that serving all but the first request would have saved in this log.
    package var savedUsd: String
    /// Share of the newest answers that agree with each other.
    package var answerAgreement: Double
    package var suggestedTtl: String
    /// UTC days.
    package var firstSeen: String
    package var lastSeen: String
  }

  package private(set) var candidates: [Candidate] = []
  /// Clusters left out, by reason, in the order the rules are asked.
  package private(set) var leftOut: [(reason: String, clusters: Int)] = []

  private static let mostVariants = 10
  private let content: ContentPolicy

  package init(_ walk: WalkForward, _ rules: CandidateRules, _ reach: ListReach) {
    let context = rules.context
    content = context.content
    var refused = walk.leftOut
    let (aging, curves) = Self.aging(rules, walk.candidates)
    for candidate in walk.candidates {
      guard let lifetime = aging.lifetime(curves[candidate.cluster]!) else {
        refused[.shortLived, default: 0] += 1
        continue
      }
      if candidates.count == context.options.precache.maxEntries {
        refused[.listFull, default: 0] += 1
        continue
      }
      candidates.append(
        Self.entry(candidate, rank: candidates.count + 1, lifetime: lifetime, rules: rules, reach: reach))
    }
    leftOut = CandidateRule.allCases.compactMap { rule in refused[rule].map { (rule.reason, $0) } }
  }

  private static func entry(
    _ candidate: PrecacheCandidate, rank: Int, lifetime: Lifetime, rules: CandidateRules, reach: ListReach
  ) -> Candidate {
    let context = rules.context
    let prompts = context.log.prompts
    let positions = rules.clusters.positions(of: candidate.cluster)
    let cluster = Cluster(candidate.cluster, positions, context)
    let key = prompts.keys[Int(context.cache.keys[Int(candidate.key)])]
    let normalized = prompts.texts[Int(key.text)]
    let group = prompts.groups[Int(key.group)]
    let variants = cluster.nameable.lazy
      .filter { $0 != candidate.key && reach.answers(Int(candidate.key), Int($0)) }
      .map { Wording(of: $0, positions, context) }
      .filter { !$0.isCut && !rules.isPrivate($0.text) }
    return Candidate(
      rank: rank,
      key: Hash128.combine(
        [group, normalized.withUnsafeBytes { Hash128($0) }], tag: 11 + UInt64(NormalizationStep.fillers.rawValue)
      ).hex,
      group: group.hex, model: context.log.models[Int(context.log.requests[candidate.answerRequest].model)].display,
      question: Wording(of: candidate.key, positions, context).text,
      normalizedQuestion: String(decoding: normalized, as: UTF8.self),
      variants: variants.prefix(mostVariants).map(\.text), answer: rules.answer(of: candidate.answerRequest),
      requests: cluster.requests, users: cluster.users, savedUsd: MoneyText.exact(cluster.saved),
      answerAgreement: (candidate.agreement * 1e4).rounded() / 1e4, suggestedTtl: lifetime.description,
      firstSeen: Timestamp.dayText(Timestamp.dayNumber(cluster.firstSeen)),
      lastSeen: Timestamp.dayText(Timestamp.dayNumber(cluster.lastSeen)))
  }

  /// How answers age in each candidate's cluster, and in all of them.
  private static func aging(
    _ rules: CandidateRules, _ candidates: [PrecacheCandidate]
  ) -> (AnswerAging, [Int: AnswerAging.Curve]) {
    let context = rules.context
    var aging = AnswerAging(context.options.cache.ttls + [context.options.cache.ttl])
    let numbers = candidates.map(\.cluster)
    let empty = aging
    let curves = parallelMap(numbers.count, threads: context.threads) { index in
      let answers = rules.clusters.positions(of: numbers[index]).map { Int(context.cache.requests[Int($0)]) }
        .filter { context.log.answerSketches[$0] != 0 }.map { (time: context.log.requests[$0].time, request: $0) }
      return empty.curve(answers, rules.same)
    }
    for curve in curves { aging.add(curve) }
    return (aging, Dictionary(uniqueKeysWithValues: zip(numbers, curves)))
  }

  /// One JSON object a line, keys sorted.
  package func jsonLines() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    var text = ""
    for candidate in candidates {
      let line = holdsTexts ? try encoder.encode(candidate) : try encoder.encode(KeyLine(candidate, content))
      text += HostileText.json(String(decoding: line, as: UTF8.self)) + "\n"
    }
    return text
  }

  /// Schema of the lines that are written.
  package var fileSchema: String { holdsTexts ? Self.schema : Self.keysSchema }

  private var holdsTexts: Bool { content.mode == .redacted || content.mode == .full }

  /// A candidate without its texts.
  private struct KeyLine: Encodable {
    var schema = PrecacheList.keysSchema
    var rank: Int
    var key: String
    var group: String
    var model: String
    var questionHash: String?
    var requests: Int
    var users: Int
    var savedUsd: String
    var answerAgreement: Double
    var suggestedTtl: String
    var firstSeen: String
    var lastSeen: String

    init(_ candidate: Candidate, _ content: ContentPolicy) {
      (rank, key, group, model) = (candidate.rank, candidate.key, candidate.group, candidate.model)
      questionHash = content.shown(candidate.question)
      (requests, users, savedUsd) = (candidate.requests, candidate.users, candidate.savedUsd)
      (answerAgreement, suggestedTtl) = (candidate.answerAgreement, candidate.suggestedTtl)
      (firstSeen, lastSeen) = (candidate.firstSeen, candidate.lastSeen)
    }
  }
}
