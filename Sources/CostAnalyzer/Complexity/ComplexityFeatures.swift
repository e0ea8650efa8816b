import Foundation

/// What a complexity score looks at. Computed for every distinct prompt: a few passes over its bytes, no regular expressions.
/// Counts enter capped, so that one long text cannot decide alone.
package struct ComplexityFeatures: Sendable {
  /// In alphabetical order, the order in which scores are summed.
  package static let names = [
    "code", "constraintWords", "digitShare", "lines", "logCharacters", "logContextTurns", "logWords", "longWords",
    "math",
    "multiStepWords", "negations", "nonASCII", "numbers", "optionLines", "questionMarks", "quotes", "reasoningWords",
    "simpleOpening", "symbolShare", "tools", "upperShare", "wordLength",
  ]

  /// One value a name. Shares are 0 … 1, `log…` are base 2.
  package let values: [Double]

  /// - Parameters:
  ///   - text: lower-cased with single blanks.
  ///   - raw: the same text as the caller sent it, with its capitals and line feeds.
  ///   - turns: user and assistant messages including this one.
  init(text: [UInt8], raw: UnsafeRawBufferPointer, turns: Int, hasTools: Bool, words lists: ComplexityWords) {
    let words = PhraseSet.words(text)
    func capped(_ count: Int, _ limit: Int) -> Double { Double(min(count, limit)) }
    let fence = text.contains(96) ? 1 : 0
    let symbols = text.lazy.filter { $0 == 123 || $0 == 125 || $0 == 59 }.count
    let digitsWithOperator = zip(text, text.dropFirst()).contains {
      (48...57).contains($0) && [43, 42, 94, 61].contains($1)
    }
    let bytes = ByteCounts(raw)
    let length = Double(max(1, raw.count))
    let wordBytes = words.reduce(0) { $0 + $1.count }
    values = [
      capped(lists.code.count(in: words) + 2 * fence + symbols / 3, 2),
      capped(lists.constraint.count(in: words), 3),
      Double(bytes.digits) / length,
      log2(Double(min(bytes.lines, 64) + 1)),
      log2(Double(bytes.characters + 1)) - 6,
      log2(Double(max(1, turns))),
      log2(Double(words.count + 1)) - 3,
      Double(words.lazy.filter { $0.count >= 8 }.count) / Double(max(1, words.count)),
      capped(lists.math.count(in: words) + (digitsWithOperator ? 1 : 0), 2),
      capped(lists.multiStep.count(in: words), 3),
      capped(lists.negation.count(in: words), 2),
      text.contains { $0 >= 128 } ? 1 : 0,
      capped(bytes.numbers, 8),
      capped(bytes.optionLines, 5),
      max(0, capped(text.lazy.filter { $0 == 63 }.count - 1, 3)),
      capped(bytes.quotes, 4),
      capped(lists.reasoning.count(in: words), 2),
      lists.simpleOpening.count(in: Array(words.prefix(3)), stopAtFirst: true) > 0 ? 1 : 0,
      Double(bytes.symbols) / length,
      hasTools ? 1 : 0,
      Double(bytes.capitals) / Double(max(1, bytes.letters)),
      min(Double(wordBytes) / Double(max(1, words.count)), 16),
    ]
  }

  package subscript(name: String) -> Double? { Self.names.firstIndex(of: name).map { values[$0] } }
}

/// What one pass over the bytes of a text counts.
private struct ByteCounts {
  /// Unicode scalars.
  var characters = 0
  var letters = 0
  var capitals = 0
  var digits = 0
  /// Runs of digits.
  var numbers = 0
  /// ASCII punctuation.
  var symbols = 0
  var quotes = 0
  var lines = 0
  /// Lines that begin as a choice does: `A.` or `b)`.
  var optionLines = 0

  init(_ raw: UnsafeRawBufferPointer) {
    var place = 0
    var (before, wasDigit) = (UInt8(10), false)
    for byte in raw {
      if byte & 0xC0 != 0x80 { characters += 1 }
      let isDigit = (48...57).contains(byte)
      switch byte {
      case 65...90:
        letters += 1
        capitals += 1
      case 97...122: letters += 1
      case 48...57:
        digits += 1
        if !wasDigit { numbers += 1 }
      case 33...47, 58...64, 91...96, 123...126: symbols += 1
      default: break
      }
      if byte == 34 { quotes += 1 }
      if place == 1 && (byte == 46 || byte == 41) && (65...69).contains(before & 0xDF) { optionLines += 1 }
      if byte == 10 {
        lines += 1
        place = 0
      } else {
        place += 1
      }
      (before, wasDigit) = (byte, isDigit)
    }
  }
}

extension ComplexityFeatures {
  /// Of a prompt that stands alone: one turn, no tools.
  package init(prompt: String, normalizer: TextNormalizer, model: ComplexityModel) {
    var prompt = prompt
    self = prompt.withUTF8 { bytes in
      let raw = UnsafeRawBufferPointer(bytes)
      return ComplexityFeatures(
        text: normalizer.normalize(raw).steps[NormalizationStep.whitespace.rawValue], raw: raw, turns: 1,
        hasTools: false, words: model.words)
    }
  }
}
