import CTextScan

/// Items of OpenAI's list of stored chat completions, which are responses with the request's parameters in them; with the
/// messages of the item joined in, if the exporter asked for them. `prompt_tokens` *includes* cached tokens.
struct OpenAIStoredFormat: LogFormat {
  let name = "openai-stored"
  private enum Field: Int, CaseIterable {
    case schema, object, choices, inputUser, messages, temperature, tools, responseFormat

    var pointer: String {
      switch self {
      case .schema: "/schema"
      case .object: "/object"
      case .choices: "/choices"
      case .inputUser: "/input_user"
      case .messages: "/messages"
      case .temperature: "/temperature"
      case .tools: "/tools"
      case .responseFormat: "/response_format"
      }
    }
  }

  let plan = FieldPlan(Field.allCases.map(\.pointer))

  func claims(_ base: UnsafePointer<ca_slice>) -> Bool {
    let fields = Fields<Field>(base: base)
    return fields[.object].equals("chat.completion") && fields[.choices].is(CA_ARRAY)
      && fields[.inputUser].kind != CA_ABSENT.rawValue && !fields[.schema].isPresent
  }

  func draft(
    _ base: UnsafePointer<ca_slice>, line: UnsafeRawBufferPointer, _ scanner: JSONScanner
  ) throws(RejectReason) -> RequestDraft {
    let fields = Fields<Field>(base: base)
    let body = ca_slice(
      start: line.baseAddress?.assumingMemoryBound(to: CChar.self), length: UInt32(line.count), kind: CA_OBJECT.rawValue
    )
    var draft = RequestDraft()
    let times = try ResponseBody.read(body, into: &draft, scanner)
    guard let created = try FieldReader.time(times.created) else { throw .missingTime }
    draft.time = created
    draft.model = draft.responseModel
    draft.user = fields[.inputUser]
    draft.messages = fields[.messages]
    draft.temperature = fields[.temperature]
    draft.tools = fields[.tools]
    draft.responseFormat = fields[.responseFormat]
    draft.parameters = body
    return draft
  }
}
