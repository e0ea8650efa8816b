import CTextScan

/// What a run needs from each line beyond the ledger.
package struct IngestNeeds: Sendable, Equatable {
  /// Prompt keys, answer sketches and complexity; without it no text is looked at.
  package var text = true
  package var scope = CacheScope()
  package var key = KeyContext.conversation
  /// Requests above this temperature are flagged `hot`.
  package var maxTemperature = 1.0
  /// Answers longer than this are not kept for the pre-cache list.
  package var maxAnswerBytes = 32 << 10
  /// Where each request stands, to read it again.
  package var places = false
  /// Which id each request has, to know it again in another file.
  package var ids = false
  /// What the inputs decode to, to know it again in another file: hashed after so many bytes, rising, and in all.
  package var digestSizes: [Int]?

  package init() {}
}

/// Decodes blocks of lines. One per thread; keeps its own string tables, which the reducer maps to the run's.
final class LineDecoder: @unchecked Sendable {
  // SAFETY: belongs to one worker of a parallelMap; the reducer reads the tables between parallel stages.
  let index: Int
  private let needs: IngestNeeds
  private let limits: InputLimits
  let scanner = JSONScanner()
  private let formats: FormatList
  private let describer: PromptDescriber?
  /// Of the line.
  private var format = 0
  /// Formats by how lately a line had them: a log that mixes two of them costs two walks a line.
  private var recent: [Int]
  private var modelNames = Interner()
  private var modelNumbers: [NamedModel: UInt32] = [:]
  private(set) var models: [ModelName] = []
  private(set) var users = Interner()
  private(set) var tenants = Interner()
  private(set) var tags = Interner()
  private(set) var keys = Interner()
  private var describedKeys: Set<Hash128> = []
  private var usage: UsageEstimate

  init(
    index: Int, needs: IngestNeeds, limits: InputLimits, settings: TextSettings?, formats: FormatList,
    tokens: LazyTokenCounter = .estimates
  ) {
    self.index = index
    usage = UsageEstimate(tokens)
    self.needs = needs
    self.limits = limits
    precondition(settings != nil || !needs.text, "prompt text needs text settings")
    self.formats = formats
    recent = Array(formats.entries.indices)
    describer = needs.text ? settings.map(PromptDescriber.init) : nil
  }

  func decode(_ block: LineBlock) -> DecodedBlock {
    var result = DecodedBlock(file: block.file, decoder: index)
    for _ in 0..<block.overlongBefore {
      result.rejects.append((.lineTooLong, result.lines))
      result.lines += 1
      result.records += 1
    }
    block.forEachLine { line, isCut in decode(line, isCut: isCut, into: &result) }
    return result
  }

  private func decode(_ line: UnsafeRawBufferPointer, isCut: Bool, into result: inout DecodedBlock) {
    let number = result.lines
    result.lines += 1
    if line.allSatisfy({ $0 == 32 || $0 == 13 || $0 == 9 }) {
      result.blank += 1
      return
    }
    let before = result.records
    do throws(RejectReason) {
      let fields = try claim(line)
      let entry = formats.entries[format]
      if let single = entry.single {
        take(try single.draft(fields, line: line, scanner), line: number, record: 0, isCut: isCut, into: &result)
      } else {
        try entry.format.records(fields, line: line, scanner) { record in
          take(record, line: number, record: result.records - before, isCut: isCut, into: &result)
        }
        if result.records == before { result.skip(.emptyExport) }
      }
    } catch {
      result.reject(isCut ? .cutLine : error, line: number)
    }
  }

  /// Hands over the records of a line that is not blank.
  func records(_ line: UnsafeRawBufferPointer, _ take: (LogRecord) -> Void) throws(RejectReason) {
    let fields = try claim(line)
    try formats.entries[format].format.records(fields, line: line, scanner, take)
  }

