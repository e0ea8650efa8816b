import CostAnalyzer
import Foundation
import Testing

/// `analyze report`, `analyze compare` and `analyze templates`.
@Suite("Earlier runs")
struct RunFolderTests {
  private struct Fixture {
    let scratch: Scratch
    let program: Program
    let log: String

    init() throws {
      scratch = try Scratch()
      program = Program(scratch: scratch)
      log = try scratch.write(try TrafficLine.log(TrafficLine.plain(40)), to: "log.jsonl")
    }

    func run(_ out: String, _ arguments: String...) throws {
      let result = try program.run(
        Program.path, ["run", log, "--out", scratch.path(out), "--embedder", "hashed"] + arguments)
      #expect(result.status == 0, "\(result.error)")
    }
  }

  @Test("Rendering again changes no byte, in place and elsewhere; a run is found by folder, manifest and id")
  func rerender() throws {
    let fixture = try Fixture()
    try fixture.run("a")
    let before = try fixture.scratch.files("a")
    #expect(before.keys.count { $0.hasPrefix("charts/") } > 2)
    let folder = try RunFolder(fixture.scratch.path("a"))
    for (index, name) in ["a", "a/run.json"].map(fixture.scratch.path).enumerated() {
      let result = try fixture.program.run("report", name, "--out", fixture.scratch.path("copy\(index)"))
      #expect(result.status == 0 && result.out.hasSuffix("copy\(index)/report.html\n"), "\(result.error)")
      #expect(try fixture.scratch.files("copy\(index)") == before)
    }
    #expect(try fixture.program.run("report", String(folder.runID.prefix(6))).status == 0)
    #expect(try fixture.scratch.files("a") == before)
    let mode = try FileManager.default.attributesOfItem(atPath: fixture.scratch.path("a/charts/daily.svg"))[
      .posixPermissions]
    #expect(mode as? Int == 0o600)
  }

  @Test("Templates of one's own change the page and nothing else: the run's id stays")
  func templates() throws {
    let fixture = try Fixture()
    try fixture.run("a")
    let written = try fixture.program.run("templates", fixture.scratch.path("house"))
    #expect(written.status == 0 && written.out.split(separator: "\n").count == ReportTemplates.builtInFiles.count)
    for (name, content) in ReportTemplates.builtInFiles {
      #expect(try fixture.scratch.data("house/\(name)") == Data(content.utf8))
      if name != "page.mustache" { try FileManager.default.removeItem(atPath: fixture.scratch.path("house/\(name)")) }
    }
    let page = "<!DOCTYPE html><title>{{title}}</title>{{>brand}}{{#cards}}{{amount}};{{/cards}}\n"
    _ = try fixture.scratch.write(page, to: "house/page.mustache")
    _ = try fixture.scratch.write("<b>House</b>", to: "house/brand.mustache")
    // Files that are there are not written over.
    #expect(try fixture.program.run("templates", fixture.scratch.path("house")).error.contains("stays as it is"))
    #expect(try fixture.scratch.data("house/page.mustache") == Data(page.utf8))
    let result = try fixture.program.run(
      "report", fixture.scratch.path("a"), "--out", fixture.scratch.path("b"), "--templates",
      fixture.scratch.path("house"))
    #expect(result.status == 0, "\(result.error)")
    var (a, b) = (try fixture.scratch.files("a"), try fixture.scratch.files("b"))
    let html = String(decoding: b["report.html"] ?? Data(), as: UTF8.self)
    #expect(html.hasPrefix("<!DOCTYPE html><title>What would we have saved?</title><b>House</b>$0."), "\(html)")
    #expect(try RunFolder(fixture.scratch.path("a")).runID == RunFolder(fixture.scratch.path("b")).runID)
    for name in ["report.html", "run.json"] { #expect(a.removeValue(forKey: name) != b.removeValue(forKey: name)) }
    #expect(a == b)
    // The run itself takes templates too.
    try fixture.run("c", "--templates", fixture.scratch.path("house"))
    #expect(try fixture.scratch.data("c/report.html") == Data(html.utf8))
  }

  @Test("Broken and misplaced templates are errors of the settings")
  func badTemplates() throws {
    let fixture = try Fixture()
    try FileManager.default.createDirectory(atPath: fixture.scratch.path("t"), withIntermediateDirectories: true)
    func run() throws -> Program.Result {
      try fixture.program.run(
        "run", fixture.log, "--out", fixture.scratch.path("o"), "--no-state", "--only", "ledger", "--templates",
        fixture.scratch.path("t"))
    }
    _ = try fixture.scratch.write("x", to: "t/pgae.html")
    let misspelt = try run()
    #expect(
      misspelt.status == 64 && misspelt.error.contains("holds no template") && misspelt.error.contains("page.mustache"))
    _ = try fixture.scratch.write("{{#open}}", to: "t/page.mustache")
    let broken = try run()
    #expect(broken.status == 64 && broken.error.contains("page.mustache is no Mustache template"))
    #expect(try !fixture.scratch.names().contains("o"))
  }

