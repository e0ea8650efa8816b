import CTextScan

/// A format that a mapping file describes. It is asked before all others, so its `match` decides.
struct MappedFormat: LogFormat {
  private let mapping: LogMapping
  let plan: FieldPlan
  private let match: [(position: Position, value: [UInt8]?)]
  /// By field number.
  private let positions: [[Position]]
  private let numbers: [LogMapping.Field: Int]
  var name: String { mapping.name }

  private struct Position: RawRepresentable { let rawValue: Int }

  init(_ mapping: LogMapping) {
    self.mapping = mapping
    // A plan has one place for a pointer.
    var pointers: [String] = []
    func position(_ pointer: String) -> Position {
      if let known = pointers.firstIndex(of: pointer) { return Position(rawValue: known) }
      pointers.append(pointer)
      return Position(rawValue: pointers.count - 1)
    }
    match = mapping.match.map { (position($0.pointer), $0.value.map { Array($0.utf8) }) }
    let fields = LogMapping.Field.allCases
    positions = fields.map { (mapping.fields[$0] ?? []).map(position) }
    numbers = Dictionary(uniqueKeysWithValues: fields.enumerated().map { ($1, $0) })
    plan = FieldPlan(pointers)
  }

  func claims(_ base: UnsafePointer<ca_slice>) -> Bool {
    let fields = Fields<Position>(base: base)
    return match.allSatisfy { position, value in
      value.map { fields[position].isPresent && fields[position].bytes.elementsEqual($0) } ?? fields[position].isPresent
    }
  }

  func draft(
    _ base: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner
  ) throws(RejectReason) -> RequestDraft {
    let values = Fields<Position>(base: base)
    func value(_ field: LogMapping.Field) -> ca_slice {
      positions[numbers[field]!].lazy.map { values[$0] }.first { $0.isPresent && $0.length > 0 } ?? ca_slice()
    }
    var draft = RequestDraft()
    guard let time = try FieldReader.time(value(.time)) else { throw .missingTime }
    draft.time = time
    draft.id = value(.id)
    draft.model = value(.model)
    draft.responseModel = value(.responseModel)
    draft.user = value(.user)
    draft.tenant = value(.tenant)
    draft.key = value(.key)
    draft.tags = value(.tags)
    let error = value(.error)
    draft.isError = FieldReader.isError(status: value(.status)) || error.isPresent && !error.is(CA_FALSE)
    draft.latencyMs = FieldReader.milliseconds(value(.latency), unit: mapping.latencyUnit.milliseconds)
    draft.billed = try FieldReader.usd(value(.cost)).map { $0 / mapping.costUnit.inDollar }
    draft.feedback = try FieldReader.verdict(value(.feedback))
    draft.messages = messages(value(.messages), scanner)
    draft.answer = .text(value(.answer))
    draft.hasToolCalls = value(.toolCalls).length > 2 || (value(.toolCalls).double ?? 0) > 0
    draft.temperature = value(.temperature)
    draft.maxTokens = value(.maxTokens)
    draft.parameters = value(.parameters)
    draft.responseFormat = value(.responseFormat)
    draft.tools = value(.tools)
    draft.tier = FieldReader.tier(value(.serviceTier))
    draft.gatewayHit = value(.gatewayCache).isTrue || value(.gatewayCache).says("hit", "true")
    draft.isOverride = value(.override).isTrue
    let input = try FieldReader.count(value(.input))
    let read = try FieldReader.count(value(.cacheRead))
    let write5m = try FieldReader.count(value(.cacheWrite5m))
    let write1h = try FieldReader.count(value(.cacheWrite1h))
    FieldReader.setInclusive(&draft, input: input, read: read, write5m: write5m, write1h: write1h)
    if let input, !mapping.inputIncludesCached {
      draft.usage.input = input
      draft.contradictory = false
    }
    if let output = try FieldReader.count(value(.output)) {
      draft.usage.output = output
      draft.outputKnown = true
    }
    draft.usage.reasoning = min(try FieldReader.count(value(.reasoning)) ?? 0, draft.usage.output)
    try FieldReader.setMedia(
      &draft, audioInput: value(.audioInput), imageInput: value(.imageInput), audioOutput: value(.audioOutput),
      imageOutput: value(.imageOutput))
    return draft
  }

  /// Messages may stand as JSON in a text; any other text is the user's message.
  private func messages(_ slice: ca_slice, _ scanner: JSONScanner) -> ca_slice {
    var writer = MessageWriter()
    PartMessages.write(slice, to: &writer, scanner)
    return writer.messages(scanner)
  }
}

extension ca_slice {
  /// Whether it is one of some words, in any case.
  fileprivate func says(_ words: String...) -> Bool {
    `is`(CA_STRING) && words.contains(String(decoding: bytes, as: UTF8.self).lowercased())
  }
}
