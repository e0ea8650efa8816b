/// One accepted line as a thread decoded it. Numbers of strings are local to the thread's tables. Plain bytes, which are
/// copied without counting references: arrays stand in the block.
struct DecodedLine {
  var request: Request
  /// XXH3 of the id; 0 when the record has none.
  var idHash: UInt64
  /// XXH3 of the answer's id where that is another one; 0 when there is none, or too short a one to be unique.
  var answerHash: UInt64 = 0
  var line: Int
  /// Number of the API key plus one; 0 when the record names none.
  var key: UInt32
  /// Among the records of the line.
  var record: Int
  /// Prompt identity; meaningless when `request.prompt` is `noText`.
  var rawKey = Hash128(low: 0, high: 0)
  /// Where the thread described the key's text, or -1 when it did so in an earlier line.
  var newPrompt = -1
  var answerSketch: UInt64 = 0
  var answerDigest = AnswerDigest()
  var answer: Range<Int> = 0..<0
  var embedding: Range<Int> = 0..<0
  /// XXH3 of what the two files of a batch have in common; 0 for other records.
  var joinHash: UInt64 = 0
  /// A prompt without a request: a line of a batch input file.
  var isQuestion = false
}

/// All lines of one block, decoded.
struct DecodedBlock {
  var file: Int
  var decoder: Int
  var lines = 0
  var blank = 0
  var records = 0
  var accepted: [DecodedLine] = []
  var rejects: [(reason: RejectReason, line: Int)] = []
  var skips: [SkipReason] = []
  /// What records say about each other, in order.
  var notes: [RecordNote] = []
  var newPrompts: [PromptDescription] = []
  /// Bytes of the accepted answers that may be kept.
  var answers: [UInt8] = []
  /// The vectors that the accepted lines log.
  var vectors: [Float] = []
}

extension DecodedBlock {
  mutating func reject(_ reason: RejectReason, line: Int) {
    rejects.append((reason, line))
    records += 1
  }

  mutating func skip(_ reason: SkipReason) {
    skips.append(reason)
    records += 1
  }
}

/// Something a record says beside its own request. Only formats whose records depend on each other have them.
struct RecordNote {
  enum Content {
    /// Of the accepted record at `position`.
    case links(RecordLinks)
    case cumulative(CumulativeUsage)
    /// Of a record that is no request.
    case span(RecordLinks)
    case verdict(Feedback, VerdictTarget)
    /// Number in the decoder's models; for what follows in the file.
    case sessionModel(UInt32)
    case sessionFork(Int64)
  }

  /// Index of the next accepted record of the block.
  var position: Int
  var content: Content
}
