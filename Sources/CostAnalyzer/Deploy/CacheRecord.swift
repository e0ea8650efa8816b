import Crypto
import Foundation

/// One key of a cache with what it holds.
package struct CacheRecord: Sendable, Equatable {
  package var key: String
  package var value: String
  /// Nil keeps it for ever.
  package var seconds: Int64?
}

/// How a cache names its entries, and what it keeps in them.
package enum CacheKeyFormat: String, Sendable, CaseIterable {
  /// SHA-256 of model, line feed and question as typed; JSON with the answer.
  case exact
  /// As LiteLLM's proxy with a Redis cache.
  case litellm
}

/// Turns list entries into records: one for the question and one for each of its other wordings.
package struct CacheRecords: Sendable {
  package var format = CacheKeyFormat.exact
  /// Before every key, with nothing between.
  package var prefix = ""
  package var litellm = LiteLLMRequest()
  /// Seconds since 1970 that records are stamped with.
  package var now: Int64

  package init(now: Int64) { self.now = now }

  /// The first of records with one key counts: the list has the most valuable first.
  package func of(_ entries: [PrecacheList.Candidate]) throws -> [CacheRecord] {
    var seen: Set<String> = []
    return try entries.flatMap { entry in
      try ([entry.question] + entry.variants).compactMap { wording in
        let record = CacheRecord(
          key: prefix + key(entry.model, wording), value: try value(entry), seconds: try Self.seconds(entry))
        return seen.insert(record.key).inserted ? record : nil
      }
    }
  }

  private func key(_ model: String, _ wording: String) -> String {
    switch format {
    case .exact: Self.sha256(model + "\n" + wording)
    case .litellm: Self.sha256(litellm.keyMaterial(model: model, question: wording))
    }
  }

  private func value(_ entry: PrecacheList.Candidate) throws -> String {
    switch format {
    case .exact: try Self.json(["answer": entry.answer, "model": entry.model, "question": entry.question])
    case .litellm: try litellm.value(entry, now: now)
    }
  }

  private static func seconds(_ entry: PrecacheList.Candidate) throws -> Int64? {
    guard let life = Lifetime(entry.suggestedTtl) else {
      throw AnalyzerError(.input, "entry \(entry.rank) of the list has no lifetime: \(entry.suggestedTtl)")
    }
    return life.micros.map { max(1, $0 / Timestamp.second) }
  }

  static func json(_ object: [String: Any]) throws -> String {
    String(
      decoding: try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes]),
      as: UTF8.self)
  }

  private static func sha256(_ text: String) -> String { RunManifest.sha256(Data(text.utf8)) }
}
