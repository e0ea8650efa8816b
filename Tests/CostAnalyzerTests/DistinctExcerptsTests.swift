import CostAnalyzer
import Testing

@Suite("Distinct excerpts")
struct DistinctExcerptsTests {
  @Test("Texts that differ stay apart, however late they do, and none is too long")
  func staysApart() {
    let start = String(repeating: "the same words again and again ", count: 20)
    let texts = [
      "short", start + "one", start + "two", start + "three and a long end" + start, start, "short", start + "one",
      "other " + start,
    ]
    let cut = DistinctExcerpts.of(texts, limit: 60)
    #expect(cut.allSatisfy { $0.unicodeScalars.count <= 60 })
    for i in texts.indices {
      for j in texts.indices { #expect((cut[i] == cut[j]) == (texts[i] == texts[j]), "\(cut[i]) / \(cut[j])") }
    }
    #expect(cut[0] == "short" && cut[7] == texts[7].prefix(59) + "…")
    #expect(cut[1].hasPrefix("the same words") && cut[1].hasSuffix("one") && cut[1].contains("…"))
  }

  @Test("Any two random texts of a few letters stay apart", arguments: 0..<4)
  func random(_ seed: UInt64) {
    var rng = SeededGenerator(seed)
    for _ in 0..<200 {
      let texts = (0..<2).map { _ in
        String(repeating: "a", count: Int.random(in: 0...60, using: &rng))
          + String((0..<Int.random(in: 0...30, using: &rng)).map { _ in "ab".randomElement(using: &rng)! })
      }
      let cut = DistinctExcerpts.of(texts, limit: 20)
      #expect((cut[0] == cut[1]) == (texts[0] == texts[1]), "\(texts) \(cut)")
      #expect(cut.allSatisfy { $0.unicodeScalars.count <= 20 })
    }
  }
}
