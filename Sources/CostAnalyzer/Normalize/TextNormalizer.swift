import Foundation
import Yams

/// The steps from a raw question to its normalised key, in order. Each is counted apart in the report.
package enum NormalizationStep: Int, CaseIterable, Sendable {
  case nfkc, lowercase, whitespace, punctuation, fillers

  package var name: String {
    switch self {
    case .nfkc: "NFKC"
    case .lowercase: "lowercase"
    case .whitespace: "collapse whitespace"
    case .punctuation: "trim punctuation"
    case .fillers: "remove filler words"
    }
  }
}

/// Filler phrases as lists of words, longest first.
package struct FillerList: Sendable {
  var start: [[[UInt8]]] = []
  var end: [[[UInt8]]] = []
  /// A text with one of these talks *about* words ("how do you say thanks in …"): its fillers are its content.
  var mentions = PhraseSet([])

  private struct Language: Decodable {
    var start: [String]
    var end: [String]
    var both: [String]
    var mentions: [String]
  }

  /// The built-in list, all languages together, with the user's own phrases added at both ends.
  init(extra: [String] = []) throws {
    let text = String(decoding: PackageResources.fillers_yaml, as: UTF8.self)
    let languages = try YAMLDecoder().decode([String: Language].self, from: text)
    var mentioned: [String] = []
    var both = extra.map { $0.lowercased() }
    for name in languages.keys.sorted() {
      let language = languages[name]!
      start += language.start.map(Self.words)
      end += language.end.map(Self.words)
      both += language.both
      mentioned += language.mentions
    }
    start = Self.longestFirst(start + both.map(Self.words))
    end = Self.longestFirst(end + both.map(Self.words))
    mentions = PhraseSet(mentioned)
  }

  private static func longestFirst(_ phrases: [[[UInt8]]]) -> [[[UInt8]]] {
    phrases.filter { !$0.isEmpty }.sorted {
      $0.count != $1.count
        ? $0.count > $1.count : $0.lexicographicallyPrecedes($1, by: { $0.lexicographicallyPrecedes($1) })
    }
  }

  private static func words(_ phrase: String) -> [[UInt8]] { phrase.split(separator: " ").map { Array($0.utf8) } }
}

