import CostAnalyzer
import Foundation
import Testing

/// Hostile models, users, tenants, tags and questions in the page and in the charts.
@Suite("Hostile text in pages")
struct HostilePageTests {
  private static let page = SamplePages.text("report.html", HostileTextTests.built.files)

  @Test("No name makes a tag, an attribute, a script or a link")
  func inert() {
    let page = HTMLReader(Self.page)
    #expect(page.errors.isEmpty, "\(page.errors)")
    let tags: Set = [
      "html", "head", "meta", "title", "style", "body", "a", "header", "h1", "h2", "h3", "p", "main", "dl", "div", "dt",
      "dd",
      "section", "ol", "ul", "li", "nav", "table", "thead", "tbody", "tr", "th", "td", "code", "strong", "em", "figure",
      "figcaption", "details", "summary", "pre", "footer", "script", "svg", "desc", "rect", "line", "text", "polyline",
      "circle",
    ]
    #expect(Set(page.elements.map(\.name)).subtracting(tags).isEmpty)
    #expect(page.all("script").count == 1 && page.all("style").count == 1)
    for element in page.elements {
      #expect(!element.attributes.keys.contains { $0.hasPrefix("on") || $0 == "src" || $0 == "style" }, "\(element)")
      if let link = element.attributes["href"] { #expect(link.hasPrefix("#chapter")) }
    }
    // They are there, as words.
    let words = page.all("td").map(\.text) + page.all("th").map(\.text)
    #expect(words.contains { $0.contains("<img src=x onerror=alert(1)>") })
    #expect(words.contains { $0.contains("</script><script>alert(1)</script>") })
    #expect(words.contains { $0.contains("\\u{202e}gnp.exe") } && words.contains { $0.contains("\\u{1b}[31mred") })
  }

  @Test("Charts with hostile names are well-formed XML without scripts or references")
  func charts() throws {
    // The dearest models stand in the chart of days, and a limit's user in that of its budget.
    let models = [
      "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a|b`c\"d'", "\u{202E}gnp", "&{{x}}",
    ]
    let user = "]]><svg onload=\"alert(1)\">"
    var lines = TrafficLine.plain(20)
    for index in lines.indices {
      (lines[index].model, lines[index].user, lines[index].costUSD) = (models[index % 5], user, 0.01)
    }
    let (_, files, _) = try ReportTests.build(lines) {
      $0.budgets.limits = [BudgetLimit(.user, name: user, usd: 1, every: BudgetPeriod("7d")!)]
    }
    let charts = files.filter { $0.key.hasSuffix(".svg") }
    for (name, words) in [("daily", models), ("burn", ["user \(user), for 7d"])] {
      let shown = HTMLReader(SamplePages.text("charts/\(name).svg", files)).all("text").map(\.text)
      for word in words { #expect(shown.contains(HostileText.visible(word)), "\(name): \(shown)") }
    }
    for (name, data) in charts {
      let text = String(decoding: data, as: UTF8.self)
      let chart = HTMLReader(text)
      #expect(chart.errors.isEmpty, "\(name): \(chart.errors)")
      #expect(
        Set(chart.elements.map(\.name)).isSubset(
          of: ["svg", "title", "desc", "style", "rect", "line", "text", "polyline", "circle"]), "\(name)")
      #expect(!text.contains("href") && !text.contains("url(") && !text.contains("<script"), "\(name)")
      #expect(!chart.elements.contains { $0.attributes.keys.contains { $0.hasPrefix("on") } }, "\(name)")
    }
    let program = Program(scratch: try Scratch())
    guard try program.shell("python3 -c 'import xml.dom.minidom'").status == 0 else { return }
    for (name, data) in charts {
      let file = try program.scratch.write(String(decoding: data, as: UTF8.self), to: "chart.svg")
      let parsed = try program.shell(
        "python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' '\(file)'")
      #expect(parsed.status == 0, "\(name): \(parsed.error)")
    }
  }
}
