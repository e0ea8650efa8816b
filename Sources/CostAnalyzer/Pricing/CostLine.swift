import Foundation

/// One line of `analyze prices --cost-lines`: tokens of a request, and what they cost.
package struct CostLine: Sendable {
  private struct Question: Decodable {
    struct Usage: Decodable {
      var input: UInt32?
      var cacheRead: UInt32?
      var cacheWrite5M: UInt32?
      var cacheWrite1H: UInt32?
      var output: UInt32?
      var reasoning: UInt32?
      var audioInput: UInt32?
      var imageInput: UInt32?
      var audioOutput: UInt32?
      var imageOutput: UInt32?

      var tokens: TokenUsage {
        TokenUsage(
          input: input ?? 0, cacheRead: cacheRead ?? 0, cacheWrite5m: cacheWrite5M ?? 0,
          cacheWrite1h: cacheWrite1H ?? 0, output: output ?? 0, reasoning: reasoning ?? 0,
          audioInput: audioInput ?? 0, imageInput: imageInput ?? 0, audioOutput: audioOutput ?? 0,
          imageOutput: imageOutput ?? 0)
      }
    }

    var model: String
    var provider: String?
    var serviceTier: String?
    var ts: String?
    var usage: Usage
  }

  private struct Answer: Encodable {
    var model: String
    /// Decimal dollars; absent without a price.
    var costUsd: String?
    var priceRow: String?
    var table: String?
    var rules: [String]?
    /// The tier has no rate for some class: the standard one was charged.
    var tierPriceMissing: Bool?
    var problem: String?
  }

  private struct Name: Hashable {
    var model: String
    var provider: String?
  }

  /// Prices lines of one set of tables; each name is looked up once.
  package struct Pricer {
    private let tables: [PriceTable]
    private var known: [Name: (resolution: PriceResolution, table: String)] = [:]
    private let decoder = JSONDecoder()
    private let encoder = JSONEncoder()

    package init(tables: [PriceTable]) {
      self.tables = tables
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      encoder.keyEncodingStrategy = .convertToSnakeCase
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    /// - Parameter json: `{"model", "provider", "service_tier", "ts", "usage": {…}}` in the names of the format `traffic`; the token
    ///   classes are disjoint, and only the model and the usage are needed. Without `ts` the newest price counts.
    /// - Returns: one JSON object with `cost_usd`, or with `problem`.
    package mutating func answer(json: String) throws -> String {
      let question: Question
      do { question = try decoder.decode(Question.self, from: Data(json.utf8)) } catch {
        throw AnalyzerError(
          .input, "a line must be a JSON object with the text model and the object usage of whole numbers")
      }
      guard let tier = question.serviceTier.map(ServiceTier.init(name:)) ?? .standard else {
        throw AnalyzerError(.input, "service_tier must be standard, batch, flex or priority")
      }
      var time = Int64.max
      if var text = question.ts {
        guard let parsed = text.withUTF8({ Timestamp.parse(iso: UnsafeRawBufferPointer($0)) }) else {
          throw AnalyzerError(.input, "ts must be an ISO 8601 time")
        }
        time = parsed
      }
      let name = Name(model: question.model, provider: question.provider)
      let found = known[name] ?? PriceBook.resolve(question.model, provider: question.provider, in: tables)
      known[name] = found
      var answer = Answer(model: question.model)
      if case .priced(let row, let rules) = found.resolution {
        let cost = row.version(at: time).cost(of: question.usage.tokens, tier: tier)
        answer.priceRow = row.name
        answer.table = found.table
        answer.rules = rules
        if cost.unpricedTokens > 0 {
          answer.problem = "the row has no rate for \(cost.unpricedTokens) of the tokens"
        } else {
          answer.costUsd = MoneyText.exact(Int128(cost.pico))
          answer.tierPriceMissing = cost.tierRateMissing ? true : nil
        }
      } else {
        answer.problem = found.resolution.summary
      }
      return HostileText.json(String(decoding: try encoder.encode(answer), as: UTF8.self))
    }
  }
}

extension ServiceTier {
  fileprivate init?(name: String) {
    guard let tier = Self.allCases.first(where: { "\($0)" == name }) else { return nil }
    self = tier
  }
}
