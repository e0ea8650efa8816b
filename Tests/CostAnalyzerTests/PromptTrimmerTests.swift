import CostAnalyzer
import Foundation
import Testing

@Suite("Trimming of prompts")
struct PromptTrimmerTests {
  private static let trimmer = PromptTrimmer(try! .builtin())

  /// A token a byte: every shorter text is shorter in tokens.
  private static func trim(_ text: String, _ level: TrimLevel = .wordy) -> String {
    let trimmed = trimmer.trim(Array(text.utf8), upTo: level) { $0.count }
    return String(decoding: trimmed?.texts.last ?? Array(text.utf8), as: UTF8.self)
  }

  @Test(
    "White space",
    arguments: [
      ("a  b", "a b"), ("a \nb", "a\nb"), ("a\r\nb", "a\nb"), ("a\n\n\n\nb", "a\n\nb"), ("a\n \n\t\nb", "a\n\nb"),
      ("a\n    b  c", "a\n    b c"), ("  a", "  a"), ("a\tb", "a\tb"), ("a  \n", "a  \n"), ("a\rb", "a\rb"),
      ("```\nx   y \n```\na  b", "```\nx   y \n```\na b"), ("say `a  b`  now", "say `a  b` now"),
      ("\"a\":  1\nb  c", "\"a\":  1\nb c"), ("{\"a\":  1}\nb  c", "{\"a\":1}\nb c"), ("", ""), ("   ", "   "),
    ])
  func whitespace(_ text: String, _ expected: String) { #expect(Self.trim(text, .whitespace) == expected) }

  @Test(
    "Politeness",
    arguments: [
      ("Please write a poem.", "Write a poem."), ("write a poem, please.", "write a poem."),
      ("Hi, can you please explain DNS?", "Explain DNS?"), ("Hello! Explain DNS.", "Explain DNS."),
      ("Explain DNS. Thanks!", "Explain DNS."), ("Explain DNS, thank you so much.", "Explain DNS."),
      ("Explain DNS.\nThank you in advance!\n", "Explain DNS.\n"),
      ("I would like you to list five rivers.", "List five rivers."),
      ("Hi!\nExplain DNS", "Explain DNS"), ("Hi\n\nExplain DNS", "\nExplain DNS"),
      ("could you list rivers", "list rivers"),
      // No filler: a question, a matter of its own, an object.
      ("Can you swim?", "Can you swim?"), ("How do I say thank you?", "How do I say thank you?"),
      ("Could you be wrong?", "Could you be wrong?"), ("hello world program", "hello world program"),
      ("I want to please her", "I want to please her"), ("Say \"please\" to him", "Say \"please\" to him"),
      ("Thanks to DNS, names work.", "Thanks to DNS, names work."),
      // Nothing else is there: an empty message is no request.
      ("Thanks!", "Thanks!"), ("Hi", "Hi"), ("Please.", "Please."),
    ])
  func politeness(_ text: String, _ expected: String) { #expect(Self.trim(text, .politeness) == expected) }

  @Test(
    "Wordy phrases",
    arguments: [
      ("Do it in order to win.", "Do it to win."), ("In the event that it rains, stay.", "If it rains, stay."),
      ("Due to the fact that it rains, stay.", "Because it rains, stay."),
      ("Basically, it is a really big tree.", "It is a big tree."), ("It is, basically, a tree.", "It is, a tree."),
      ("It is important to note that cats sleep.", "Cats sleep."),
      // A negation, a kind, a comparison: no filler.
      ("It is not really big.", "It is not really big."), ("What kind of tree is it?", "What kind of tree is it?"),
      ("Is it the very first?", "Is it the very first?"), ("not just trees", "not just trees"),
    ])
  func wordy(_ text: String, _ expected: String) { #expect(Self.trim(text) == expected) }

  @Test(
    "What is protected stays to the byte",
    arguments: [
      "```\nplease  really  do\n```", "`please  really`", "\"please really\"", "“please really”", "«please really»",
      "'please really'", "https://x.org/please,really", "<please really>", "$please really$", "$$please really$$",
      "\\(please really\\)", "{\"please\":\"really please\"}", "\"note\": please really", "    please really do",
      "User: please really do", "if (please) { really();", "~~~\nplease really",
      "You must please really answer.", "Please make sure it is really exactly five.", "Output only JSON, please.",
    ])
  func protected(_ span: String) { #expect(Self.trim("One a.\n\(span)\nTwo b.") == "One a.\n\(span)\nTwo b.") }

  @Test("A rule that would take a number, a negation or a limit with it is refused and counted")
  func refused() throws {
    let trimmer = PromptTrimmer(
      try PromptRules(
        yaml: """
          version: t
          rules:
            - {id: eager, level: wordy, phrases: [not bad, in 5 steps, fine]}
          verbs: []
          critical: [not]
          instructions: []
          textTasks: [translate]
          textSystems: [translator]
          """))
    let trimmed = try #require(
      trimmer.trim(Array("it is not bad in 5 steps and fine too".utf8), upTo: .wordy) { $0.count })
    #expect(String(decoding: trimmed.texts.last!, as: UTF8.self) == "it is not bad in 5 steps and too")
    #expect(trimmed.uses.map { "\($0.applied) \($0.refused)" } == ["1 2"])
    #expect(trimmer.isTextTask(Array("Translate this".utf8)) && !trimmer.isTextTask(Array("a translator".utf8)))
    #expect(trimmer.isTextTask(Array("You are a translator.".utf8), isSystem: true))
  }

  @Test("A level whose text is no shorter in tokens is left out")
  func noShorter() throws {
    let text = Array("Please go.  Now".utf8)
    #expect(Self.trimmer.trim(text, upTo: .wordy) { _ in 7 }?.tokens ?? [7, 7, 7, 7] == [7, 7, 7, 7])
    let trimmed = try #require(Self.trimmer.trim(text, upTo: .wordy) { $0.count })
    #expect(trimmed.tokens == [15, 14, 7, 7])
    #expect(String(decoding: trimmed.texts.last!, as: UTF8.self) == "Go. Now")
  }

  /// Numbers and a few negations and limits, by a regular expression.
  private static func critical(_ text: String) -> [String] {
    let pattern =
      /\d+|\b(?:not|no|never|none|only|must|exactly|without|except|unless|at least|at most|\w+n't)\b/
    return text.lowercased().matches(of: pattern.wordBoundaryKind(.simple)).map { String($0.output) }
  }

  @Test("Numbers, negations and limits are the same in the same order, on random texts at every level")
  func keeps() {
    let parts = [
      "please", "can you", "explain", "not", "no", "only", "at least", "really", "in order to", "5", "3.14", "1,000",
      "don't",
      "must", "just", "Thanks!", "Hi,", "the", "of", "kind of", ".", ",", "\n", "  ", "?", "\"", "`", "$", "<", " ' ",
      "very", "exactly",
      "“", "”", "你好", "due to the fact that", "note that", "I think", "```\n", "at", "least",
    ]
    var random = TestRandom(21)
    var changed = 0
    for _ in 0..<1000 {
      let text = (0..<Int.random(in: 0...30, using: &random)).map { _ in
        parts.randomElement(using: &random)! + ["", " ", " ", " "].randomElement(using: &random)!
      }.joined()
      guard let trimmed = Self.trimmer.trim(Array(text.utf8), upTo: .unsafe, count: { $0.count }) else { continue }
      for (level, left) in trimmed.texts.enumerated() {
        let left = String(decoding: left, as: UTF8.self)
        #expect(
          Self.critical(left) == Self.critical(text), "\(level) \(text.debugDescription) \(left.debugDescription)")
        if left != text { changed += 1 }
      }
      #expect(trimmed.tokens == trimmed.tokens.sorted(by: >))
    }
    #expect(changed > 1500)
  }

  @Test("Damaged and hostile texts do no harm")
  func hostile() {
    let bytes: [[UInt8]] = [
      [0xFF, 0xFE, 32, 32, 0xC2], [0xE2, 0x80], [0x80, 0x80], Array("“".utf8.dropLast()), [0], [10, 10, 10, 10],
      [13, 10, 13, 10],
    ]
    for text in bytes { _ = Self.trimmer.trim(text, upTo: .unsafe) { $0.count } }
    for piece in ["“", "\"", "<a", "$", "'a ", "`", "\\(", "please ", "\n ", "www.", "please, "] {
      _ = Self.trimmer.trim(Array(String(repeating: piece, count: 20_000).utf8), upTo: .unsafe) { $0.count }
    }
  }

  private static let hasData = TestData.hasShared && InstalledTokenizers.path(.o200k) != nil

  @Test(
    "On Arena's 500 prompts all critical tokens stay, and the reductions are those measured with other code",
    .enabled(if: hasData, "needs the shared data and analyze setup tokenizers"))
  func arena() throws {
    let texts = try PromptFile.read(
      path: try #require(TestData.shared) + "/data/routing/arena_hard_v01_questions.jsonl")
    let evaluation = try PromptEvaluation(
      texts, trimmer: Self.trimmer, counter: .installed(), encoding: .o200k, embedder: nil, threads: 2)
    #expect(evaluation.tokens == 47_461)
    for (row, measured) in zip(evaluation.rows, [0.55, 0.93, 1.02]) {
      // The other code left JSON and second copies of paragraphs as they were.
      #expect(abs(row.reduction * 100 - measured) <= 0.12, "\(row)")
      #expect(row.critical > 2500 && row.criticalKept == row.critical && row.criticalDiffers == 0)
    }
    #expect(evaluation.rows[3].reduction > 0.1 && evaluation.rows[3].criticalKept == evaluation.rows[3].critical)
  }
}