  private func take(
    _ draft: RequestDraft, line: Int, record: Int, isCut: Bool, into result: inout DecodedBlock
  ) {
    do throws(RejectReason) {
      let position = result.accepted.count
      result.accepted.append(try accept(draft, format: format, line: line, record: record, into: &result))
      result.records += 1
      if !draft.links.isEmpty { result.notes.append(RecordNote(position: position, content: .links(draft.links))) }
      if let counts = draft.cumulative {
        result.notes.append(RecordNote(position: position, content: .cumulative(counts)))
      }
    } catch {
      result.reject(isCut ? .cutLine : error, line: line)
    }
  }

  private func take(
    _ record: LogRecord, line: Int, record number: Int, isCut: Bool, into result: inout DecodedBlock
  ) {
    let position = result.accepted.count
    switch record {
    case .request(let draft): take(draft, line: line, record: number, isCut: isCut, into: &result)
    case .skipped(let reason, let links):
      result.skip(reason)
      if !links.isEmpty { result.notes.append(RecordNote(position: position, content: .span(links))) }
    case .verdict(let value, let target):
      result.skip(.feedback)
      result.notes.append(RecordNote(position: position, content: .verdict(value, target)))
    case .sessionModel(let name):
      result.skip(.sessionEvent)
      var draft = RequestDraft()
      draft.model = name
      result.notes.append(RecordNote(position: position, content: .sessionModel(model(draft))))
    case .sessionFork(let time):
      result.skip(.sessionEvent)
      result.notes.append(RecordNote(position: position, content: .sessionFork(time)))
    case .rejected(let reason): result.reject(reason, line: line)
    }
  }

  /// Finds the format of a line, `format` from then on. Formats are tried from the one that the line before had on. A
  /// walk stops only at damage in fields it looks at, so damage counts when no format claims the line: else the verdict
  /// would depend on which format was tried first.
  private func claim(_ line: UnsafeRawBufferPointer) throws(RejectReason) -> UnsafePointer<ca_slice> {
    if line.count > limits.maxLineBytes { throw .lineTooLong }
    // A byte order mark belongs at the start of a file; versions of simdjson differ in what they make of one here.
    if line.starts(with: [0xEF, 0xBB, 0xBF]) { throw .badJSON }
    var damage: (format: Int, reason: RejectReason)?
    scanner.beginLine()
    for attempt in recent.indices {
      let index = recent[attempt]
      let entry = formats.entries[index]
      scanner.beginWalk()
      let (status, fields) = scanner.walk(entry.plan, line, as: AnyField.self)
      if status != CA_OK {
        let reason = Self.reason(status, line)
        // Seen by every plan alike.
        if status == CA_BAD_UTF8 || status == CA_NOT_OBJECT { throw reason }
        if index < damage?.format ?? .max { damage = (index, reason) }
        continue
      }
      if entry.format.claims(fields.base) {
        format = index
        if attempt > formats.pinned { recent.insert(recent.remove(at: attempt), at: formats.pinned) }
        return fields.base
      }
    }
    throw damage?.reason ?? .unknownFormat
  }

  private struct NamedModel: Hashable {
    var requested: UInt32
    var responded: UInt32
    var seller: UInt32
  }

  private enum AnyField: Int { case first }

  private static func reason(_ status: ca_status, _ line: UnsafeRawBufferPointer) -> RejectReason {
    if memchr(line.baseAddress!, 0, line.count) != nil { return .nulByte }
    switch status {
    case CA_BAD_UTF8: return .invalidUTF8
    case CA_NOT_OBJECT:
      let text = line.drop { $0 == 32 || $0 == 9 }
      let first = text.first ?? 0
      let isWord = ["true", "false", "null"].contains { text.starts(with: $0.utf8) }
      return isWord || first == 91 || first == 34 || first == 45 || (48...57).contains(first) ? .notAnObject : .badJSON
    default: return .badJSON
    }
  }

