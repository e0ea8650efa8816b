import CostAnalyzer
import Foundation
import Testing

/// White space in JSON, and paragraphs that stand twice.
@Suite("Trimming of structure")
struct PromptStructureTests {
  private static let trimmer = PromptTrimmer(try! .builtin())

  /// A token a byte.
  private static func trim(_ text: String, _ level: TrimLevel = .wordy) -> String {
    let trimmed = trimmer.trim(Array(text.utf8), upTo: level) { $0.count }
    return String(decoding: trimmed?.texts.last ?? Array(text.utf8), as: UTF8.self)
  }

  @Test(
    "JSON that stands by itself loses its blanks; what is no JSON, or stands in code or in a sentence, stays",
    arguments: [
      ("Sort:\n{\n  \"a\": [1, 2],\n  \"b  c\": \"x  y\"\n}\nby a", "Sort:\n{\"a\":[1,2],\"b  c\":\"x  y\"}\nby a"),
      ("  [1,\t2 ]  \nx", "  [1,2]  \nx"), ("{\"a\": \"\\\" b , \"}", "{\"a\":\"\\\" b , \"}"),
      ("a\n[ ]\nb", "a\n[]\nb"),
      ("{\"a\": 1,}", "{\"a\": 1,}"), ("[1, 2 , ]", "[1, 2 , ]"), ("[\"a,\", \",\" ]", "[\"a,\",\",\"]"),
      ("{\"a\": 1} and so on", "{\"a\": 1} and so on"), ("see {\"a\": 1}", "see {\"a\": 1}"),
      ("```json\n{\"a\": 1}\n```", "```json\n{\"a\": 1}\n```"), ("[1, 2", "[1, 2"), ("{\"a\n\": 1}", "{\"a\n\": 1}"),
      // Not closed itself, but what comes behind it is.
      ("[ x\n{\"a\": 1}\ny", "[ x\n{\"a\":1}\ny"),
    ])
  func json(_ text: String, _ expected: String) { #expect(Self.trim(text, .whitespace) == expected) }

  private static func value(_ depth: Int, using random: inout TestRandom) -> Any {
    let strings = ["", " ", "a  b", "not 5", "\"q\" ,  ", "\\", "{ }", "[1, 2]", "é 你\n好", "\t", ": "]
    switch Int.random(in: 0...(depth > 3 ? 4 : 6), using: &random) {
    case 0: return strings.randomElement(using: &random)!
    case 1: return Int.random(in: -1_000_000...1_000_000, using: &random)
    case 2: return Double.random(in: -1...1, using: &random)
    case 3: return Bool.random(using: &random)
    case 4: return NSNull()
    case 5: return (0..<Int.random(in: 0...5, using: &random)).map { _ in value(depth + 1, using: &random) }
    default:
      return Dictionary(
        (0..<Int.random(in: 0...5, using: &random)).map { index in
          ("\(strings.randomElement(using: &random)!)\(index)", value(depth + 1, using: &random))
        }, uniquingKeysWith: { $1 })
    }
  }

  @Test(
    "On random JSON the value is the same, every byte but blanks stays in its place, and no blank is left outside strings"
  )
  func sameValue() throws {
    var random = TestRandom(8)
    var shorter = 0
    for round in 0..<300 {
      let block = try JSONSerialization.data(
        withJSONObject: [Self.value(0, using: &random)],
        options: round % 2 == 0 ? [.prettyPrinted, .sortedKeys] : [.sortedKeys])
      let text = "Explain this:\n\(String(decoding: block, as: UTF8.self))\nIn one line."
      let left = Self.trim(text, .whitespace)
      let lines = left.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      #expect(lines.count == 3 && lines.first == "Explain this:" && lines.last == "In one line.", "\(left)")
      let after = Data(lines[1].utf8)
      let (was, now) = try (JSONSerialization.jsonObject(with: block), JSONSerialization.jsonObject(with: after))
      #expect((was as? NSArray) == (now as? NSArray), "\(text)")
      let isBlank: (UInt8) -> Bool = { [32, 9, 10, 13].contains($0) }
      #expect(Array(block).filter { !isBlank($0) } == Array(after).filter { !isBlank($0) })
      // Outside of strings: what is left when escapes and then strings are taken out.
      let outside = lines[1].replacing(/\\./, with: "").replacing(/"[^"]*"/, with: "")
      #expect(!outside.contains { $0.isWhitespace })
      if after.count < block.count { shorter += 1 }
    }
    #expect(shorter > 100)
  }

  private static let long = String(repeating: "Rivers run to the sea and trees grow beside them. ", count: 2)

  @Test("The second copy of a paragraph goes with the empty lines before it; short, protected and changed ones stay")
  func repeats() {
    let a = Self.long + "Some are old."
    #expect(Self.trim("\(a)\n\nWhy?\n\n\(a)\n\nHow?\n\n\(a)") == "\(a)\n\nWhy?\n\nHow?")
    #expect(Self.trim("\(a)\n\n\n\n\(a)\n") == "\(a)\n")
    #expect(Self.trim("\(a)\n\nWhy?\n\n\(a)", .politeness) == "\(a)\n\nWhy?\n\n\(a)")
    for kept in [
      "Short.\n\nShort.", "\(a)\n\n\(a)?", "\(a) `x`\n\nWhy?\n\n\(a) `x`",
      "\(a) You must answer.\n\nWhy?\n\n\(a) You must answer.",
      "User: \(a)\n\nWhy?\n\nUser: \(a)", "```\n\(a)\n\n\(a)\n```", "\(a)\n\n```\n\(a)\n```",
    ] {
      #expect(Self.trim(kept) == kept)
    }
    // The copy has its numbers and negations still standing once.
    let critical = Self.long + "It is not 5 of 7."
    let trimmed = Self.trimmer.trim(Array("\(critical)\n\nWhy?\n\n\(critical)".utf8), upTo: .wordy) { $0.count }
    #expect(trimmed?.reverted == [] && trimmed?.texts.last == Array("\(critical)\n\nWhy?".utf8))
    #expect(trimmed?.uses.map { "\(Self.trimmer.rules.names[$0.rule]) \($0.applied)" } == ["repeated-paragraphs 1"])
  }

  @Test("On random texts each long paragraph stands once, at its first place, and the others as often as before")
  func naive() {
    var random = TestRandom(13)
    let paragraphs = (0..<4).map { "\(Self.long)Case \($0)." } + ["Why?", "- one\n- two", "It is so."]
    var removed = 0
    for _ in 0..<200 {
      let parts = (0..<Int.random(in: 1...12, using: &random)).map { _ in paragraphs.randomElement(using: &random)! }
      var kept: [String] = []
      for part in parts where part.utf8.count < 64 || !kept.contains(part) { kept.append(part) }
      #expect(Self.trim(parts.joined(separator: "\n\n")) == kept.joined(separator: "\n\n"))
      removed += parts.count - kept.count
    }
    #expect(removed > 100)
  }

  @Test("Brackets that close nothing take no longer than others")
  func hostile() {
    for piece in ["[\n", "{\n", "[\"\n", "{\"a\":[\n", "[]\n", "[[\n]\n", "\n\n"] {
      let text = Array(String(repeating: piece, count: 20_000).utf8)
      _ = Self.trimmer.trim(text, upTo: .wordy) { $0.count }
    }
  }

  @Test("The evaluation counts both as kept, since nothing is lost")
  func evaluation() throws {
    let a = Self.long + Self.long + Self.long + Self.long + "It is not 5 of 7."
    let texts = ["\(a)\n\nWhy?\n\n\(a)", "Sort:\n[1, 2, 3,\n 40]\nnot 5"].map { Array($0.utf8) }
    let found = try PromptEvaluation(
      texts, trimmer: Self.trimmer, counter: TokenCounter(), encoding: .o200k, embedder: nil, threads: 1)
    #expect(found.rows.allSatisfy { $0.criticalKept == $0.critical && $0.criticalDiffers == 0 })
    #expect(found.rows[2].changed >= 1 && found.rows[2].tokens < found.rows[1].tokens)
  }
}
