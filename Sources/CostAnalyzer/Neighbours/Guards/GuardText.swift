import CTextScan

/// One text as the guards see it: as it was asked (capitals, quotes, code) and as the cache keys it (lower case, without
/// fillers), both cut into words once.
package struct GuardText: Sendable {
  /// Words of the normalised text.
  let words: [GuardWord]
  /// Words of the original text, with their capitals.
  let originalWords: [GuardWord]

  /// `original` may be empty when only the normalised text is known.
  package init(original: [UInt8], normalized: [UInt8]) {
    words = GuardWord.words(of: normalized)
    originalWords = GuardWord.words(of: original)
  }
}

/// A word of a text: letters, digits and the marks that carry meaning inside a word (`c++`, `3.11`, `$5`, `don't`).
package struct GuardWord: Sendable {
  var text: [UInt8]
  /// Hash of the word, and of its stem: inflections of one word share it.
  var exact: UInt64
  var stem: UInt64
  var isQuoted = false
  /// First of the text or behind `.`, `?`, `!` or a line end, where a capital says nothing.
  var startsSentence = false

  static func hash(_ bytes: some Collection<UInt8>) -> UInt64 {
    bytes.withContiguousStorageIfAvailable { ca_hash64($0.baseAddress, $0.count, 11) }
      ?? Array(bytes).withUnsafeBytes { ca_hash64($0.baseAddress, $0.count, 11) }
  }

  init(_ text: [UInt8], isQuoted: Bool = false, startsSentence: Bool = false) {
    self.text = text
    self.isQuoted = isQuoted
    self.startsSentence = startsSentence
    exact = Self.hash(text)
    stem = Self.hash(WordForms.stem(text[...]))
  }

  var isNumeric: Bool { text.contains(where: Self.isDigit) }

  static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
  static func isLetter(_ byte: UInt8) -> Bool { (97...122).contains(byte | 32) || byte >= 128 }

  /// Cuts a text at blanks, punctuation and hyphens; a possessive `'s` goes. Text without blanks between words (Chinese,
  /// Japanese) stays one word a clause.
  package static func words(of text: [UInt8]) -> [GuardWord] {
    var splitter = WordSplitter()
    return splitter.split(text)
  }
}

/// The state of cutting one text into words.
private struct WordSplitter {
  private var words: [GuardWord] = []
  private var word: [UInt8] = []
  private var quote: UInt8 = 0
  private var startsSentence = true

  mutating func split(_ text: [UInt8]) -> [GuardWord] {
    var index = 0
    while index < text.count {
      let byte = text[index]
      let next = index + 1 < text.count ? text[index + 1] : 32
      let afterDigit = word.last.map(GuardWord.isDigit) ?? false
      let (mark, length) = Self.mark(text, at: index)
      switch mark {
      case UInt8(ascii: "\""), UInt8(ascii: "`"):
        end()
        quote = quote == 0 ? mark : 0
      case UInt8(ascii: "'"):
        // An apostrophe inside a word; otherwise a quote that nothing tells from one.
        if !word.isEmpty && GuardWord.isLetter(next) || length > 1 && index + length < text.count && !word.isEmpty {
          word.append(mark)
        } else {
          end()
        }
      case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "/"):
        if afterDigit && GuardWord.isDigit(next) { word.append(mark) } else { end() }
      case UInt8(ascii: "."):
        if !word.isEmpty && (GuardWord.isDigit(next) || GuardWord.isLetter(next)) {
          word.append(mark)
        } else {
          end()
          startsSentence = true
        }
      case UInt8(ascii: "-"):
        end()
        if GuardWord.isDigit(next) && (index == 0 || text[index - 1] == 32) { word.append(mark) }
      case UInt8(ascii: "?"), UInt8(ascii: "!"), 10:
        end()
        startsSentence = true
        if mark == 10 { quote = 0 }
      case UInt8(ascii: "+"), UInt8(ascii: "#"), UInt8(ascii: "%"), UInt8(ascii: "$"), UInt8(ascii: "&"),
        UInt8(ascii: "@"), UInt8(ascii: "_"):
        word.append(mark)
      default:
        if length == 1 && (GuardWord.isLetter(byte) || GuardWord.isDigit(byte)) { word.append(byte) } else { end() }
      }
      index += length
    }
    end()
    return words
  }

  private mutating func end() {
    defer { word.removeAll(keepingCapacity: true) }
    if word.count > 2, word.suffix(2).elementsEqual([39, 115]) { word.removeLast(2) }
    while let last = word.last, last == 46 || last == 39 || last == 38 || last == 64 { word.removeLast() }
    guard word.contains(where: { GuardWord.isLetter($0) || GuardWord.isDigit($0) || $0 == 37 }) else { return }
    words.append(GuardWord(word, isQuoted: quote != 0, startsSentence: startsSentence))
    startsSentence = false
  }

  /// ASCII equivalent of the punctuation mark at a place and its length in bytes; other bytes stand for themselves.
  private static func mark(_ text: [UInt8], at index: Int) -> (UInt8, Int) {
    if text[index] == 0xC2, index + 1 < text.count, text[index + 1] == 0xAB || text[index + 1] == 0xBB {
      return (34, 2)
    }
    guard text[index] == 0xE2 || text[index] == 0xE3, index + 2 < text.count, text[index + 1] == 0x80 else {
      return (text[index], 1)
    }
    if text[index] == 0xE3 { return text[index + 2] == 0x82 || text[index + 2] == 0x81 ? (33, 3) : (text[index], 1) }
    switch text[index + 2] {
    case 0x98, 0x99: return (39, 3)
    case 0x9C...0x9E: return (34, 3)
    case 0x90...0x95: return (45, 3)
    case 0xA6: return (32, 3)
    default: return (text[index], 1)
    }
  }
}
