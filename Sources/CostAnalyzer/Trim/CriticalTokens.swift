/// The numbers, negations and limits of a text, in order: what trimming must not change.
struct CriticalTokens: Sendable {
  private let phrases: WordPhrases

  init(_ phrases: [String]) { self.phrases = WordPhrases(phrases) }

  /// Hashes of the tokens, in order.
  func list(_ text: [UInt8]) -> [UInt64] {
    let words = TrimWords(text)
    var found: [UInt64] = []
    var index = 0
    while index < words.count {
      let word = words[index]
      if word.contains(where: { (48...57).contains($0) }) || Self.isNegated(word) {
        found.append(TokenTable.hash(word))
        index += 1
      } else if let (_, length) = phrases.longest(at: index, in: words) {
        for place in index..<index + length { found.append(TokenTable.hash(words[place])) }
        index += length
      } else {
        index += 1
      }
    }
    return found
  }

  /// "don't", "isn’t".
  private static func isNegated(_ word: ArraySlice<UInt8>) -> Bool {
    word.count > 3 && (word.suffix(3).elementsEqual("n't".utf8) || word.suffix(5).elementsEqual("n’t".utf8))
  }
}

/// The words of a text in lower case: runs of letters, digits and apostrophes; between digits also `.`, `,`, `:` and `%`.
struct TrimWords {
  /// Places of the words in the text.
  private(set) var ranges: [Range<Int>] = []
  /// The text with its ASCII letters in lower case.
  let lower: [UInt8]

  var count: Int { ranges.count }
  subscript(index: Int) -> ArraySlice<UInt8> { lower[ranges[index]] }

  init(_ text: [UInt8]) {
    lower = text.map { (65...90).contains($0) ? $0 | 32 : $0 }
    var index = 0
    while index < lower.count {
      guard Self.isWord(lower, index) else {
        index += 1
        continue
      }
      let start = index
      while index < lower.count && (Self.isWord(lower, index) || Self.joins(lower, index)) { index += 1 }
      ranges.append(start..<index)
    }
  }

  private static func isWord(_ text: [UInt8], _ index: Int) -> Bool {
    let byte = text[index]
    // Of what is not ASCII, general punctuation (“ ” … —) is in no word, but for the apostrophe ’.
    if byte == 0xE2, index + 2 < text.count, text[index + 1] == 0x80 { return text[index + 2] == 0x99 }
    if byte & 0xC0 == 0x80, let lead = lead(text, index) { return isWord(text, lead) }
    return byte >= 0x80 || isASCIIWord(byte)
  }

  /// Where the character of a continuation byte begins.
  private static func lead(_ text: [UInt8], _ index: Int) -> Int? {
    var start = index
    while start > 0 && text[start] & 0xC0 == 0x80 && index - start < 3 { start -= 1 }
    return text[start] >= 0xC0 ? start : nil
  }

  private static func isASCIIWord(_ byte: UInt8) -> Bool {
    (97...122).contains(byte) || (48...57).contains(byte) || byte == 39 || byte == 95
  }

  private static func joins(_ text: [UInt8], _ index: Int) -> Bool {
    guard index > 0, (48...57).contains(text[index - 1]) else { return false }
    if text[index] == 37 { return true }
    return [44, 46, 58].contains(text[index]) && index + 1 < text.count && (48...57).contains(text[index + 1])
  }
}

/// Phrases of whole words, found by their first word.
struct WordPhrases: Sendable {
  private struct Phrase: Sendable {
    var words: [[UInt8]]
    var id: Int
  }
  /// Of each first word, the longest phrase first.
  private var byFirst: [[Phrase]] = []
  private var firsts = TokenTable([])

  init(_ phrases: [String]) { self.init(phrases.enumerated().map { ($0.element, $0.offset) }) }

  init(_ phrases: [(text: String, id: Int)]) {
    var lists: [[UInt8]: [Phrase]] = [:]
    for (text, id) in phrases {
      let words = TrimWords(Array(text.utf8))
      let list = (0..<words.count).map { Array(words[$0]) }
      if let first = list.first { lists[first, default: []].append(Phrase(words: list, id: id)) }
    }
    let ordered = lists.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    byFirst = ordered.map { $0.value.sorted { $0.words.count > $1.words.count } }
    firsts = TokenTable(ordered.enumerated().map { (token: $0.element.key, id: Int32($0.offset)) })
  }

  /// The longest phrase that begins at a word.
  func longest(at index: Int, in words: TrimWords) -> (id: Int, length: Int)? {
    all(at: index, in: words).first
  }

  /// All phrases that begin at a word, the longest first.
  func all(at index: Int, in words: TrimWords) -> [(id: Int, length: Int)] {
    let range = words.ranges[index]
    guard range.count <= firsts.longest else { return [] }
    let list = words.lower.withUnsafeBufferPointer { text in
      let word = UnsafeBufferPointer(rebasing: text[range])
      return firsts.find(word, hash: TokenTable.hash(word))
    }
    guard let list else { return [] }
    return byFirst[Int(list)].compactMap { phrase in
      guard index + phrase.words.count <= words.count else { return nil }
      for offset in phrase.words.indices {
        guard words[index + offset].elementsEqual(phrase.words[offset]) else { return nil }
        if offset > 0, !words.isOneBlank(before: index + offset) { return nil }
      }
      return (phrase.id, phrase.words.count)
    }
  }

  func occurs(in words: TrimWords, _ range: Range<Int>) -> Bool {
    range.contains { index in
      if let (_, length) = longest(at: index, in: words) { return index + length <= range.upperBound }
      return false
    }
  }
}

extension TrimWords {
  /// Whether a blank, and nothing else, is between a word and the one before.
  func isOneBlank(before index: Int) -> Bool {
    let start = ranges[index].lowerBound
    return ranges[index - 1].upperBound + 1 == start && lower[start - 1] == 32
  }
}
