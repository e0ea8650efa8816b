import CTextScan

/// What a format found in one line: still slices of the line, nothing copied.
///
/// A format fills what its records carry; everything else keeps its default, which means *not logged*.
struct RequestDraft {
  /// The record's own.
  var id = ca_slice()
  /// The provider's of its answer: the same in whatever tool's record of the call.
  var answerID = ca_slice()
  /// UTC microseconds.
  var time: Int64 = 0
  var model = ca_slice()
  /// The model that answered, when it is another name; priced first.
  var responseModel = ca_slice()
  /// Who sold the tokens, where the log names it.
  var seller = ca_slice()
  var user = ca_slice()
  var tenant = ca_slice()
  /// The API key that paid: its alias or its hash.
  var key = ca_slice()
  /// An array of strings, or one string.
  var tags = ca_slice()
  var isError = false
  /// The gateway answered from its own cache.
  var gatewayHit = false
  /// The caller chose the model by hand.
  var isOverride = false
  var latencyMs: UInt32?
  var tier = ServiceTier.standard
  /// Disjoint classes. A class that is not known stays 0 and its flag below false.
  var usage = TokenUsage()
  var inputKnown = false
  var outputKnown = false
  /// Cached tokens contradict the input count they should be part of.
  var contradictory = false
  var billed: PicoDollars?
  /// Something beside tokens was bought: searches, another region's surcharge.
  var hasOtherFees = false

  /// Array of `{role, content}`, or a string.
  var messages = ca_slice()
  /// The system prompt where it is no message: a string, or an array of text parts.
  var system = ca_slice()
  var answer = LoggedAnswer.text(ca_slice())
  /// The answer calls tools, as far as that is known without reading it.
  var hasToolCalls = false
  var tools = ca_slice()
  var responseFormat = ca_slice()
  var temperature = ca_slice()
  var maxTokens = ca_slice()
  /// The object in which `SamplingParameters` are looked for.
  var parameters = ca_slice()
  var embedding = ca_slice()
  /// What the user said of the answer.
  var feedback = Feedback.none
  var links = RecordLinks()
  /// Counts from the beginning of the session, in the place of `usage`; the model may then be the session's.
  var cumulative: CumulativeUsage?

  /// What the two files of a batch have in common (`BatchJoin`).
  var joinKey = ca_slice()
  /// A line of a batch input file: a prompt, and no request by itself.
  var isQuestion = false
}

/// Readers for single fields, shared by the formats. Wrong types throw the reason to reject the line.
enum FieldReader {
  /// A token count; nil when absent or null. Strings of digits and integral floats (`12.0`) are read.
  static func count(_ slice: ca_slice) throws(RejectReason) -> UInt32? {
    guard slice.isPresent else { return nil }
    guard slice.is(CA_NUMBER) || slice.is(CA_STRING) else { throw .badCount }
    var value: UInt64 = 0
    var digits = 0
    for byte in slice.bytes {
      let digit = byte &- 48
      guard digit < 10, digits < 12 else {
        digits = -1
        break
      }
      value = value * 10 + UInt64(digit)
      digits += 1
    }
    if digits > 0 {
      guard value <= 1 << 31 else { throw .badCount }
      return UInt32(value)
    }
    if slice.is(CA_STRING) && slice.saysNothing { return nil }
    guard let number = slice.double, number >= 0, number <= 2_147_483_648, number == number.rounded() else {
      throw .badCount
    }
    return UInt32(number)
  }

  /// The first of several places that carries a count.
  static func firstCount(_ slices: ca_slice...) throws(RejectReason) -> UInt32? {
    for slice in slices { if let value = try count(slice) { return value } }
    return nil
  }

  /// The largest of several counts of the same tokens; nil when none is there.
  static func largestCount(_ slices: ca_slice...) throws(RejectReason) -> UInt32? {
    var largest: UInt32?
    for slice in slices { if let value = try count(slice) { largest = max(largest ?? 0, value) } }
    return largest
  }

  /// A decimal amount of USD; nil when absent, null or an empty string.
  ///
  /// - Parameter decimals: of the unit in which it is logged: 12 for dollars, 10 for cents.
  static func usd(_ slice: ca_slice, decimals: Int = 12) throws(RejectReason) -> PicoDollars? {
    guard slice.isPresent, slice.length > 0 else { return nil }
    guard slice.is(CA_NUMBER) || slice.is(CA_STRING) else { throw .badCost }
    if slice.is(CA_STRING) && slice.saysNothing { return nil }
    guard let pico = MoneyText.parse(decimal: slice.bytes, decimals: decimals), pico >= 0 else { throw .badCost }
    return pico
  }

  /// ISO text or an epoch number; nil when absent or null.
  static func time(_ slice: ca_slice) throws(RejectReason) -> Int64? {
    guard slice.isPresent else { return nil }
    if slice.is(CA_STRING) {
      if slice.length == 0 { return nil }
      if let time = Timestamp.parse(iso: slice.bytes) {
        guard let plausible = Timestamp.plausible(time) else { throw .badTime }
        return plausible
      }
    }
    guard let value = slice.double, let time = Timestamp.fromEpoch(value) else { throw .badTime }
    return time
  }

