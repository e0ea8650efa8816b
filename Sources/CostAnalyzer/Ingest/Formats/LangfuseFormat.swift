import CTextScan

/// Langfuse: observations of the blob storage export (snake_case) and of the table export (camelCase), and scores.
///
/// Token classes of `usage_details` *add up*: `input` excludes cached tokens. Data that was fed with inclusive counts shows
/// it by a total that only adds up without them, and is counted as contradictory.
struct LangfuseFormat: LineFormat {
  let name = "langfuse"
  private enum Field: Int, CaseIterable {
    case schema, id, trace, traceUI, parent, parentUI, type, start, startUI, end, endUI, model, providedModel
    case user, userUI, tags, tagsUI, level, input, output, usage, usageUI, cost, costUI, totals, totalsUI
    case parameters, parametersUI, metadata, scores
    case observation, observationUI, scoreName, value, dataType, dataTypeUI

    var pointer: String {
      switch self {
      case .schema: "/schema"
      case .id: "/id"
      case .trace: "/trace_id"
      case .traceUI: "/traceId"
      case .parent: "/parent_observation_id"
      case .parentUI: "/parentObservationId"
      case .type: "/type"
      case .start: "/start_time"
      case .startUI: "/startTime"
      case .end: "/end_time"
      case .endUI: "/endTime"
      case .model: "/model"
      case .providedModel: "/provided_model_name"
      case .user: "/user_id"
      case .userUI: "/userId"
      case .tags: "/tags"
      case .tagsUI: "/traceTags"
      case .level: "/level"
      case .input: "/input"
      case .output: "/output"
      case .usage: "/usage_details"
      case .usageUI: "/usageDetails"
      case .cost: "/total_cost"
      case .costUI: "/totalCost"
      case .totals: "/cost_details/total"
      case .totalsUI: "/costDetails/total"
      case .parameters: "/model_parameters"
      case .parametersUI: "/modelParameters"
      case .metadata: "/metadata"
      case .scores: "/scores"
      case .observation: "/observation_id"
      case .observationUI: "/observationId"
      case .scoreName: "/name"
      case .value: "/value"
      case .dataType: "/data_type"
      case .dataTypeUI: "/dataType"
      }
    }
  }
  private enum UsageField: Int, CaseIterable {
    case input, inputAudio, read, read2, read3, written, written2, written5m, written1h
    case output, outputAudio, reasoning, reasoning2, total
    var pointer: String {
      switch self {
      case .input: "/input"
      case .inputAudio: "/input_audio_tokens"
      case .read: "/input_cached_tokens"
      case .read2: "/cache_read_input_tokens"
      case .read3: "/input_cache_read"
      case .written: "/input_cache_creation"
      case .written2: "/cache_creation_input_tokens"
      case .written5m: "/input_cache_creation_5m"
      case .written1h: "/input_cache_creation_1h"
      case .output: "/output"
      case .outputAudio: "/output_audio_tokens"
      case .reasoning: "/output_reasoning_tokens"
      case .reasoning2: "/output_reasoning"
      case .total: "/total"
      }
    }
  }
  private enum BodyField: Int, CaseIterable {
    case messages, temperature, maxTokens
    var pointer: String {
      switch self {
      case .messages: "/messages"
      case .temperature: "/temperature"
      case .maxTokens: "/max_tokens"
      }
    }
  }

  let plan = FieldPlan(Field.allCases.map(\.pointer))
  private static let usagePlan = FieldPlan(UsageField.allCases.map(\.pointer))
  private static let bodyPlan = FieldPlan(BodyField.allCases.map(\.pointer))

  func claims(_ base: UnsafePointer<ca_slice>) -> Bool {
    let fields = Fields<Field>(base: base)
    return !fields[.schema].isPresent && (isObservation(fields) || isScore(fields))
  }

  private func isObservation(_ fields: Fields<Field>) -> Bool {
    fields[.providedModel].kind != CA_ABSENT.rawValue && fields[.trace].isFilledString
      || fields[.traceUI].isFilledString && fields[.usageUI].kind != CA_ABSENT.rawValue
  }

  private func isScore(_ fields: Fields<Field>) -> Bool {
    let isAbout = [Field.trace, .traceUI, .observation, .observationUI].contains { fields[$0].isFilledString }
    let hasType = fields[.dataType].isFilledString || fields[.dataTypeUI].isFilledString
    return isAbout && hasType && fields[.scoreName].isFilledString && fields[.value].kind != CA_ABSENT.rawValue
  }

