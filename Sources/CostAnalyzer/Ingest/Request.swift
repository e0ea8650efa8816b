/// One request of the log, 88 bytes: everything the ledger needs, no text.
///
/// Strings are numbers into the tables of `RequestLog`.
package struct Request: Sendable {
  package struct Flags: OptionSet, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }
    package static let error = Flags(rawValue: 1)
    package static let gatewayHit = Flags(rawValue: 2)
    package static let override = Flags(rawValue: 4)
    package static let toolCalls = Flags(rawValue: 8)
    /// A token count was missing and is estimated.
    package static let estimated = Flags(rawValue: 16)
    /// The cost is the log's own.
    package static let billed = Flags(rawValue: 32)
    /// No price for the model: the cost is 0 and means *unknown*.
    package static let unpriced = Flags(rawValue: 64)
    /// The input count excludes cached tokens although its format says it includes them.
    package static let contradictory = Flags(rawValue: 128)
    /// Temperature above `cache.maxTemperature`.
    package static let hot = Flags(rawValue: 256)
    /// Bought at a batch, flex or priority tier for which the price row has no rate: the standard rate was charged.
    package static let tierPriceMissing = Flags(rawValue: 512)
    /// The request sets max_tokens, and the answer is as long as that.
    package static let limited = Flags(rawValue: 1024)
    package static let limitReached = Flags(rawValue: 2048)
    /// Something beside tokens was bought (searches, a regional surcharge). Only a bill of the log's own has it in.
    package static let otherFees = Flags(rawValue: 4096)
  }

  package static let noText = UInt32.max
  package static let unknownLatency = UInt32.max

  /// UTC microseconds.
  package var time: Int64
  package var cost: PicoDollars = 0
  package var usage: TokenUsage
  package var latencyMs: UInt32
  package var model: UInt32
  package var user: UInt32
  package var tenant: UInt32
  package var tags: UInt32
  package var flags: Flags
  package var tier: ServiceTier
  package var format: UInt8
  package var feedback = Feedback.none
  /// Raw key in `RequestLog.prompts`, or `noText` when the run or the record has no prompt text.
  package var prompt: UInt32 = noText

  package var isError: Bool { flags.contains(.error) }

  /// Answered, with neither counts nor a text to estimate them from: what it cost is unknown too.
  var isUnknownUse: Bool { flags.contains(.estimated) && usage.promptTokens == 0 && usage.output == 0 }

  /// Two records of one request in one. The one that says most wins: success over error, then counts over estimates, then more
  /// output tokens, then the later one (stream fragments carry cumulative counts). The time is the earliest, whichever wins.
  /// Names, which the winner may lack, are left to the caller.
  static func merged(_ old: Request, _ later: Request) -> (request: Request, laterWins: Bool) {
    let wins = later.saysMore(than: old)
    var merged = wins ? later : old
    let loser = wins ? old : later
    merged.time = min(old.time, later.time)
    if merged.latencyMs == Request.unknownLatency { merged.latencyMs = loser.latencyMs }
    if loser.isError == merged.isError {
      // A bill is for the whole call, whoever counted its tokens best.
      if loser.flags.contains(.billed) && !merged.flags.contains(.billed) {
        merged.cost = loser.cost
        merged.flags.insert(.billed)
      }
    }
    if loser.usage.output == merged.usage.output && loser.isError == merged.isError {
      // The whole call too, as another tool saw it.
      if loser.usage.promptTokens == merged.usage.promptTokens && loser.usage.cached > merged.usage.cached {
        // It tells apart what the other one has in one count.
        merged.usage = loser.usage
        if !merged.flags.contains(.billed) { merged.cost = loser.cost }
      }
      merged.usage.reasoning = max(old.usage.reasoning, later.usage.reasoning)
    }
    merged.feedback = old.feedback.joined(later.feedback)
    return (merged, wins)
  }

  /// Or as much: it is the later one.
  private func saysMore(than old: Request) -> Bool {
    if isError != old.isError { return old.isError }
    let (isEstimate, wasEstimate) = (flags.contains(.estimated), old.flags.contains(.estimated))
    return isEstimate != wasEstimate ? wasEstimate : usage.output >= old.usage.output
  }
}

