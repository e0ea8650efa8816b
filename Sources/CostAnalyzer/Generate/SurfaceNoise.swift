/// What people do to a question without changing what it means.
enum SurfaceNoise {
  /// `share` is how often anything at all is done.
  static func apply(_ text: String, share: Double, _ random: inout SeededRandom) -> String {
    guard random.chance(share) else { return text }
    var result = text
    switch random.below(6) {
    case 0: result = random.pick(openers) + lowerFirst(result)
    case 1: result += random.pick(closers)
    case 2: result = asciiCased(result, upper: false)
    case 3: result = respaced(result, &random)
    case 4: result = repunctuated(result, &random)
    default:
      result = random.pick(openers) + lowerFirst(result)
      if random.chance(0.5) { result = repunctuated(result, &random) }
      if random.chance(0.3) { result = asciiCased(result, upper: random.chance(0.15)) }
    }
    return result
  }

  private static let openers: [String] = [
    "Please: ", "Hey, ", "Hi, ", "Hello, ", "Could you tell me: ", "Quick question: ", "Sorry, ", "please ", "hey ",
    "Hi there! ", "One question, ", "um, ", "Dear team, ",
  ]

  private static let closers: [String] = [
    " Thanks!", " Thank you.", " thanks", " pls", " Please help.", " Thx 🙂", " 🙏", " Any help is welcome.",
    " Best regards",
  ]

  private static func lowerFirst(_ text: String) -> String {
    guard let first = text.utf8.first, first >= 65, first <= 90 else { return text }
    let second = text.utf8.dropFirst().first ?? 32
    // Keep "I want" and abbreviations such as "DPA".
    guard second >= 97 else { return text }
    return String(UnicodeScalar(first + 32)) + text.dropFirst()
  }

  /// Cases ASCII letters only: other alphabets would bring in Unicode tables that change with the system.
  private static func asciiCased(_ text: String, upper: Bool) -> String {
    let bytes = text.utf8.map { byte -> UInt8 in
      if upper { return byte >= 97 && byte <= 122 ? byte - 32 : byte }
      return byte >= 65 && byte <= 90 ? byte + 32 : byte
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Doubles one blank, and now and then adds some at the end.
  private static func respaced(_ text: String, _ random: inout SeededRandom) -> String {
    let bytes = Array(text.utf8)
    let blanks = bytes.indices.filter { bytes[$0] == 32 }
    var result = bytes
    if !blanks.isEmpty { result.insert(32, at: random.pick(blanks)) }
    if random.chance(0.4) { result += [32, 32] }
    return String(decoding: result, as: UTF8.self)
  }

  private static func repunctuated(_ text: String, _ random: inout SeededRandom) -> String {
    var bytes = Array(text.utf8)
    let hasMark = bytes.last == UInt8(ascii: "?") || bytes.last == UInt8(ascii: ".")
    switch random.below(3) {
    case 0 where hasMark: bytes.removeLast()
    case 1 where hasMark: bytes.append(bytes[bytes.count - 1])
    default: bytes += hasMark ? Array("!".utf8) : Array(" ??".utf8)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
