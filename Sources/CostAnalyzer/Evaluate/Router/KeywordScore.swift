import Yams

/// LiteLLM's complexity score, the higher the more complex: a heuristic that passes its own examples and that a router has
/// to beat. Phrases of several words match anywhere, single words between word boundaries.
package struct KeywordScore: Sendable {
  private struct List: Decodable {
    var weight, lowValue, highValue: Double
    var low, high: Int
    var phrases: [String]
  }

  private struct File: Decodable { var lists: [List] }

  private let lists: [(list: List, phrases: [[UInt8]])]

  package init() throws {
    let file = try YAMLDecoder().decode(
      File.self, from: String(decoding: PackageResources.keywords_yaml, as: UTF8.self))
    lists = file.lists.map { ($0, $0.phrases.map { Array($0.utf8) }) }
  }

  /// Rounded to nine decimals, so that sums of the same parts are equal scores.
  package func score(_ prompt: String) -> Double {
    let text = Array(prompt.lowercased().utf8)
    // A token is taken for four characters.
    let characters = prompt.unicodeScalars.count
    var score = 0.10 * (characters < 60 ? -1 : characters > 1600 ? 1 : 0)
    for (list, phrases) in lists {
      let count = phrases.lazy.filter { Self.occurs($0, in: text) }.count
      score += list.weight * (count >= list.high ? list.highValue : count >= list.low ? list.lowValue : 0)
    }
    if text.split(separator: 10).contains(where: Self.hasSteps) { score += 0.03 * 0.5 }
    if text.lazy.filter({ $0 == UInt8(ascii: "?") }).count > 3 { score += 0.02 * 0.5 }
    return (score * 1e9).rounded() / 1e9
  }

  /// `first … then`, `step 1`, or a numbered item, on one line.
  private static func hasSteps(_ line: ArraySlice<UInt8>) -> Bool {
    let digits = line.prefix { (48...57).contains($0) }
    let rest = line.dropFirst(digits.count)
    // The line feed behind a lone "1." is the blank it needs.
    if !digits.isEmpty && rest.first == UInt8(ascii: ".") && rest.dropFirst().first.map(isBlank) ?? true { return true }
    let (first, then, step) = (Array("first".utf8), Array("then".utf8), Array("step".utf8))
    if let start = places(of: first, in: line).first,
      !places(of: then, in: line[(start + first.count)...]).isEmpty
    {
      return true
    }
    return places(of: step, in: line).contains { place in
      line[(place + step.count)...].first { !isBlank($0) }.map { (48...57).contains($0) } ?? false
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

  private static func isWord(_ byte: UInt8) -> Bool {
    (97...122).contains(byte) || (48...57).contains(byte) || byte == 95 || byte >= 128
  }

  private static func occurs(_ phrase: [UInt8], in text: [UInt8]) -> Bool {
    let isWhole = !phrase.contains(32)
    return places(of: phrase, in: text[...]).contains { start in
      let end = start + phrase.count
      return !isWhole || (start == 0 || !isWord(text[start - 1])) && (end == text.count || !isWord(text[end]))
    }
  }

  /// Where `phrase` begins in `text`, overlaps included.
  private static func places(of phrase: [UInt8], in text: ArraySlice<UInt8>) -> some Collection<Int> {
    let last = text.endIndex - phrase.count
    return (text.startIndex..<max(text.startIndex, last + 1)).lazy.filter { start in
      text[start] == phrase[0] && phrase.indices.allSatisfy { text[start + $0] == phrase[$0] }
    }
  }
}