/// Normalises question texts (UTF-8 in, UTF-8 out). Not thread-safe: one per thread.
package final class TextNormalizer {
  private let fillers: FillerList

  init(_ fillers: FillerList) { self.fillers = fillers }

  package convenience init(extraFillers: [String] = []) throws { self.init(try FillerList(extra: extraFillers)) }

  package struct Result: Sendable {
    /// The text after every step; `steps[i]` belongs to `NormalizationStep(rawValue: i)`.
    package var steps: [[UInt8]]
    /// The text after the last step, with its capitals: for embedders that see them.
    package var cased: [UInt8]
    package var normalized: [UInt8] { steps.last! }

    init(steps: [[UInt8]], cased: [UInt8]) {
      self.steps = steps
      self.cased = cased
    }

    /// The text as it stands, at every step.
    init(raw: UnsafeRawBufferPointer) {
      cased = Array(raw)
      steps = NormalizationStep.allCases.map { [cased] _ in cased }
    }
  }

  package func normalize(_ raw: UnsafeRawBufferPointer) -> Result {
    let compatible = Self.nfkc(raw)
    let lower = Self.lowercased(compatible)
    let spaced = Self.collapsed(lower)
    let trimmed = Self.trimmed(spaced)
    let words = trimmed.split(separator: 32)
    let kept = keptWords(words)
    let last = Self.joined(words, kept) ?? trimmed
    let steps = [compatible, lower, spaced, trimmed, last]
    if compatible == lower { return Result(steps: steps, cased: last) }
    let casedWords = Self.trimmed(Self.collapsed(compatible)).split(separator: 32)
    let cased = casedWords.count == words.count ? Self.joined(casedWords, kept) : nil
    return Result(steps: steps, cased: cased ?? last)
  }

  package func normalize(_ text: String) -> Result {
    var text = text
    return text.withUTF8 { normalize(UnsafeRawBufferPointer($0)) }
  }

  package func normalized(_ text: String) -> String { String(decoding: normalize(text).normalized, as: UTF8.self) }

  private static func isASCII(_ bytes: some Collection<UInt8>) -> Bool { bytes.allSatisfy { $0 < 128 } }

  static func nfkc(_ raw: UnsafeRawBufferPointer) -> [UInt8] {
    if isASCII(raw) { return Array(raw) }  // ASCII is its own NFKC
    return Array(String(decoding: raw, as: UTF8.self).precomposedStringWithCompatibilityMapping.utf8)
  }

  package static func lowercased(_ bytes: [UInt8]) -> [UInt8] {
    if isASCII(bytes) { return bytes.map { (65...90).contains($0) ? $0 | 32 : $0 } }
    return Array(String(decoding: bytes, as: UTF8.self).lowercased().utf8)
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

  /// NFKC has already turned the wide and non-breaking spaces into U+0020.
  static func collapsed(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for byte in bytes {
      if isSpace(byte) {
        if let last = result.last, last != 32 { result.append(32) }
      } else {
        result.append(byte)
      }
    }
    if result.last == 32 { result.removeLast() }
    return result
  }

  private static let widePunctuation: [[UInt8]] = [
    "。", "、", "“", "”", "‘", "’", "„", "«", "»", "¿", "¡", "–", "—", "・",
  ]
  .map { Array($0.utf8) }

  private static func isPunctuation(_ byte: UInt8) -> Bool {
    // Brackets, currency, %, +, -, #, @ and / carry meaning at the edge of a question ("C#", "5%", "-3").
    switch byte {
    case UInt8(ascii: "!"), UInt8(ascii: "?"), UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: ";"),
      UInt8(ascii: ":"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"), UInt8(ascii: "~"), 32:
      true
    default: false
    }
  }

  static func trimmed(_ bytes: some BidirectionalCollection<UInt8>) -> [UInt8] {
    var slice = Array(bytes)[...]
    var changed = true
    while changed {
      changed = false
      while let first = slice.first, isPunctuation(first) { slice.removeFirst() }
      while let last = slice.last, isPunctuation(last) { slice.removeLast() }
      // " - " left behind by a greeting
      if slice.starts(with: [45, 32]) {
        slice.removeFirst(2)
        changed = true
      }
      for mark in widePunctuation {
        if slice.starts(with: mark) {
          slice.removeFirst(mark.count)
          changed = true
        }
        if slice.count >= mark.count && slice.suffix(mark.count).elementsEqual(mark) {
          slice.removeLast(mark.count)
          changed = true
        }
      }
    }
    return Array(slice)
  }

  /// The words left when filler phrases are dropped from both ends, again and again.
  private func keptWords(_ words: [ArraySlice<UInt8>]) -> Range<Int> {
    let bare = words.map { Self.edgeTrimmed($0) }
    if fillers.mentions.count(in: bare, stopAtFirst: true) > 0 { return words.indices }
    var first = 0
    var end = words.count
    var changed = true
    while changed {
      changed = false
      while first < end, bare[first].isEmpty { first += 1 }  // a dash behind the greeting
      while first < end, bare[end - 1].isEmpty { end -= 1 }
      if let phrase = fillers.start.first(where: { $0.count < end - first && Self.matches($0, bare, at: first) }) {
        first += phrase.count
        changed = true
      }
      if let phrase = fillers.end.first(where: {
        $0.count < end - first && Self.matches($0, bare, at: end - $0.count)
      }) {
        end -= phrase.count
        changed = true
      }
    }
    return first..<end
  }

  /// Some words as one text; nil when nothing is left. A text of nothing but fillers keeps them: it must not become the
  /// empty key.
  private static func joined(_ words: [ArraySlice<UInt8>], _ kept: Range<Int>) -> [UInt8]? {
    let result = trimmed(Array(words[kept].joined(separator: [32])))
    return result.isEmpty ? nil : result
  }

  private static func edgeTrimmed(_ word: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var word = word.elementsEqual([0xE2, 0x80, 0x94]) ? [] : word  // —
    // Quotes stay: a quoted "thanks" is content.
    func isEdge(_ byte: UInt8) -> Bool { isPunctuation(byte) && byte != 34 && byte != 39 && byte != 96 || byte == 45 }
    while let last = word.last, isEdge(last) { word.removeLast() }
    while let first = word.first, isEdge(first) { word.removeFirst() }
    return word
  }

  private static func matches(_ phrase: [[UInt8]], _ words: [ArraySlice<UInt8>], at index: Int) -> Bool {
    guard index + phrase.count <= words.count else { return false }
    for offset in 0..<phrase.count where !phrase[offset].elementsEqual(words[index + offset]) { return false }
    return true
  }
}
