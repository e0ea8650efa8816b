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

  @Test("A yes or no at the start, code and the fields of JSON are facts")
  func facts() {
    #expect(digest("Yes, that works").list(.number).count == 1 && digest("No.").list(.number).count == 1)
    #expect(digest("Yes").list(.number) != digest("no").list(.number))
    #expect(digest("there is no yes here").list(.number).isEmpty)
    // In the first block only.
    let code = digest("use this\n```swift\nlet total = sum(values)\n```\nor that\n```\nlater words\n```")
    // swift let total sum values; this that later words
    #expect(code.list(.name).count == 5 && code.list(.word).count == 4)
    let json = digest(#"{"status": "active", "reason":"late payment", "words": 3}"#)
    #expect(json.list(.name).count == 3 && json.list(.word).count == 3 && json.list(.number).count == 1)
    #expect(digest(#"he said "never again""#).list(.name).isEmpty)
  }
}