  /// The first of several places that carries a time.
  static func firstTime(_ slices: ca_slice...) throws(RejectReason) -> Int64? {
    for slice in slices { if let value = try time(slice) { return value } }
    return nil
  }

  /// The object of token counts; nil when absent or null.
  static func object(_ slice: ca_slice) throws(RejectReason) -> ca_slice? {
    if slice.is(CA_OBJECT) { return slice }
    let saysNothing = !slice.isPresent || slice.is(CA_STRING) && (slice.length == 0 || slice.equals("None"))
    if !saysNothing { throw .badField }
    return nil
  }

  /// Whole milliseconds from a number in `unit` milliseconds; nil when it is not a plausible duration.
  static func milliseconds(_ slice: ca_slice, unit: Double = 1) -> UInt32? {
    if unit == 1, slice.is(CA_NUMBER), slice.length < 10 {  // nearly always a plain integer
      var whole: UInt32 = 0
      if slice.bytes.allSatisfy({ byte in
        whole = whole &* 10 &+ UInt32(byte &- 48)
        return byte &- 48 < 10
      }) {
        return whole
      }
    }
    guard let value = slice.double, case let ms = value * unit, ms >= 0, ms < 1e9 else { return nil }
    return UInt32(ms.rounded())
  }

  /// `ok`, `success`, `200` … are no errors.
  static func isError(status: ca_slice) -> Bool {
    guard status.isPresent, status.length > 0 else { return false }
    if status.is(CA_NUMBER) { return !(200..<300).contains(status.double ?? 0) }
    guard status.is(CA_STRING) else { return status.is(CA_FALSE) }
    if status.equals("ok") || status.equals("success") { return false }  // nearly always
    if ["ok", "success", "completed"].contains(String(decoding: status.bytes, as: UTF8.self).lowercased()) {
      return false
    }
    if let code = status.double { return !(200..<300).contains(code) }
    return true
  }

  static func tier(_ slice: ca_slice) -> ServiceTier {
    guard slice.is(CA_STRING), [4, 5, 8].contains(slice.length) else { return .standard }
    switch String(decoding: slice.bytes, as: UTF8.self).lowercased() {
    case "batch": return .batch
    case "flex": return .flex
    case "priority": return .priority
    default: return .standard
    }
  }

  /// Splits an input count that includes cached tokens into disjoint classes.
  ///
  /// Where the cached tokens exceed the count that should contain them, or the logged total holds them beside it, the
  /// record contradicts its format: the count is then taken as exclusive and the draft says so.
  static func setInclusive(
    _ draft: inout RequestDraft, input: UInt32?, read: UInt32?, write5m: UInt32?, write1h: UInt32?,
    output: UInt32? = nil, total: UInt32? = nil
  ) {
    let (read, write5m, write1h) = (read ?? 0, write5m ?? 0, write1h ?? 0)
    draft.usage.cacheRead = read
    draft.usage.cacheWrite5m = write5m
    draft.usage.cacheWrite1h = write1h
    guard let input else { return }
    draft.inputKnown = true
    let cached = UInt64(read) + UInt64(write5m) + UInt64(write1h)
    let isBeside =
      cached > 0 && output != nil && total.map { UInt64($0) == UInt64(input) + cached + UInt64(output ?? 0) } ?? false
    if cached <= UInt64(input) && !isBeside {
      draft.usage.input = input - UInt32(cached)
    } else {
      draft.usage.input = input
      draft.contradictory = true
    }
  }

  /// A verdict from −1 to 1, true or false; none when absent or null.
  static func verdict(_ slice: ca_slice) throws(RejectReason) -> Feedback {
    guard slice.isPresent, slice.length > 0 else { return .none }
    if slice.is(CA_TRUE) || slice.is(CA_FALSE) { return Feedback(rawValue: slice.is(CA_TRUE) ? 127 : -127) }
    guard let value = slice.double, let verdict = Feedback(value) else { throw .badField }
    return verdict
  }

  /// Undoes the split where a total of all tokens only adds up with the cached ones beside the input.
  static func checkInclusive(_ draft: inout RequestDraft, input: UInt32, total: UInt32) {
    let cached = draft.usage.promptTokens - UInt64(draft.usage.input)
    let apart = UInt64(input) + UInt64(draft.usage.output)
    guard cached > 0, apart != UInt64(total), apart + cached == UInt64(total) else { return }
    draft.usage.input = input
    draft.contradictory = true
  }

  /// Epoch nanoseconds as OTLP writes them, a number in a string; nil when absent or 0, which means the same.
  static func nanoseconds(_ slice: ca_slice) throws(RejectReason) -> Int64? {
    guard slice.isPresent, slice.length > 0, !slice.equals("0") else { return nil }
    guard let value = Int64(String(decoding: slice.bytes.prefix(32), as: UTF8.self)),
      let time = Timestamp.plausible(value / 1000)
    else { throw .badTime }
    return time
  }
}