  private func accept(
    _ draft: RequestDraft, format: Int, line: Int, record: Int, into result: inout DecodedBlock
  ) throws(RejectReason) -> DecodedLine {
    guard Self.isTextOrNothing(draft.model), Self.isTextOrNothing(draft.responseModel) else { throw .badField }
    guard draft.model.isFilledString || draft.responseModel.isFilledString || draft.cumulative != nil else {
      throw .missingModel
    }
    var usage = draft.usage
    var flags: Request.Flags = []
    if draft.isError { flags.insert(.error) }
    if draft.gatewayHit { flags.insert(.gatewayHit) }
    if draft.isOverride { flags.insert(.override) }
    if draft.hasToolCalls { flags.insert(.toolCalls) }
    if draft.contradictory { flags.insert(.contradictory) }
    if draft.hasOtherFees { flags.insert(.otherFees) }
    if let limit = draft.maxTokens.double, limit >= 1 {
      flags.insert(usage.output > 0 && Double(usage.output) >= limit ? [.limited, .limitReached] : .limited)
    }
    if needs.text, let temperature = draft.temperature.double, temperature > needs.maxTemperature { flags.insert(.hot) }
    var prompt: Prompt?
    var answer = UnsafeRawBufferPointer(start: nil, count: 0)
    // Nothing used for an answer is nothing counted.
    let saysNothing = usage.promptTokens == 0 && usage.output == 0 && !draft.gatewayHit && draft.billed == nil
    let isKnown = draft.inputKnown && draft.outputKnown && !saysNothing
    var mustEstimate = !isKnown && !draft.isQuestion
    if needs.text || mustEstimate {
      prompt = PromptReader.read(
        draft.messages, system: draft.system, scanner, keepsMessages: describer != nil || mustEstimate)
      let read = draft.answer.read(scanner)
      answer = read.text
      if read.callsTools { flags.insert(.toolCalls) }
      // A call that failed before there was an answer used nothing that is known; one that was cut while it answered did.
      if draft.isError && answer.isEmpty { mustEstimate = false }
    }
    if mustEstimate {
      flags.insert(.estimated)
      let name = models[Int(model(draft))]
      if !draft.inputKnown || saysNothing {
        let total = self.usage.tokens(prompt?.messages.map(\.text) ?? [], of: name)
        let cached = UInt64(usage.cacheRead) + UInt64(usage.cacheWrite5m) + UInt64(usage.cacheWrite1h)
        usage.input = UInt64(total) > cached ? total - UInt32(cached) : 0
      }
      if !draft.outputKnown || saysNothing { usage.output = self.usage.tokens([answer], of: name) }
    }
    let request = Request(
      time: draft.time, cost: draft.billed ?? 0, usage: usage, latencyMs: draft.latencyMs ?? Request.unknownLatency,
      model: model(draft), user: intern(draft.user, &users), tenant: intern(draft.tenant, &tenants),
      tags: internRaw(draft.tags, &tags), flags: draft.billed == nil ? flags : flags.union(.billed), tier: draft.tier,
      format: UInt8(format), feedback: draft.feedback)
    var decoded = DecodedLine(
      request: request, idHash: 0, line: line,
      key: draft.key.isFilledString ? intern(draft.key, &keys) + 1 : 0, record: record)
    identify(&decoded, draft)
    // Before `describe`, which must not be undone: the key counts as described from then on.
    if scanner.sawDamage { throw .badJSON }
    if draft.joinKey.isPresent { (decoded.joinHash, decoded.isQuestion) = (draft.joinKey.identity, draft.isQuestion) }
    if needs.text, let prompt, !prompt.isEmpty {
      describe(prompt, draft, answer, &decoded, into: &result)
    } else if needs.text, decoded.joinHash != 0 {
      describe(answer, isError: draft.isError, &decoded, into: &result)
    }
    return decoded
  }

  /// Own ids of servers and test doubles are shorter (Ollama draws one of 999), those of providers 24 characters and more.
  private static let leastAnswerID = 20

