import CTextScan

/// One span a line with plain attributes: Phoenix's REST spans, and what OpenTelemetry's console exporter prints. What
/// they mean, and that input counts *include* cached tokens, stands in `SpanCall`.
struct SpanFormat: LineFormat {
  let name = "span"
  private enum Field: Int, CaseIterable {
    case schema, trace, span, parent, start, end, status, nestedStatus, attributes, resource
    var pointer: String {
      switch self {
      case .schema: "/schema"
      case .trace: "/context/trace_id"
      case .span: "/context/span_id"
      case .parent: "/parent_id"
      case .start: "/start_time"
      case .end: "/end_time"
      case .status: "/status_code"
      case .nestedStatus: "/status/status_code"
      case .attributes: "/attributes"
      case .resource: "/resource/attributes"
      }
    }
  }

  let plan = FieldPlan(Field.allCases.map(\.pointer))

  func claims(_ base: UnsafePointer<ca_slice>) -> Bool {
    let fields = Fields<Field>(base: base)
    return fields[.span].isFilledString && fields[.attributes].is(CA_OBJECT) && !fields[.schema].isPresent
  }

  func records(
    _ base: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner, _ take: (LogRecord) -> Void
  ) throws(RejectReason) {
    let fields = Fields<Field>(base: base)
    var call = SpanCall(trace: fields[.trace], span: fields[.span], parent: fields[.parent])
    call.start = try FieldReader.time(fields[.start])
    call.end = try FieldReader.time(fields[.end])
    call.isError = fields[.status].equals("ERROR") || fields[.nestedStatus].equals("ERROR")
    call.attributes.add(plain: fields[.attributes], scanner)
    call.attributes.add(plain: fields[.resource], scanner)
    take(call.record(scanner))
  }
}
