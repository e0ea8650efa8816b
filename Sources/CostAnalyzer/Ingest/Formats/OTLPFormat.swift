import CTextScan

/// OpenTelemetry's OTLP/JSON, one export a line, as the collector's file exporter writes it: spans and log events of the
/// GenAI conventions, old and new, and spans of OpenInference. What they mean, and that input counts *include* cached
/// tokens, stands in `SpanCall`.
struct OTLPFormat: LineFormat {
  let name = "otlp"
  private enum Field: Int, CaseIterable {
    case spans, logs, metrics, schema
    var pointer: String {
      switch self {
      case .spans: "/resourceSpans"
      case .logs: "/resourceLogs"
      case .metrics: "/resourceMetrics"
      case .schema: "/schema"
      }
    }
  }
  private enum ResourceField: Int, CaseIterable {
    case attributes, spanScopes, logScopes
    var pointer: String {
      switch self {
      case .attributes: "/resource/attributes"
      case .spanScopes: "/scopeSpans"
      case .logScopes: "/scopeLogs"
      }
    }
  }
  private enum ScopeField: Int, CaseIterable {
    case spans, logs
    var pointer: String { self == .spans ? "/spans" : "/logRecords" }
  }
  private enum RecordField: Int, CaseIterable {
    case trace, span, parent, start, end, attributes, status, events, time, observed, name, eventName
    var pointer: String {
      switch self {
      case .trace: "/traceId"
      case .span: "/spanId"
      case .parent: "/parentSpanId"
      case .start: "/startTimeUnixNano"
      case .end: "/endTimeUnixNano"
      case .attributes: "/attributes"
      case .status: "/status/code"
      case .events: "/events"
      case .time: "/timeUnixNano"
      case .observed: "/observedTimeUnixNano"
      case .name: "/name"
      case .eventName: "/eventName"
      }
    }
  }

  let plan = FieldPlan(Field.allCases.map(\.pointer))
  private static let resourcePlan = FieldPlan(ResourceField.allCases.map(\.pointer))
  private static let scopePlan = FieldPlan(ScopeField.allCases.map(\.pointer))
  private static let recordPlan = FieldPlan(RecordField.allCases.map(\.pointer))

  func claims(_ base: UnsafePointer<ca_slice>) -> Bool {
    let fields = Fields<Field>(base: base)
    return !fields[.schema].isPresent
      && (fields[.spans].is(CA_ARRAY) || fields[.logs].is(CA_ARRAY) || fields[.metrics].is(CA_ARRAY))
  }

  func records(
    _ base: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner, _ take: (LogRecord) -> Void
  ) throws(RejectReason) {
    let fields = Fields<Field>(base: base)
    if fields[.metrics].is(CA_ARRAY) { take(.skipped(.metrics)) }
    for slice in [fields[.spans], fields[.logs]] where slice.is(CA_ARRAY) {
      let isWhole = each(slice, scanner) { resource in
        let (status, fields) = scanner.walk(Self.resourcePlan, resource.bytes, as: ResourceField.self)
        var shared = SpanAttributes()
        shared.add(otlp: fields[.attributes], scanner)
        let tags = Self.tags(shared, scanner)
        return status == CA_OK
          && each(fields[.spanScopes], scanner) { scope in
            let (status, fields) = scanner.walk(Self.scopePlan, scope.bytes, as: ScopeField.self)
            return status == CA_OK && each(fields[.spans], scanner) { take(span($0, tags, scanner)) }
          }
          && each(fields[.logScopes], scanner) { scope in
            let (status, fields) = scanner.walk(Self.scopePlan, scope.bytes, as: ScopeField.self)
            return status == CA_OK && each(fields[.logs], scanner) { take(event($0, tags, scanner)) }
          }
      }
      if !isWhole { throw .badJSON }
    }
  }