  @Test("A changed report.json, a folder of something else and a report that was replaced are refused")
  func refused() throws {
    let fixture = try Fixture()
    try fixture.run("a")
    let id = try RunFolder(fixture.scratch.path("a")).runID
    let none = try fixture.program.run("report", fixture.scratch.path("none"))
    #expect(none.status == 1 && none.error.contains("is no report"))
    try fixture.run("a", "--ttl", "1h")
    let replaced = try fixture.program.run("compare", id, fixture.scratch.path("a"))
    #expect(replaced.status == 1 && replaced.error.contains("is no longer in"), "\(replaced.error)")
    var json = try fixture.scratch.data("a/report.json")
    json.append(10)
    try json.write(to: URL(fileURLWithPath: fixture.scratch.path("a/report.json")))
    let changed = try fixture.program.run("report", fixture.scratch.path("a"))
    #expect(changed.status == 1 && changed.error.contains("is not what run.json says"))
    // A manifest that leads out of its folder.
    let manifest = String(decoding: try fixture.scratch.data("a/run.json"), as: UTF8.self)
    try FileManager.default.createDirectory(atPath: fixture.scratch.path("evil"), withIntermediateDirectories: true)
    _ = try fixture.scratch.write(
      manifest.replacing("\"users.csv\"", with: "\"../a/users.csv\""), to: "evil/run.json")
    #expect(try fixture.program.run("report", fixture.scratch.path("evil")).error.contains("is no report"))
    try FileManager.default.removeItem(atPath: fixture.scratch.path("a/report.json"))
    #expect(try fixture.program.run("report", fixture.scratch.path("a")).error.contains("cannot read"))
  }

  @Test("A run beside itself differs nowhere; beside another, by what their files say, with the options that differ")
  func compare() throws {
    let fixture = try Fixture()
    try fixture.run("a")
    try fixture.run("b", "--ttl", "1h")
    let (a, b) = (try RunFolder(fixture.scratch.path("a")), try RunFolder(fixture.scratch.path("b")))
    let same = try RunComparison(a, a)
    #expect(same.options.isEmpty && same.haveSameInputs)
    for figure in same.figures {
      #expect(figure.a == figure.b && figure.overlaps != false, "\(figure)")
      switch figure.difference {
      case .usd(let amount): #expect(amount.pico == 0)
      case .count(let count): #expect(count == 0)
      case .share(let share): #expect(share == 0)
      case nil: #expect(figure.a == nil)
      }
    }
    let comparison = try RunComparison(a, b)
    #expect(comparison.haveSameInputs)
    #expect(
      comparison.options.map(\.name).contains("cache.ttl") && comparison.options.count < 4, "\(comparison.options)")
    // Figure by figure from the CSV files.
    func strategies(_ folder: String) throws -> [String: String] {
      let rows = parseCSV(try fixture.scratch.data("\(folder)/strategies.csv"))
      return Dictionary(uniqueKeysWithValues: zip(column("title", of: rows), column("alone_usd", of: rows)))
    }
    let (ours, theirs) = (try strategies("a"), try strategies("b"))
    var checked = 0
    for figure in comparison.figures where ours[figure.name] != nil {
      let title = figure.name
      guard case .usd(let one)? = figure.a, case .usd(let two)? = figure.b else { continue }
      #expect(MoneyText.exact(one.pico) == ours[title] && MoneyText.exact(two.pico) == theirs[title], "\(title)")
      #expect(figure.difference == .usd(Amount(two.pico - one.pico)))
      checked += 1
    }
    for figure in comparison.figures where figure.name.hasSuffix(", of the bill") {
      guard case .share(let share)? = figure.a, let interval = figure.aInterval else { continue }
      let dollars = try #require(comparison.figures.first { $0.name + ", of the bill" == figure.name })
      guard case .usd(let amount)? = dollars.a, let ends = dollars.aInterval else { continue }
      let bill = Double(comparison.a.figures.bill.pico)
      #expect(abs(share - Double(amount.pico) / bill) < 1e-12)
      #expect(abs(interval.upperBound - ends.upperBound * 1e12 / bill) < 1e-9)
    }
    #expect(checked >= 4 && ours["Exact response cache"] != theirs["Exact response cache"])
    let text = try fixture.program.run("compare", a.path, b.path)
    #expect(
      text.status == 0 && text.out.contains("Both read the same logs.") && text.out.contains("| cache.ttl | 24h | 1h |")
    )
    let json = try fixture.program.run("compare", a.path, b.path, "--json")
    let object = try JSONDecoder().decode(JSONValue.self, from: Data(json.out.utf8))
    #expect(object["schema"]?.string == "compare/1" && object["a"]?["run_id"]?.string == a.runID)
    #expect(object["figures"]?.elements.count == comparison.figures.count)
    #expect(object["figures"]?.elements.first?["figure"]?.string == "bill")
  }

  @Test("Intervals overlap when they share a point")
  func overlap() {
    var figure = RunComparison.Figure(
      name: "x", a: .share(0.1), b: .share(0.3), aInterval: 0...0.2, bInterval: 0.2...0.4)
    #expect(figure.overlaps == true)
    figure.bInterval = 0.21...0.4
    #expect(figure.overlaps == false)
    figure.bInterval = nil
    #expect(figure.overlaps == nil)
  }
}