/// Where a request stands in the inputs.
package struct RequestPlace: Sendable, Hashable {
  /// Index into `RequestLog.inputs`.
  package var file: Int
  /// From 1.
  package var line: Int
  /// Among the records of the line, from 0.
  package var record = 0
}

/// The models of one request as logged: what was asked for and what answered.
package struct ModelName: Sendable, Hashable {
  package var requested: String
  package var responded: String
  /// Who sold it, as the log names them; mostly empty.
  package var seller: String

  package init(requested: String, responded: String, seller: String = "") {
    (self.requested, self.responded, self.seller) = (requested, responded, seller)
  }

  /// Whose tokens and rules count.
  package var answering: String { responded.isEmpty ? requested : responded }

  /// What reports call it.
  package var display: String { requested.isEmpty ? responded : requested }
}

/// All requests of a run with the tables their numbers point into.
package struct RequestLog: Sendable {
  package var requests = ChunkedArray<Request>()
  /// Similarity sketch of each answer (`AnswerSketch`), parallel to `requests`; empty when the run needs no text.
  package var answerSketches = ChunkedArray<UInt64>()
  /// What verification compares of each answer, likewise.
  package var answerDigests = ChunkedArray<AnswerDigest>()
  /// Where the record with each request's text stands; empty unless asked for.
  package var places = ChunkedArray<RequestPlace>()
  /// XXH3 of each request's id, 0 without one: that of its answer, which all tools log alike, else the record's own. Empty unless
  /// asked for.
  package var idHashes = ChunkedArray<UInt64>()
  /// The API key of each request, a number into `keyNames`; empty when the log names none.
  package var keys = ChunkedArray<UInt32>()
  /// The first is "": no key.
  package var keyNames: [String] = []
  package var models: [ModelName] = []
  package var users: [String] = []
  package var tenants: [String] = []
  /// Tag sets as they stand in the log, one entry per distinct set.
  package var tagSets: [[String]] = []
  package var prompts = PromptTable()
  package var counts = IngestCounts()
  package var inputs: [InputFile] = []
  package var ends: [InputEnd] = []
  package var problems: [InputProblem] = []
  package var rejects = RejectLedger()
  /// Records that were understood and are no requests, in declaration order.
  package var skips: [(reason: SkipReason, count: Int)] = []
}

/// Records = accepted + duplicates + rejected + skipped; every line that is not blank holds one at least. Checked when
/// ingest ends.
package struct IngestCounts: Sendable, Equatable {
  package var lines = 0
  package var blank = 0
  /// What the lines hold: one record each, but for formats that put many into a line.
  package var records = 0
  package var accepted = 0
  package var duplicates = 0
  package var rejected = 0
  package var skipped = 0
  package var estimated = 0
  package var contradictory = 0
  /// Requests that bought something beside tokens and have no bill of their own.
  package var otherFees = 0
  package var decodedBytes = 0
  /// Requests with a user's verdict.
  package var rated = 0
  /// Verdicts on records that are not in the log.
  package var unmatchedFeedback = 0
  /// Accepted records by format, in registry order.
  package var byFormat: [(name: String, lines: Int)] = []

  /// Neither skipped records nor lines with several.
  package var hasOneRecordPerLine: Bool { skipped == 0 && records + blank == lines }

  package static func == (a: IngestCounts, b: IngestCounts) -> Bool {
    (a.lines, a.blank, a.records, a.accepted, a.duplicates, a.rejected)
      == (b.lines, b.blank, b.records, b.accepted, b.duplicates, b.rejected)
      && (a.skipped, a.rated, a.unmatchedFeedback) == (b.skipped, b.rated, b.unmatchedFeedback)
      && (a.estimated, a.contradictory, a.decodedBytes, a.otherFees)
        == (b.estimated, b.contradictory, b.decodedBytes, b.otherFees)
      && a.byFormat.elementsEqual(b.byFormat) { $0 == $1 }
  }
}
