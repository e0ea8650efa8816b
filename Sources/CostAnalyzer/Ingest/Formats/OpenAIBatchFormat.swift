import CTextScan

/// Files of OpenAI's and Azure's Batch API. A line of an output file is a request at the batch tier, without its prompt; a
/// line of an input file (`method`, `url`, `body`) is the prompt of the output line with its `custom_id`, and no request by
/// itself (`BatchJoin`).
///
/// The body says whether the input count includes cached tokens (chat completions, Responses: it does).
struct OpenAIBatchFormat: LogFormat {
  let name = "openai-batch"
  private enum Field: Int, CaseIterable {
    case schema, customID, id, response, error, statusCode, requestID, body, answer, method, url

    var pointer: String {
      switch self {
      case .schema: "/schema"
      case .customID: "/custom_id"
      case .id: "/id"
      case .response: "/response"
      case .error: "/error"
      case .statusCode: "/response/status_code"
      case .requestID: "/response/request_id"
      case .body: "/body"
      case .answer: "/response/body"
      case .method: "/method"
      case .url: "/url"
      }
    }
  }

  let plan = FieldPlan(Field.allCases.map(\.pointer))

  func claims(_ base: UnsafePointer<ca_slice>) -> Bool {
    let fields = Fields<Field>(base: base)
    guard fields[.customID].isFilledString, !fields[.schema].isPresent else { return false }
    return fields[.response].isPresent || fields[.error].isPresent || isQuestion(fields)
  }

  private func isQuestion(_ fields: Fields<Field>) -> Bool {
    fields[.method].isFilledString && fields[.url].isFilledString && fields[.body].is(CA_OBJECT)
  }

  func draft(
    _ base: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner
  ) throws(RejectReason) -> RequestDraft {
    let fields = Fields<Field>(base: base)
    var draft = RequestDraft()
    draft.joinKey = fields[.customID]
    if isQuestion(fields) {
      draft.isQuestion = true
      try RequestBody.read(fields[.body], into: &draft, scanner)
      draft.tier = .batch
      return draft
    }
    draft.id = fields[.id]  // Azure's lines have none: the body's id is taken
    let times = try ResponseBody.read(fields[.answer], into: &draft, scanner)
    if !draft.id.isFilledString { draft.id = fields[.requestID] }
    if fields[.error].isPresent || FieldReader.isError(status: fields[.statusCode]) { draft.isError = true }
    draft.model = draft.responseModel
    draft.tier = .batch
    // Hours after the batch was submitted; the file has no other time. Calls that failed have none at all.
    guard let created = try FieldReader.time(times.created) else { throw .missingTime }
    draft.time = created
    return draft
  }
}
