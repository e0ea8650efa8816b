import CostAnalyzer
import Crypto
import Foundation
import Testing

/// What axe and a careful reader would ask of `report.html`, without a browser.
@Suite("Page")
struct PageTests {
  private static let page = HTMLReader(SamplePages.text("report.html"))

  @Test("Every tag is closed, every id is there once, and every reference points to one")
  func wellFormed() {
    let page = Self.page
    #expect(page.errors.isEmpty && page.elements.count > 1_000)
    let ids = page.elements.compactMap { $0.attributes["id"] }
    #expect(Set(ids).count == ids.count && !ids.isEmpty)
    for element in page.elements {
      let references = element.attributes["aria-labelledby"]?.split(separator: " ").map(String.init) ?? []
      for reference in references { #expect(ids.contains(reference), "\(reference)") }
      if let link = element.attributes["href"] {
        #expect(link.hasPrefix("#") && ids.contains(String(link.dropFirst())), "\(link)")
      }
    }
  }

  @Test("The page has a language, one heading of the first order, and no order is skipped")
  func headings() {
    #expect(Self.page.all("html").first?.attributes["lang"] == "en" && !Self.page.all("title")[0].text.isEmpty)
    var last = 0
    for heading in Self.page.elements.filter({ $0.name.wholeMatch(of: /h[1-6]/) != nil }) {
      let order = Int(String(heading.name.last!))!
      #expect(order <= last + 1 && !heading.text.isEmpty, "\(heading)")
      last = order
    }
    #expect(Self.page.all("h1").count == 1 && Self.page.all("h2").count > 8)
    #expect(Self.page.all("main").count == 1)
  }

  @Test("Every heading of a table has a scope, every row its cells, and tables scroll in a box that a keyboard reaches")
  func tables() {
    let page = Self.page
    #expect(page.all("table").count > 15)
    for head in page.all("th") { #expect(["col", "row"].contains(head.attributes["scope"] ?? "")) }
    for table in page.all("table") { #expect(table.path.last == "div") }
    let boxes = page.all("div").filter { $0.attributes["class"] == "scroll" }
    #expect(boxes.count == page.all("table").count + page.all("svg").count)
    for box in boxes {
      #expect(box.attributes["tabindex"] == "0" && box.attributes["role"] == "group")
      #expect(box.attributes["aria-label"]?.isEmpty == false)
    }
  }

  @Test("Every chart is an image with a title and words that say what it shows")
  func charts() throws {
    let charts = Self.page.all("svg")
    #expect(charts.count == Chart.Kind.allCases.count)
    for chart in charts {
      #expect(chart.attributes["role"] == "img" && chart.attributes["aria-labelledby"]?.isEmpty == false)
    }
    for name in ["title", "desc"] {
      let words = Self.page.elements.filter { $0.name == name && $0.path.last == "svg" }
      #expect(words.count == charts.count && words.allSatisfy { $0.text.count > 10 })
    }
    for kind in Chart.Kind.allCases {
      let file = SamplePages.text("charts/\(kind.rawValue).svg")
      #expect(HTMLReader(file).errors.isEmpty && file.hasPrefix("<svg xmlns=") && file.contains("prefers-color-scheme"))
      #expect(SamplePages.text("report.md").contains("](charts/\(kind.rawValue).svg)"))
    }
    #expect(!SamplePages.text("report.md").contains("Charts not drawn"))
  }

  @Test("Nothing is loaded from anywhere, and the only script is the one whose hash the page's policy names")
  func selfContained() throws {
    for element in Self.page.elements {
      for name in ["src", "srcset", "data", "action", "poster", "xlink:href", "background"] {
        #expect(element.attributes[name] == nil, "\(element)")
      }
      #expect(!element.attributes.keys.contains { $0.hasPrefix("on") }, "\(element)")
      #expect(!["link", "iframe", "object", "embed", "img", "base", "form"].contains(element.name))
    }
    let style = try #require(Self.page.raw["style"])
    #expect(!style.contains("url(") && !style.contains("@import"))
    #expect(Self.page.all("script").count == 1)
    let hash = Data(SHA256.hash(data: Data(try #require(Self.page.raw["script"]).utf8))).base64EncodedString()
    let policy = try #require(
      Self.page.all("meta").compactMap { $0.attributes["content"] }.first { $0.contains("-src") })
    #expect(policy.contains("default-src 'none'") && policy.contains("script-src 'sha256-\(hash)'"))
  }

  @Test("The first screen says bill, joint saving with its interval, what to do first and what was not measured")
  func firstScreen() throws {
    let figures = SamplePages.full.analysis
    let joint = try #require(figures.joint)
    let cards = Self.page.all("dl")[0].text
    for amount in [figures.ledger.total.cost, joint.saving, try #require(figures.totals).safe] {
      #expect(cards.contains(MoneyText.readable(amount)))
    }
    #expect(
      cards.contains("95 % interval \(MoneyText.readable(Int128(try #require(joint.interval).lower.rounded()))) …"))
    let sections = Self.page.all("section")
    #expect(sections[0].text.contains("What to do first") && sections[1].text.contains("What was not measured"))
    #expect(sections[1].text.contains("Distillation (no student model"))
    // What stands on the first screen is not said again.
    #expect(!Self.page.all("h2").contains { $0.text == "What to do next" })
  }

  @Test("Damaged input is told above the figures")
  func warning() throws {
    let scratch = try Scratch()
    let log = try scratch.write(try TrafficLine.log(TrafficLine.plain(6)), to: "log.jsonl")
    let (_, files) = try report(of: [log, scratch.path("missing.jsonl")], ledgerOnly: true)
    let header = try #require(HTMLReader(SamplePages.text("report.html", files)).all("header").first)
    #expect(header.text.contains("Incomplete input. 1 input could not be read in full"))
  }

  @Test("Numbers stand on the right with what a script sorts by; the same figures as in the Markdown")
  func numbers() throws {
    let cells = Self.page.all("td")
    #expect(cells.filter { $0.attributes["data-sort"] != nil }.count > 500)
    for cell in cells where cell.attributes["data-sort"] != nil {
      #expect(Double(cell.attributes["data-sort"]!) != nil)
    }
    let markdown = SamplePages.text("report.md")
    let bill = SamplePages.full.analysis.ledger.total.cost
    #expect(
      cells.contains { $0.attributes["data-sort"] == MoneyText.exact(bill) }
        || markdown.contains(MoneyText.readable(bill)))
    // Every row of every Markdown table is a row of the page, cell by cell.
    let rows = Set(
      markdown.split(separator: "\n").filter {
        $0.hasPrefix("| ") && !$0.contains("\\") && !$0.contains("*") && !$0.contains("…")
      }
      .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }.joined() })
    let shown = Set(Self.page.all("tr").map { $0.text })
    #expect(rows.count > 150)
    #expect(rows.subtracting(shown).isEmpty, "\(rows.subtracting(shown).prefix(3))")
  }

  @Test("A chart without data is not drawn, and one line says why")
  func missingCharts() throws {
    let plain = try ReportTests.build(TrafficLine.plain(6))
    let list = try #require(plain.text.components(separatedBy: "## Charts not drawn\n").dropFirst().first)
      .components(separatedBy: "\n## ")[0]
    for (title, reason) in [
      ("Budget burn", "no budget in dollars is set"), ("Net saving against wrong", "exact repeats"),
    ] {
      #expect(list.contains("- *\(title)") && list.contains(reason), "\(list)")
    }
    let page = HTMLReader(SamplePages.text("report.html", plain.files))
    #expect(page.all("svg").count == plain.files.keys.count { $0.hasPrefix("charts/") } && page.errors.isEmpty)
    #expect(page.all("section").contains { $0.text.contains("Budget burn: no budget in dollars is set") })
    let ledger = try ReportTests.build(TrafficLine.plain(6), ledgerOnly: true)
    #expect(ledger.files.keys.filter { $0.hasPrefix("charts/") } == ["charts/daily.svg"])
    #expect(ledger.text.contains("*\(WaterfallTitle.text)*: only the ledger was asked for."))
    #expect(HTMLReader(SamplePages.text("report.html", ledger.files)).errors.isEmpty)
  }

  private enum WaterfallTitle { static let text = "From the bill to what is left, lever by lever" }
}
