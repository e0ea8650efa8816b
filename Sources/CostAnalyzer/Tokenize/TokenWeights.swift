/// Tokens per word and per character of a script: an estimate of counts without a tokenizer.
struct TokenWeights: Decodable, Sendable {
  var word: Double
  var letter: Double
  var digit: Double
  var newline: Double
  var symbol: Double
  var latin: Double
  var greekCyrillic: Double
  var semitic: Double
  var indic: Double
  var han: Double
  var kana: Double
  var hangul: Double
  var other: Double

  func estimate(_ text: UnsafeRawBufferPointer) -> Int {
    let counts = ScriptCounts(text)
    let ascii = [
      word * Double(counts.words), letter * Double(counts.letters), digit * Double(counts.digits),
      newline * Double(counts.newlines), symbol * Double(counts.symbols),
    ]
    let scripts = [latin, greekCyrillic, semitic, indic, han, kana, hangul, other]
    let sum = zip(scripts, counts.scripts).reduce(ascii.reduce(0, +)) { $0 + $1.0 * Double($1.1) }
    return Int(sum.rounded(.up))
  }
}

/// How many words and characters of which script a text has. Counted first and weighed then: most bytes are ASCII, and there
/// four counts go up in one addition.
package struct ScriptCounts: Equatable {
  /// Runs of ASCII letters.
  package private(set) var words = 0
  package private(set) var letters = 0
  package private(set) var digits = 0
  package private(set) var newlines = 0
  package private(set) var symbols = 0
  /// Latin beyond ASCII, Greek and Cyrillic, Semitic, Indic, Han, kana, hangul, anything else.
  package private(set) var scripts = [Int](repeating: 0, count: 8)

  /// Sixteen bits each of letters, digits, newlines and symbols. Blanks are none of them.
  private static let ascii: [UInt64] = (0..<128).map { byte -> UInt64 in
    switch byte {
    case 10, 13: 1 << 32
    case 9, 32: 0
    case 48...57: 1 << 16
    case 65...90, 97...122: 1
    default: 1 << 48
    }
  }

  package init(_ text: UnsafeRawBufferPointer) {
    let text = text.assumingMemoryBound(to: UInt8.self)
    Self.ascii.withUnsafeBufferPointer { ascii in
      var index = 0
      var isInWord: UInt64 = 0
      while index < text.count {
        // A field of sixteen bits does not overflow in so many steps.
        let end = min(text.count, index + 65_535)
        var packed: UInt64 = 0
        var starts: UInt64 = 0
        while index < end, text[index] < 0x80 {
          let kind = ascii[Int(text[index])]
          packed &+= kind
          starts &+= kind & ~isInWord & 1
          isInWord = kind & 1
          index += 1
        }
        words += Int(starts)
        letters += Int(packed & 0xFFFF)
        digits += Int(packed >> 16 & 0xFFFF)
        newlines += Int(packed >> 32 & 0xFFFF)
        symbols += Int(packed >> 48)
        while index < text.count, text[index] >= 0x80 {
          let (scalar, length) = UTF8Scalars.decode(text, at: index)
          scripts[Self.script(scalar)] += 1
          isInWord = 0
          index += length
        }
      }
    }
  }

  private static func script(_ scalar: UInt32) -> Int {
    switch scalar {
    case ..<0x370: 0
    case ..<0x590: 1
    case ..<0x900: 2
    case ..<0x1100: 3
    case 0x3400..<0xA000, 0xF900..<0xFB00, 0x20000..<0x30000: 4
    case 0x3040..<0x3100: 5
    case 0x1100..<0x1200, 0x3130..<0x3190, 0xAC00..<0xD7B0: 6
    default: 7
    }
  }
}
