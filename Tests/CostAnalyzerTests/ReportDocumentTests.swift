import CostAnalyzer
import Foundation
import Testing

@Suite("Report document")
struct ReportDocumentTests {
  private static func document(_ files: [String: Data]) throws -> ReportDocument {
    try ReportDocument(json: try #require(files["report.json"]), path: "report.json")
  }

  @Test("What is read from report.json is rendered to the same bytes, and written to the same bytes again")
  func roundTrip() throws {
    for files in [SamplePages.full.files, HostileTextTests.built.files] {
      let document = try Self.document(files)
      #expect(try document.json() == files["report.json"])
      let rendered = ReportRendering.files(document, .builtIn)
      #expect(rendered.count > 4)
      for (name, content) in rendered { #expect(content == files[name], "\(name)") }
      #expect(Set(rendered.map(\.name)) == Set(files.keys.filter(ReportRendering.isRendered)))
    }
  }

  @Test("Every kind of cell reads the same in Markdown after it was written and read, whatever it holds")
  func cells() throws {
    var random = SeededRandom(seed: 3)
    func number() -> Double { Double(Int64(bitPattern: random.next()) >> Int64(random.next() % 40)) / 1_000 }
    for _ in 0..<500 {
      let whole = Int64(bitPattern: random.next() >> (random.next() % 50))
      var table = Table("t", (0..<8).map { .init("c\($0)", "c\($0)") })
      table.add(
        .text("x|\u{1B}\(whole)"), .int(Int(whole)), .usd(Int128(whole) * 1_000_003), .number(number(), decimals: 3),
        .share(number()), .markdown("**\(whole)**"), .integer(Int128(whole) * 7), .empty)
      table.add(
        .text(""), .int(-1), .usd(-1), .number(.nan, decimals: 1), .share(.infinity), .markdown(""), .integer(0), .empty
      )
      let shown = ReportTable(table)
      let read = try JSONDecoder().decode(ReportTable.self, from: try JSONEncoder().encode(shown))
      #expect(read.markdown == table.markdown())
    }
  }

  @Test("Amounts are exact decimals, also those that no request could cost")
  func amounts() throws {
    var random = SeededRandom(seed: 4)
    for _ in 0..<2_000 {
      let pico =
        Int128(Int64(bitPattern: random.next())) * Int128(random.next() % 1_000_000) >> Int128(random.next() % 90)
      let data = try JSONEncoder().encode([Amount(pico)])
      #expect(String(decoding: data, as: UTF8.self) == "[\"\(MoneyText.exact(pico))\"]")
      #expect(try JSONDecoder().decode([Amount].self, from: data) == [Amount(pico)])
    }
    for text in ["", "-", "x", ".5", "1.0000000000001", "1e3", "--1", "1.2.3", "1.-2", "0x1"] {
      #expect(throws: (any Error).self, "\(text)") {
        _ = try JSONDecoder().decode([Amount].self, from: Data("[\"\(text)\"]".utf8))
      }
    }
  }

  @Test("Another schema and broken JSON are errors that name the file and the next step")
  func refused() throws {
    for text in ["{}", "{\"schema\":\"report/9\"}", "nonsense"] {
      do {
        _ = try ReportDocument(json: Data(text.utf8), path: "old/report.json")
        Issue.record("read \(text)")
      } catch let error as AnalyzerError {
        #expect(error.message.contains("old/report.json") && error.hint?.contains("again") == true)
      }
    }
  }
}
