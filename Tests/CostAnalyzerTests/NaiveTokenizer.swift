import Foundation

/// tiktoken in plain words: the published split pattern as a regular expression, and merging by looking through all
/// neighbours again and again.
struct NaiveTokenizer {
  /// From `tiktoken_ext/openai_public.py` (0.14.0). ICU's `\s` is narrower than Rust's, and its `$` also stands before a last
  /// line end: spelled out.
  static let patterns = [
    "o200k_base": [
      #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"#,
      #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"#,
      #"\p{N}{1,3}"#, #" ?[^\s\p{L}\p{N}]+[\r\n/]*"#, #"\s*[\r\n]+"#, #"\s+(?!\S)"#, #"\s+"#,
    ].joined(separator: "|"),
    "cl100k_base":
      #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++\z|\s*[\r\n]|\s+(?!\S)|\s"#,
  ]

  let expression: NSRegularExpression
  let ranks: [[UInt8]: Int32]

  init(_ encoding: String, ranks: [[UInt8]: Int32]) throws {
    let pattern = Self.patterns[encoding]!
      .replacing(#"[^\s"#, with: #"[^\p{White_Space}"#).replacing(#"\s"#, with: #"\p{White_Space}"#)
      .replacing(#"\S"#, with: #"\P{White_Space}"#)
    expression = try NSRegularExpression(pattern: pattern)
    self.ranks = ranks
  }

  func pieces(_ text: String) -> [String] {
    let whole = text as NSString
    return expression.matches(in: text, range: NSRange(location: 0, length: whole.length)).map {
      whole.substring(with: $0.range)
    }
  }

  func encode(_ text: String) -> [Int32] {
    pieces(text).flatMap { piece -> [Int32] in
      var parts = piece.utf8.map { [$0] }
      while parts.count > 1 {
        let pairs = (0..<parts.count - 1).compactMap { index in
          ranks[parts[index] + parts[index + 1]].map { (rank: $0, index: index) }
        }
        guard let best = pairs.min(by: { ($0.rank, $0.index) < ($1.rank, $1.index) }) else { break }
        parts[best.index] += parts[best.index + 1]
        parts.remove(at: best.index + 1)
      }
      // A piece that is a token is one, even where merging would not lead there.
      return ranks[Array(piece.utf8)].map { [$0] } ?? parts.map { ranks[$0]! }
    }
  }
}
