/// BERT's normaliser and word splitter: cleaned, accents stripped, lowercased, cut at white space and around punctuation
/// and ideographs.
struct BertWords: Sendable {
  struct Options: Sendable {
    var cleanText = true
    var splitChinese = true
    var stripAccents = true
    var lowercase = true
  }

  /// The words one behind the other; word i ends at `ends[i]`.
  private(set) var bytes: [UInt8] = []
  private(set) var ends: [Int] = []
  private let options: Options
  private let characters = BertCharacters.shared
  private var wordStart = 0
  /// Combining characters that wait for their place in canonical order.
  private var combining: [UInt32] = []

  init(_ text: UnsafeBufferPointer<UInt8>, _ options: Options) {
    self.options = options
    bytes.reserveCapacity(text.count + 16)
    ends.reserveCapacity(text.count / 4 + 4)
    var index = 0
    while index < text.count {
      let byte = text[index]
      if byte < 0x80 {
        appendASCII(byte)
        index += 1
      } else {
        let (scalar, length) = UTF8Scalars.decode(text, at: index)
        append(scalar)
        index += length
      }
    }
    flushCombining()
    endWord()
  }

  @inline(__always)
  private mutating func appendASCII(_ byte: UInt8) {
    let traits = characters.traits(UInt32(byte))
    if options.cleanText && traits.contains(.control) { return }
    if !combining.isEmpty { flushCombining() }
    if traits.isDisjoint(with: [.space, .punctuation]) {
      bytes.append(options.lowercase && traits.contains(.hasLowercase) ? byte | 0x20 : byte)
    } else {
      appendClassified(UInt32(byte), traits)
    }
  }

  private mutating func append(_ scalar: UInt32) {
    let traits = characters.traits(scalar)
    if options.cleanText {
      if scalar == UTF8Scalars.replacement || traits.contains(.control) { return }
      if traits.contains(.space) { return appendDecomposed(0x20, .space) }
    }
    let isolated = options.splitChinese && traits.contains(.chinese)
    if isolated { appendDecomposed(0x20, .space) }
    if options.stripAccents && traits.contains(.decomposes) {
      for part in characters.decomposition(scalar) { appendDecomposed(part, characters.traits(part)) }
    } else {
      appendDecomposed(scalar, traits)
    }
    if isolated { appendDecomposed(0x20, .space) }
  }

  private mutating func appendDecomposed(_ scalar: UInt32, _ traits: BertCharacters.Traits) {
    if options.stripAccents {
      if traits.contains(.combines) {
        if !traits.contains(.mark) { combining.append(scalar) }
        return
      }
      if !combining.isEmpty { flushCombining() }
      if traits.contains(.mark) { return }
    }
    appendLowercased(scalar, traits)
  }

  /// Canonical order: by combining class, equal classes as they came.
  private mutating func flushCombining() {
    let ordered = combining.enumerated().sorted {
      (characters.combiningClass($0.element), $0.offset) < (characters.combiningClass($1.element), $1.offset)
    }
    combining.removeAll(keepingCapacity: true)
    for (_, scalar) in ordered { appendLowercased(scalar, characters.traits(scalar)) }
  }

  private mutating func appendLowercased(_ scalar: UInt32, _ traits: BertCharacters.Traits) {
    if options.lowercase && traits.contains(.hasLowercase) {
      for lower in characters.lowercase(scalar) { appendClassified(lower, characters.traits(lower)) }
    } else {
      appendClassified(scalar, traits)
    }
  }

  private mutating func appendClassified(_ scalar: UInt32, _ traits: BertCharacters.Traits) {
    if traits.contains(.space) {
      endWord()
    } else if traits.contains(.punctuation) {
      endWord()
      UTF8Scalars.append(scalar, to: &bytes)
      endWord()
    } else {
      UTF8Scalars.append(scalar, to: &bytes)
    }
  }

  @inline(__always)
  private mutating func endWord() {
    if bytes.count == wordStart { return }
    wordStart = bytes.count
    ends.append(wordStart)
  }
}
