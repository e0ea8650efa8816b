import CostAnalyzer
import Testing

@Suite struct SupportTests {
  @Test("an interner numbers strings in order of first appearance, like a dictionary does")
  func interner() {
    var rng = SeededGenerator(5)
    var interner = Interner()
    var numbers: [String: UInt32] = [:]
    for _ in 0..<5_000 {
      let text =
        String(repeating: "é", count: Int.random(in: 0...2, using: &rng)) + String(Int.random(in: 0...900, using: &rng))
      let expected = numbers[text] ?? UInt32(numbers.count)
      numbers[text] = expected
      #expect(interner.intern(text) == expected)
    }
    #expect(interner.count == numbers.count)
    #expect(interner.intern("") == UInt32(numbers.count))
    for (text, number) in numbers { #expect(interner[number] == text) }
  }

  @Test("a chunked array keeps its elements across chunks")
  func chunkedArray() {
    var array = ChunkedArray<Int>()
    for value in 0..<40_000 { array.append(value) }
    array[39_999] = -1
    array.mutateEach { $0 *= 2 }
    #expect(array.count == 40_000 && array[0] == 0 && array[16_384] == 32_768 && array[39_999] == -2)
    var sum = 0
    array.forEach { sum += $0 }
    #expect(sum == (0..<39_999).reduce(0) { $0 + 2 * $1 } - 2)
  }

  @Test("durations read what they print", arguments: ["90s", "15m", "1h", "24h", "7d", "inf", "36h"])
  func durations(_ text: String) { #expect(Lifetime(text)?.description == text) }

  @Test("what is no duration is refused", arguments: ["", "h", "0s", "-1h", "1w", "99999999999999d", "1.5h"])
  func badDurations(_ text: String) { #expect(Lifetime(text) == nil) }

  @Test("answers with the same words are alike, with other words they are not")
  func answerSketches() throws {
    func sketches(_ answers: [String]) throws -> [UInt64] {
      let lines = answers.enumerated().map { index, answer in
        SampleLogs.line(
          index, time: 1_767_600_000 + Int64(index), user: 1, model: "gpt-4o", question: "q\(index)", input: 1,
          output: 1,
          answer: answer)
      }
      let log = try SampleLogs.context(try SampleLogs.file(lines.joined(separator: "\n"))).log
      return answers.indices.map { log.answerSketches[$0] }
    }
    let found = try sketches([
      "Open the settings page and choose reset password.", "open the settings page, and choose RESET password",
      "Our Berlin office is closed on public holidays this year", "",
    ])
    #expect(found[0] == found[1])
    #expect(AnswerSketch.similarity(found[0], found[2]) < 0.6)
    #expect(found[3] == 0)
  }
}