  private func identify(_ decoded: inout DecodedLine, _ draft: RequestDraft) {
    let own = draft.id.identity
    let answer = draft.answerID.length >= Self.leastAnswerID ? draft.answerID.identity : 0
    decoded.idHash = own != 0 ? own : answer != 0 ? answer : draft.answerID.identity
    if draft.gatewayHit {
      // The answer of an earlier call, which may lend its id too: that call is another request.
      let moment = own == 0 ? draft.time : 0
      if decoded.idHash != 0 {
        decoded.idHash = max(
          1, Hash128.combine([Hash128(low: decoded.idHash, high: UInt64(bitPattern: moment))], tag: 16).low)
      }
    } else if answer != decoded.idHash {
      decoded.answerHash = answer
    }
  }

  private static func isTextOrNothing(_ slice: ca_slice) -> Bool { slice.is(CA_STRING) || !slice.isPresent }

  private func describe(
    _ prompt: Prompt, _ draft: RequestDraft, _ answer: UnsafeRawBufferPointer, _ decoded: inout DecodedLine,
    into result: inout DecodedBlock
  ) {
    let scope = needs.scope.hashes(of: draft, prompt: prompt, scanner)
    // A raw prompt is one whole conversation, however little of it the cache key holds.
    let identity = scope.group(prompt.context(.conversation))
    let key = Hash128.combine([identity, Hash128(prompt.lastUser)], tag: 10)
    decoded.rawKey = key
    decoded.request.prompt = 0
    if let describer, describedKeys.insert(key).inserted {
      decoded.newPrompt = result.newPrompts.count
      result.newPrompts.append(
        describer.describe(
          prompt, key: key, group: needs.key == .conversation ? identity : scope.group(prompt.context(needs.key)),
          parts: scope.parts(prompt, needs.key), tools: draft.tools,
          model: models[Int(decoded.request.model)],
          sharing: Hash128.combine([scope.tenant, scope.model], tag: 14).low))
    }
    describe(answer, isError: draft.isError, &decoded, into: &result)
    if draft.embedding.is(CA_ARRAY) {
      let vector = readVector(draft.embedding)
      decoded.embedding = result.vectors.count..<result.vectors.count + vector.count
      result.vectors.append(contentsOf: vector)
    }
  }

  private func describe(
    _ answer: UnsafeRawBufferPointer, isError: Bool, _ decoded: inout DecodedLine, into result: inout DecodedBlock
  ) {
    decoded.answerSketch = AnswerSketch.sketch(answer)
    decoded.answerDigest = AnswerDigest(answer)
    guard answer.count <= needs.maxAnswerBytes && !isError else { return }
    decoded.answer = result.answers.count..<result.answers.count + answer.count
    result.answers.append(contentsOf: answer)
  }

  private func readVector(_ slice: ca_slice) -> [Float] {
    guard let elements = scanner.elements(slice) else { return [] }
    let values = elements.compactMap { $0.double.map(Float.init) }
    return values.count == elements.count && values.allSatisfy(\.isFinite) ? values : []
  }

  private func model(_ draft: RequestDraft) -> UInt32 {
    let names = NamedModel(
      requested: intern(draft.model, &modelNames), responded: intern(draft.responseModel, &modelNames),
      seller: intern(draft.seller, &modelNames))
    if let known = modelNumbers[names] { return known }
    modelNumbers[names] = UInt32(models.count)
    models.append(
      ModelName(
        requested: modelNames[names.requested], responded: modelNames[names.responded],
        seller: modelNames[names.seller]))
    return UInt32(models.count - 1)
  }

  /// Absent is the empty string.
  private func intern(_ slice: ca_slice, _ table: inout Interner) -> UInt32 {
    if slice.is(CA_NUMBER) { return table.intern(slice.bytes) }
    return table.intern(scanner.text(slice))
  }

  /// Arrays are kept as JSON text and taken apart once per distinct set.
  private func internRaw(_ slice: ca_slice, _ table: inout Interner) -> UInt32 {
    slice.is(CA_ARRAY) ? table.intern(slice.bytes) : intern(slice, &table)
  }
}

/// One token per four bytes of text, the provider documentation's rule of thumb: for what no bill shows.
package enum TokenEstimate {
  package static func tokens(bytes: Int) -> UInt32 { UInt32(clamping: (bytes + 3) / 4) }
}

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
