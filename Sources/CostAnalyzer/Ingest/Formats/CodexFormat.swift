import CTextScan

/// Codex's rollout files. `input_tokens` *includes* `cached_input_tokens`, output includes reasoning.
///
/// Token events carry the totals of the session; what a call used is their growth (`SessionUsage`). A forked session, or one
/// of a sub-agent, begins with a copy of the other one's events. The model may stand in a line before. Prompts and answers stand in lines of their own and are not joined.
struct CodexFormat: LineFormat {
  let name = "codex"
  private enum Field: Int, CaseIterable {
    case schema, timestamp, type, payload, payloadType, model, info, infoModel, last, total
    case forkedFrom, parentThread, spawnedBy
    var pointer: String {
      switch self {
      case .schema: "/schema"
      case .timestamp: "/timestamp"
      case .type: "/type"
      case .payload: "/payload"
      case .payloadType: "/payload/type"
      case .model: "/payload/model"
      case .info: "/payload/info"
      case .infoModel: "/payload/info/model"
      case .last: "/payload/info/last_token_usage"
      case .total: "/payload/info/total_token_usage"
      case .forkedFrom: "/payload/forked_from_id"
      case .parentThread: "/payload/parent_thread_id"
      case .spawnedBy: "/payload/source/subagent/thread_spawn/parent_thread_id"
      }
    }
  }
  private enum UsageField: Int, CaseIterable {
    case input, cached, output, reasoning
    var pointer: String {
      switch self {
      case .input: "/input_tokens"
      case .cached: "/cached_input_tokens"
      case .output: "/output_tokens"
      case .reasoning: "/reasoning_output_tokens"
      }
    }
  }

  let plan = FieldPlan(Field.allCases.map(\.pointer))
  private static let usagePlan = FieldPlan(UsageField.allCases.map(\.pointer))
  private static let types: [StaticString] = [
    "event_msg", "turn_context", "session_meta", "response_item", "compacted",
  ]

  func claims(_ base: UnsafePointer<ca_slice>) -> Bool {
    let fields = Fields<Field>(base: base)
    return fields[.timestamp].isPresent && fields[.payload].is(CA_OBJECT) && !fields[.schema].isPresent
      && Self.types.contains { fields[.type].equals($0) }
  }

  func records(
    _ base: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner, _ take: (LogRecord) -> Void
  ) throws(RejectReason) {
    let fields = Fields<Field>(base: base)
    if fields[.type].equals("turn_context"), fields[.model].isFilledString {
      return take(.sessionModel(fields[.model]))
    }
    let parents: [Field] = [.forkedFrom, .parentThread, .spawnedBy]
    if fields[.type].equals("session_meta"), parents.contains(where: { fields[$0].isFilledString }) {
      guard let time = try FieldReader.time(fields[.timestamp]) else { throw .missingTime }
      return take(.sessionFork(time))
    }
    guard fields[.payloadType].equals("token_count"), fields[.info].is(CA_OBJECT) else {
      return take(.skipped(.sessionEvent))
    }
    var draft = RequestDraft()
    guard let time = try FieldReader.time(fields[.timestamp]) else { throw .missingTime }
    draft.time = time
    // A fork of a session repeats its events.
    draft.id = scanner.keep(Array(fields[.timestamp].bytes) + Array(fields[.info].bytes), as: CA_STRING)
    draft.model = fields[.infoModel]
    let total = try usage(fields[.total], &draft, scanner)
    let last = try usage(fields[.last], &draft, scanner)
    if total == nil && last == nil { return take(.skipped(.sessionEvent)) }
    draft.cumulative = CumulativeUsage(total: total, last: last)
    (draft.inputKnown, draft.outputKnown) = (true, true)
    take(.request(draft))
  }

  private func usage(
    _ slice: ca_slice, _ draft: inout RequestDraft, _ scanner: JSONScanner
  ) throws(RejectReason) -> TokenUsage? {
    guard let slice = try FieldReader.object(slice) else { return nil }
    let (status, fields) = scanner.walk(Self.usagePlan, slice.bytes, as: UsageField.self)
    guard status == CA_OK else { throw .badJSON }
    let input = try FieldReader.count(fields[.input]) ?? 0
    let cached = try FieldReader.count(fields[.cached])
    FieldReader.setInclusive(&draft, input: input, read: cached, write5m: nil, write1h: nil)
    draft.usage.output = try FieldReader.count(fields[.output]) ?? 0
    draft.usage.reasoning = min(try FieldReader.count(fields[.reasoning]) ?? 0, draft.usage.output)
    return draft.usage
  }
}