  func records(
    _ base: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner, _ take: (LogRecord) -> Void
  ) throws(RejectReason) {
    let fields = Fields<Field>(base: base)
    let trace = fields[.trace].isFilledString ? fields[.trace] : fields[.traceUI]
    guard isObservation(fields) else { return take(verdict(fields, trace: trace)) }
    let parent = fields[.parent].isFilledString ? fields[.parent] : fields[.parentUI]
    let links = RecordLinks(trace: trace, span: fields[.id], parent: parent)
    guard fields[.type].equals("GENERATION") || fields[.type].equals("EMBEDDING") else {
      return take(.skipped(.notAModelCall, links))
    }
    var draft = try draft(fields, scanner)
    draft.links = links
    take(.request(draft))
  }

  private func draft(_ fields: Fields<Field>, _ scanner: JSONScanner) throws(RejectReason) -> RequestDraft {
    var draft = RequestDraft()
    guard let start = try FieldReader.firstTime(fields[.start], fields[.startUI]) else { throw .missingTime }
    draft.time = start
    // The unit of `latency` differs between exports.
    if let end = try FieldReader.firstTime(fields[.end], fields[.endUI]), end >= start {
      draft.latencyMs = UInt32(clamping: (end - start + 500) / 1000)
    }
    draft.id = fields[.id]
    draft.model = fields[.providedModel].isFilledString ? fields[.providedModel] : fields[.model]
    draft.user = fields[.user].isFilledString ? fields[.user] : fields[.userUI]
    draft.tags = fields[.tags].is(CA_ARRAY) ? fields[.tags] : fields[.tagsUI]
    draft.isError = fields[.level].equals("ERROR")
    for cost in [Field.cost, .costUI, .totals, .totalsUI] where draft.billed == nil {
      draft.billed = try FieldReader.computedCost(fields[cost], of: draft)
    }
    if let metadata = scanner.embedded(fields[.metadata]), metadata.is(CA_OBJECT) {
      Metadata.read(metadata, into: &draft, scanner)
    }
    let parameters = fields[.parameters].isPresent ? fields[.parameters] : fields[.parametersUI]
    if let parameters = scanner.embedded(parameters), parameters.is(CA_OBJECT) {
      let (_, body) = scanner.walk(Self.bodyPlan, parameters.bytes, as: BodyField.self)
      draft.temperature = body[.temperature]
      draft.maxTokens = body[.maxTokens]
      draft.parameters = parameters
    }
    try readUsage(fields[.usage].isPresent ? fields[.usage] : fields[.usageUI], into: &draft, scanner)
    if fields[.type].equals("EMBEDDING") { draft.outputKnown = true }
    draft.messages = messages(fields[.input], scanner)
    draft.answer = .messages(fields[.output])
    draft.feedback = feedback(fields[.scores], scanner)
    return draft
  }

  private func readUsage(_ slice: ca_slice, into draft: inout RequestDraft, _ scanner: JSONScanner) throws(RejectReason)
  {
    guard let slice = scanner.embedded(slice), slice.is(CA_OBJECT) else { return }
    let (status, fields) = scanner.walk(Self.usagePlan, slice.bytes, as: UsageField.self)
    guard status == CA_OK else { throw .badJSON }
    draft.usage.cacheRead = try FieldReader.firstCount(fields[.read], fields[.read2], fields[.read3]) ?? 0
    let written = try FieldReader.firstCount(fields[.written], fields[.written2]) ?? 0
    let write1h = try FieldReader.count(fields[.written1h]) ?? 0
    let write5m = try FieldReader.count(fields[.written5m]) ?? 0
    // All writes, and the same ones by their lifetime.
    let isSplit = written > 0 && UInt64(written) == UInt64(write1h) + UInt64(write5m)
    draft.usage.cacheWrite5m = isSplit ? write5m : try sum(written, write5m)
    draft.usage.cacheWrite1h = write1h
    if let output = try FieldReader.count(fields[.output]) {
      let audio = try FieldReader.count(fields[.outputAudio]) ?? 0
      draft.usage.reasoning = try FieldReader.firstCount(fields[.reasoning], fields[.reasoning2]) ?? 0
      draft.usage.output = try sum(output, audio, draft.usage.reasoning)
      draft.usage.audioOutput = audio
      draft.outputKnown = true
    }
    guard let plain = try FieldReader.count(fields[.input]) else { return }
    draft.usage.audioInput = try FieldReader.count(fields[.inputAudio]) ?? 0
    draft.usage.input = try sum(plain, draft.usage.audioInput)
    draft.inputKnown = true
    if let total = try FieldReader.count(fields[.total]) {
      try reconcile(&draft, Int64(total), slice, scanner)
    }
  }

