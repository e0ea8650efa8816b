import Foundation

/// Questions worth loading into a cache before they are asked: leader clusters with enough users, agreeing answers and
/// nothing private in them.
package struct PrecacheList: Sendable {
  /// Versioned: a deploy job reads this.
  package static let schema = "precache/1"

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
    /// Other wordings that enough users asked, most asked first, at most ten.
    package var variants: [String]
    package var answer: String
    package var requests: Int
    package var users: Int
    /// Decimal USD that serving all but the first request would have saved in this log.
    package var savedUsd: String
    package var answerAgreement: Double
    package var suggestedTtl: String
    package var firstSeen: String
    package var lastSeen: String
  }

  package private(set) var candidates: [Candidate] = []
  /// Clusters left out, by reason, in the order the rules are asked.
  package private(set) var leftOut: [(reason: String, clusters: Int)] = []

  package init(_ clustering: Clustering, _ context: StrategyContext) {
    let options = context.options.precache
    let redactor = Redactor()
    var refused: [String: Int] = [:]
    let reasons = [
      "asked once", "no wording asked by precache.minUsers users", "follow-up, image or tool result",
      "no stored answer",
      "answers disagree", "private data in question or answer", "text cut for length", "beyond precache.maxEntries",
    ]
    for cluster in clustering.clusters {
      func leave(_ reason: Int) { refused[reasons[reason], default: 0] += 1 }
      if cluster.requests < 2 { leave(0); continue }
      if cluster.nameable.isEmpty { leave(1); continue }
      let prompts = context.log.prompts
      let key = prompts.keys[Int(context.cache.keys[Int(cluster.medoid)])]
      let prompt = prompts.prompts[Int(key.firstPrompt)]
      if !prompt.isPlain { leave(2); continue }
      guard let (answer, answered) = Self.medoidAnswer(cluster, context) else { leave(3); continue }
      guard let agreement = cluster.agreement, agreement >= options.minAgreement else { leave(4); continue }
      let question = String(decoding: prompt.text, as: UTF8.self)
      if redactor.finding(in: question) != nil || redactor.finding(in: answer) != nil { leave(5); continue }
      if prompt.textIsCut { leave(6); continue }
      if candidates.count == options.maxEntries { leave(7); continue }
      let variants = cluster.nameable.lazy.filter { $0 != cluster.medoid }.map { variant -> PromptTable.RawPrompt in
        prompts.prompts[Int(prompts.keys[Int(context.cache.keys[Int(variant)])].firstPrompt)]
      }.filter { !$0.textIsCut }.map { String(decoding: $0.text, as: UTF8.self) }
        .filter { redactor.finding(in: $0) == nil }
      let normalized = prompts.texts[Int(key.text)]
      let group = prompts.groups[Int(key.group)]
      candidates.append(
        Candidate(
          rank: candidates.count + 1,
          key: Hash128.combine(
            [group, normalized.withUnsafeBytes { Hash128($0) }], tag: 11 + UInt64(NormalizationStep.fillers.rawValue)
          ).hex,
          group: group.hex, model: context.log.models[Int(context.log.requests[answered].model)].display,
          question: question, normalizedQuestion: String(decoding: normalized, as: UTF8.self),
          variants: Array(variants.prefix(10)), answer: answer, requests: cluster.requests, users: cluster.users,
          savedUsd: MoneyText.exact(cluster.saved), answerAgreement: (agreement * 1e4).rounded() / 1e4,
          suggestedTtl: context.options.cache.ttl.description, firstSeen: Timestamp.seconds(cluster.firstSeen),
          lastSeen: Timestamp.seconds(cluster.lastSeen)))
    }
    leftOut = reasons.compactMap { reason in refused[reason].map { (reason, $0) } }
  }

  /// The stored answer that is most like all answers of the cluster.
  private static func medoidAnswer(
    _ cluster: Cluster, _ context: StrategyContext
  ) -> (answer: String, request: Int)? {
    var best: (distance: Int, answer: [UInt8], request: Int)?
    for variant in cluster.variants.prefix(64) {
      let key = context.log.prompts.keys[Int(context.cache.keys[Int(variant.key)])]
      let prompt = context.log.prompts.prompts[Int(key.firstPrompt)]
      guard prompt.answerRequest >= 0, !prompt.answer.isEmpty else { continue }
      let sketch = context.log.answerSketches[prompt.answerRequest]
      var distance = 0
      for bit in 0..<64 {
        let ones = Int(cluster.bitCounts[bit])
        distance += sketch >> UInt64(bit) & 1 == 1 ? cluster.answers - ones : ones
      }
      if best == nil || distance < best!.distance { best = (distance, prompt.answer, prompt.answerRequest) }
    }
    return best.map { (String(decoding: $0.answer, as: UTF8.self), $0.request) }
  }

  /// One JSON object a line, keys sorted.
  package func jsonLines() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    var text = ""
    for candidate in candidates {
      text += HostileText.json(String(decoding: try encoder.encode(candidate), as: UTF8.self)) + "\n"
    }
    return text
  }
}
