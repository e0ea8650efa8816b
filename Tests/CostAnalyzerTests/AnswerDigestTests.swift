import CostAnalyzer
import Testing

@Suite("What is kept of an answer")
struct AnswerDigestTests {
  private func digest(_ text: String) -> AnswerDigest {
    Array(text.utf8).withUnsafeBytes { AnswerDigest($0) }
  }

  @Test("Numbers, names inside sentences and longer words are told apart; case, order and repeats do not count")
  func kinds() {
    let a = digest("The office in Berlin opens at 9am. Closed on 24 days, on 24 days.")
    #expect(a.list(.number).count == 2 && a.list(.name).count == 1)
    #expect(a.list(.word).count == 4)  // office, opens, closed, days
    #expect(a == digest("closed days opens office 24 9AM in Berlin"))
    #expect(digest("").isEmpty && digest("a an it.").isEmpty && !digest("yes!! indeed").isEmpty)
    #expect(MemoryLayout<AnswerDigest>.size == 64)
  }

  @Test("Lists hold the smallest of the distinct hashes, rising: a set, sorted and cut, is the twin")
  func bottomK() {
    var rng = SeededGenerator(3)
    for _ in 0..<200 {
      let words = (0..<Int.random(in: 0...60, using: &rng)).map { _ in
        switch Int.random(in: 0...2, using: &rng) {
        case 0: "\(Int.random(in: 0...40, using: &rng))"
        case 1: "Name" + String(UnicodeScalar(UInt8(97 + Int.random(in: 0...20, using: &rng))))
        default: "word" + String(UnicodeScalar(UInt8(97 + Int.random(in: 0...20, using: &rng))))
        }
      }
      let all = digest("a " + words.joined(separator: " "))
      for (kind, start) in [(AnswerDigest.Kind.number, "0"), (.name, "N"), (.word, "w")] {
        let mine = words.filter { start == "0" ? $0.first!.isNumber : $0.hasPrefix(start) }
        // One word alone gives its hash.
        let marks = Set(mine.flatMap { digest("a " + $0).list(kind) })
        #expect(all.list(kind) == Array(marks.sorted().prefix(kind.places.count)))
      }
    }
  }

  @Test("What the questions contain is no evidence; shared facts are counted by kind")
  func cells() {
    func cell(_ a: String, _ b: String, _ questions: [UInt16] = []) -> Int {
      AnswerComparison.cell(digest(a), digest(b), questions: questions, [])
    }
    // Stratum · 12 + names · 3 + numbers; names 3 where none can be compared.
    #expect(cell("it costs 5 at Acme", "at Acme it costs 5") == 12 + 3 + 1)
    #expect(cell("it costs 5 at Acme", "at Acme it costs 6") == 12 + 3)
    #expect(cell("it costs 5 or 7", "7 and 5 it costs") == 36 + 9 + 2)
    #expect(cell("it costs 5", "at Acme") == 9)
    #expect(cell("in Rome at Acme", "at Acme") == 3)
    #expect(cell("every word differs", "nothing here same") == 9)
    #expect(cell("every word differs", "differs every word") == 11)
    let five = digest("5").list(.number)
    #expect(cell("it costs 5", "it costs 5", five) == 11)
  }
}
