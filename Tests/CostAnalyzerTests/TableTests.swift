import CostAnalyzer
import Foundation
import Testing

@Suite("Tables and numbers as text")
struct TableTests {
  @Test("A CSV file has a header, exact money, fractions for shares and nothing for nothing")
  func csv() {
    var table = Table(
      "t",
      [
        .init("name", "name"), .init("n", "n"), .init("usd", "usd"), .init("x"), .init("share", "share"),
        .init("none", "none"),
      ])
    table.add(.text("a,\"b\""), .int(-1234), .usd(1), .number(2.5, decimals: 0), .share(0.125), .empty)
    table.add(.text(""), .int(1_000_000), .usd(-1_500_000_000_000), .number(.nan, decimals: 2), .share(.nan), .empty)
    #expect(
      table.csv == """
        name,n,usd,x,share,none
        "a,""b""\",-1234,0.000000000001,2,0.125000,
        ,1000000,-1.5,–,,

        """)
  }

  @Test("A Markdown table leaves untitled columns out, aligns numbers right and says how many rows are missing")
  func markdown() {
    var table = Table("t", [.init("name", "who"), .init("hidden"), .init("n", "count"), .init("late", "late text")])
    table.add(.text("a|b"), .int(1), .int(1234), .empty)
    table.add(.text(""), .int(1), .int(5), .text("x"))
    table.add(.text("c"), .int(1), .int(6), .text("y"))
    #expect(
      table.markdown(top: 2) == """
        | who | count | late text |
        |---|---:|---|
        | a\\|b | 1,234 | – |
        | – | 5 | x |

        …and 1 more in `t.csv`.

        """)
    #expect(Table("empty", [.init("a", "a")]).markdown() == "| a |\n|---:|\n")
  }

  @Test("A cell is one cell again when it is parsed, whatever it holds, and starts no formula")
  func csvCellsRoundTrip() {
    var random = SeededRandom(seed: 11)
    let alphabet: [Unicode.Scalar] = [
      ",", "\"", "'", ";", "=", "+", "-", "@", "|", "%", " ", "\t", "\r", "\n", "a", "\u{301}", "\u{200D}", "\u{FF1D}",
      "é", "\u{0}",
      "\u{9B}", "\u{202E}", "\u{A0}", "\u{3000}",
    ]
    for _ in 0..<3000 {
      var text = String.UnicodeScalarView()
      for _ in 0..<Int(random.next() % 9) { text.append(alphabet[Int(random.next() % UInt64(alphabet.count))]) }
      let cell = HostileText.csv(String(text))
      let rows = parseCSV(Data("x,\(cell),y\n".utf8))
      #expect(rows.count == 1 && rows[0].count == 3, "\(cell.debugDescription)")
      guard rows.count == 1, rows[0].count == 3 else { continue }
      // Nothing is lost: without the guards that were put in, the text is what can be shown of it.
      func unguarded(_ text: String) -> [Unicode.Scalar] { text.unicodeScalars.filter { $0 != "'" } }
      #expect(unguarded(rows[0][1]) == unguarded(HostileText.visible(String(text))))
      for part in rows[0][1].unicodeScalars.split(separator: ";") {
        let first = part.first { !$0.properties.isWhitespace }
        #expect(first.map { !"=+-@|%＝＋－＠".unicodeScalars.contains($0) } ?? true, "\(cell.debugDescription)")
      }
    }
  }

  @Test(
    "Known cells",
    arguments: [
      ("plain", "plain"), ("=1", "\"'=1\""), ("  -1", "\"  '-1\""), ("a=1", "a=1"), ("x;=1", "\"x;'=1\""),
      ("a,\u{301}b", "\"a,\u{301}b\""),
      ("q\"\u{301}", "\"q\"\"\u{301}\""), ("＝1", "\"'＝1\""), ("\t=1", "\" '=1\""),
    ])
  func knownCells(_ text: String, _ cell: String) { #expect(HostileText.csv(text) == cell) }

  @Test(
    "Markdown escapes what could be markup and nothing else",
    arguments: [
      ("env:prod", "env:prod"), ("(asked by 3)", "(asked by 3)"), ("gpt_4o", "gpt_4o"), ("_x_", "\\_x\\_"),
      ("a|b", "a\\|b"),
      ("<b>", "&lt;b&gt;"), ("[a](http://e)", "\\[a\\](http\\://e)"), ("![x](y)", "!\\[x\\](y)"),
      ("www.evil.com", "www\\.evil.com"),
      ("now. then", "now. then"), ("`x`", "\\`x\\`"), ("-1", "\\-1"), ("a-1", "a-1"), ("&amp;", "&amp;amp;"),
      ("\\", "\\\\"),
      ("\u{1B}[31m", "\\\\u{1b}\\[31m"),
    ])
  func markdownEscapes(_ text: String, _ escaped: String) { #expect(HostileText.markdown(text) == escaped) }

  @Test("JSON text keeps its values and loses its control characters")
  func json() throws {
    let value = "a\u{9B}\u{202E}\u{FEFF}\u{E0041}\u{7F}\u{2028}é𝄞"
    let text = String(decoding: try JSONEncoder().encode([value]), as: UTF8.self)
    let safe = HostileText.json(text)
    #expect(unsafeScalars(in: safe).isEmpty && safe.contains("\\u009b") && safe.contains("é𝄞"))
    #expect(try JSONDecoder().decode([String].self, from: Data(safe.utf8)) == [value])
  }

  @Test(
    "Money is readable at every size",
    arguments: [
      (0, "$0.00"), (1, "≈ $0"), (-1, "≈ $0"), (499_999, "≈ $0"), (1_000_000, "$0.000001"),
      (9_999_499_999, "$0.009999"),
      (9_999_500_000, "$0.0100"), (145_663_900_000, "$0.1457"), (999_949_999_999, "$0.9999"),
      (999_950_000_000, "$1.00"),
      (1_005_000_000_000, "$1.00"), (1_015_000_000_000, "$1.02"), (-2_260_000_000_000, "-$2.26"),
      (1_234_567_890_000_000_000, "$1,234,567.89"),
      (-531_970_000, "-$0.000532"),
    ] as [(Int, String)])
  func money(_ pico: Int, _ text: String) { #expect(MoneyText.readable(Int128(pico)) == text) }

  @Test("Known numbers: rounding, grouping, sign, not a number")
  func knownNumbers() {
    #expect(NumberText.fixed(0.5, 0) == "0" && NumberText.fixed(1.5, 0) == "2" && NumberText.fixed(2.5, 0) == "2")
    #expect(
      NumberText.fixed(-0.004, 2) == "0.00" && NumberText.fixed(-1.25, 1) == "-1.2"
        && NumberText.fixed(0.05, 1) == "0.0")
    #expect(
      NumberText.fixed(.nan, 2) == "–" && NumberText.fixed(-.infinity, 0) == "–" && NumberText.fixed(1e300, 2) == "–")
    #expect(NumberText.fixed(9e11, 9) == "–", "no crash where the digits do not fit")
    #expect(NumberText.grouped(0) == "0" && NumberText.grouped(-999) == "-999" && NumberText.grouped(-1000) == "-1,000")
    #expect(NumberText.grouped(Int.min) == "-9,223,372,036,854,775,808" && NumberText.grouped(123_456) == "123,456")
    #expect(
      NumberText.percent(1.0, of: 0) == "–" && NumberText.percent(1.0, of: 8) == "12.5 %"
        && NumberText.percent(Int128(-1), of: 3) == "-33.3 %")
  }

  @Test("Random numbers read as Foundation writes them, except at ties")
  func numbersAsFoundation() {
    var random = SeededRandom(seed: 3)
    for _ in 0..<4000 {
      let decimals = Int(random.next() % 7)
      let value = (Double(random.next() % 2_000_000_000) - 1e9) / pow(10, Double(random.next() % 10))
      let text = NumberText.fixed(value, decimals)
      let scaled = abs(value) * pow(10, Double(decimals))
      // Within a rounding error of a tie both neighbours are right.
      if abs(scaled - scaled.rounded(.down) - 0.5) < 1e-6 { continue }
      let expected = String(format: "%.\(decimals)f", value)
      #expect(text == (Double(expected) == 0 ? expected.replacing("-", with: "") : expected))
      let whole = Int(truncatingIfNeeded: random.next()) >> Int(random.next() % 60)
      #expect(NumberText.grouped(whole).replacing(",", with: "") == String(whole))
      let groups: [Substring] = NumberText.grouped(whole).split(separator: ",")
      #expect(groups.dropFirst().allSatisfy { $0.count == 3 })
    }
  }

  @Test("Random amounts read as Foundation's decimals, rounded half to even")
  func moneyAsFoundation() {
    var random = SeededRandom(seed: 5)
    for _ in 0..<2000 {
      let pico = Int64(bitPattern: random.next()) >> Int64(random.next() % 50)
      let decimals = Int(random.next() % 13)
      var exact = Decimal(pico) / Decimal(sign: .plus, exponent: 12, significand: 1)
      #expect(Decimal(string: MoneyText.exact(Int128(pico))) == exact)
      var rounded = Decimal()
      NSDecimalRound(&rounded, &exact, decimals, .bankers)
      let text = MoneyText.usd(Int128(pico), decimals: decimals, grouped: true)
      #expect(Decimal(string: text.replacing("$", with: "").replacing(",", with: "")) == rounded, "\(pico) \(decimals)")
      #expect(decimals == 0 || text.suffix(decimals + 1).first == ".")
    }
  }
}