  /// Where the classes do not add up to the total, one stands inside another, or there are more of them.
  private func reconcile(
    _ draft: inout RequestDraft, _ total: Int64, _ details: ca_slice, _ scanner: JSONScanner
  ) throws(RejectReason) {
    let usage = draft.usage
    let over = Int64(usage.promptTokens) + Int64(usage.output) - total
    if over < 0 { return try addOthers(&draft, missing: -over, details, scanner) }
    let (read, writes, reasoning) = (Int64(usage.cacheRead), Int64(usage.cacheWrites), Int64(usage.reasoning))
    guard over > 0 else { return }
    let isReasoningInside = over == reasoning || over == reasoning + read + writes
    if isReasoningInside && reasoning > 0 { draft.usage.output -= UInt32(reasoning) }
    let inInput = isReasoningInside ? over - reasoning : over
    guard inInput > 0, inInput == read + writes || inInput == writes || inInput == read,
      inInput <= Int64(usage.input)
    else { return }
    draft.usage.input -= UInt32(inInput)
    draft.contradictory = true
    // Computed from counts that are too high.
    draft.billed = nil
  }

  /// Langfuse counts every class that begins with `input` or `output` to the prompt or the answer. Those that have no name here
  /// are taken where the total has them.
  private func addOthers(
    _ draft: inout RequestDraft, missing: Int64, _ details: ca_slice, _ scanner: JSONScanner
  ) throws(RejectReason) {
    let known = Set(UsageField.allCases.map { String($0.pointer.dropFirst()) })
    guard let members = scanner.members(details) else { return }
    var (input, output): (UInt32, UInt32) = (0, 0)
    for index in stride(from: 0, to: members.count, by: 2) {
      let name = String(decoding: members[index].bytes, as: UTF8.self)
      guard !known.contains(name), let count = try FieldReader.count(members[index + 1]) else { continue }
      if name.hasPrefix("input") { input = try sum(input, count) }
      if name.hasPrefix("output") { output = try sum(output, count) }
    }
    guard Int64(input) + Int64(output) == missing else { return }
    draft.usage.input = try sum(draft.usage.input, input)
    draft.usage.output = try sum(draft.usage.output, output)
  }

  private func sum(_ counts: UInt32...) throws(RejectReason) -> UInt32 {
    let total = counts.reduce(0 as UInt64) { $0 + UInt64($1) }
    guard total <= 1 << 31 else { throw .badCount }
    return UInt32(total)
  }

  /// Messages, an object that has them, or a plain text.
  private func messages(_ input: ca_slice, _ scanner: JSONScanner) -> ca_slice {
    var list = input
    if let object = scanner.embedded(input), object.is(CA_OBJECT) {
      let (_, body) = scanner.walk(Self.bodyPlan, object.bytes, as: BodyField.self)
      if body[.messages].is(CA_ARRAY) { list = body[.messages] }
    }
    var writer = MessageWriter()
    PartMessages.write(list, to: &writer, scanner)
    return writer.messages(scanner)
  }

  /// Of the map `{name: [value]}` that the table export joins to an observation.
  private func feedback(_ scores: ca_slice, _ scanner: JSONScanner) -> Feedback {
    guard scores.is(CA_OBJECT), let members = scanner.members(scores) else { return .none }
    var feedback = Feedback.none
    for index in stride(from: 0, to: members.count, by: 2) where UserVerdict.isOne(members[index]) {
      let value = members[index + 1]
      let values = value.is(CA_ARRAY) ? scanner.elements(value).map(Array.init) ?? [] : [value]
      for verdict in values.compactMap(UserVerdict.value) { feedback = feedback.joined(verdict) }
    }
    return feedback
  }

  private func verdict(_ fields: Fields<Field>, trace: ca_slice) -> LogRecord {
    guard UserVerdict.isOne(fields[.scoreName]), let value = UserVerdict.value(fields[.value]) else {
      return .skipped(.otherScore)
    }
    let observation = fields[.observation].isFilledString ? fields[.observation] : fields[.observationUI]
    return .verdict(value, on: VerdictTarget(request: observation.identity, trace: trace.identity))
  }
}