  /// False where the list, or something in it, is damaged.
  private func each(_ list: ca_slice, _ scanner: JSONScanner, _ body: (ca_slice) -> Bool) -> Bool {
    if !list.isPresent { return true }
    guard list.is(CA_ARRAY), let elements = scanner.elements(list, max: .max) else { return false }
    return elements.allSatisfy { element in scanner.releasing { body(element) } }
  }

  private func each(_ list: ca_slice, _ scanner: JSONScanner, take: (ca_slice) -> Void) -> Bool {
    each(list, scanner) { record -> Bool in
      // A damaged span is no reason to lose the others.
      scanner.beginRecord()
      take(record)
      scanner.beginRecord()
      return true
    }
  }

  private func span(_ slice: ca_slice, _ tags: ca_slice, _ scanner: JSONScanner) -> LogRecord {
    let (status, fields) = scanner.walk(Self.recordPlan, slice.bytes, as: RecordField.self)
    guard status == CA_OK else { return .rejected(.badJSON) }
    var call = SpanCall(trace: fields[.trace], span: fields[.span], parent: fields[.parent], resourceTags: tags)
    call.attributes.add(otlp: fields[.attributes], scanner)
    // Messages, in some versions also usage, stand in events of the span.
    if let events = fields[.events].is(CA_ARRAY) ? scanner.elements(fields[.events]) : nil {
      for event in events where event.is(CA_OBJECT) {
        let (_, event) = scanner.walk(Self.recordPlan, event.bytes, as: RecordField.self)
        if event[.name].starts(with: "gen_ai.") { call.attributes.add(otlp: event[.attributes], scanner) }
      }
    }
    call.isError = fields[.status].equals("2") || fields[.status].equals("STATUS_CODE_ERROR")
    do throws(RejectReason) {
      call.start = try FieldReader.nanoseconds(fields[.start])
      call.end = try FieldReader.nanoseconds(fields[.end])
    } catch {
      return .rejected(error)
    }
    return call.record(scanner)
  }

  private func event(_ slice: ca_slice, _ tags: ca_slice, _ scanner: JSONScanner) -> LogRecord {
    let (status, fields) = scanner.walk(Self.recordPlan, slice.bytes, as: RecordField.self)
    guard status == CA_OK else { return .rejected(.badJSON) }
    var call = SpanCall(trace: fields[.trace], span: fields[.span], resourceTags: tags)
    call.attributes.add(otlp: fields[.attributes], scanner)
    let name = fields[.eventName].isFilledString ? fields[.eventName] : call.attributes[.eventName]
    if name.equals("gen_ai.evaluation.result") { return verdict(call) }
    guard name.equals("gen_ai.client.inference.operation.details") else {
      return .skipped(name.starts(with: "gen_ai.") ? .messageEvent : .notAModelCall)
    }
    do throws(RejectReason) {
      call.start = try FieldReader.nanoseconds(fields[.time])
      if call.start == nil { call.start = try FieldReader.nanoseconds(fields[.observed]) }
    } catch {
      return .rejected(error)
    }
    return call.record(scanner)
  }

  private func verdict(_ call: SpanCall) -> LogRecord {
    guard UserVerdict.isOne(call.attributes[.evaluationName]),
      let value = UserVerdict.value(call.attributes[.evaluationScore])
    else { return .skipped(.otherScore) }
    let request = call.attributes[.responseID].identity
    return .verdict(value, on: VerdictTarget(request: request, span: call.links.span, trace: call.links.trace))
  }

  /// `["service.name=checkout", …]`
  private static func tags(_ resource: SpanAttributes, _ scanner: JSONScanner) -> ca_slice {
    var texts: [[UInt8]] = []
    for attribute in [SpanAttribute.service, .environment] where resource[attribute].isFilledString {
      texts.append(Array("\"\(attribute.names[0])=".utf8) + Array(resource[attribute].bytes) + [34])
    }
    return texts.isEmpty ? ca_slice() : MessageWriter.array(texts, scanner)
  }
}
