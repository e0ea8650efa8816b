import CTextScan

/// One record of a line. Most lines hold one; an OTLP export holds a record for every span.
///
/// Every record is counted once: as a request, as a duplicate of one, as rejected or as skipped.
enum LogRecord {
  case request(RequestDraft)
  /// Read and understood, and no call of a model that is to be paid.
  case skipped(SkipReason, RecordLinks = RecordLinks())
  /// Somebody's verdict on another record.
  case verdict(Feedback, on: VerdictTarget)
  /// The model of the calls that follow in the same file; counted as skipped.
  case sessionModel(ca_slice)
  /// The session of this file goes on from another one, whose events it says again, at this time (UTC microseconds); counted
  /// as skipped.
  case sessionFork(Int64)
  case rejected(RejectReason)
}

/// Why a record that was understood is no request.
package enum SkipReason: String, CaseIterable, Sendable {
  case notAModelCall = "not_a_model_call"
  case agentSpan = "agent_span"
  case messageEvent = "message_event"
  case sessionEvent = "session_event"
  case feedback
  case otherScore = "other_score"
  case metrics
  case emptyExport = "empty_export"

  package var explanation: String {
    switch self {
    case .notAModelCall: "a span, observation or event that is no call of a model"
    case .agentSpan: "repeats the usage of model calls below it"
    case .messageEvent: "a message logged apart from the call that it belongs to"
    case .sessionEvent: "a line of a session that used no tokens"
    case .feedback: "a verdict on another record"
    case .otherScore: "a score that is no user's verdict, or on another scale than 0 … 1"
    case .metrics: "metrics, not calls"
    case .emptyExport: "an export without records"
    }
  }
}

/// What ties a record to others, as hashes; 0 is none.
struct RecordLinks {
  /// A second identity: a record with the same one is the same request.
  var alias: UInt64 = 0
  var trace: UInt64 = 0
  var span: UInt64 = 0
  /// The span that caused this one.
  var parent: UInt64 = 0
  /// An agent or chain: what it used, its calls used, where there are any.
  var isAgent = false

  var isEmpty: Bool { alias | trace | span | parent == 0 }
}

extension RecordLinks {
  /// A span is known by its trace's id and its own: export it twice, and it is still one request.
  init(trace: ca_slice, span: ca_slice, parent: ca_slice) {
    func key(_ span: ca_slice) -> UInt64 {
      guard span.isFilledString, trace.isFilledString else { return 0 }
      return max(1, ca_hash64(span.start, Int(span.length), trace.identity))
    }
    self.init(alias: key(span), trace: trace.identity, span: key(span), parent: key(parent))
  }
}

/// What a verdict is about: the first of these that names a request of the log.
struct VerdictTarget {
  /// Hash of a request's id.
  var request: UInt64 = 0
  var span: UInt64 = 0
  /// All requests of the trace that have no verdict of their own.
  var trace: UInt64 = 0
}

/// Tokens counted from the beginning of a session, as some clients log them.
struct CumulativeUsage {
  var total: TokenUsage?
  /// Of the newest call alone.
  var last: TokenUsage?
}
