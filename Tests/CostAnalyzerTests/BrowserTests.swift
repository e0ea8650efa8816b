import CostAnalyzer
import Foundation
import Testing

/// Chromium reads the page with every host name unknown to it.
@Suite("Page in a browser", .enabled(if: Browser.path != nil, "SKIPPED: no chromium here (apt-get install chromium)"))
struct BrowserTests {
  @Test("The page is read without an error and without a request to anywhere; its script gives every table its buttons")
  func loads() throws {
    let seen = try Browser().open(SamplePages.text("report.html"))
    #expect(seen.console.isEmpty, "\(seen.console)")
    #expect(seen.requests.isEmpty, "\(seen.requests)")
    let (page, written) = (HTMLReader(seen.dom), HTMLReader(SamplePages.text("report.html")))
    #expect(page.errors.isEmpty)
    #expect(page.all("svg").count == Chart.Kind.allCases.count)
    #expect(page.all("table").count == written.all("table").count && page.all("table").count > 15)
    #expect(page.all("td").map(\.text) == written.all("td").map(\.text))
    #expect(page.all("button").count > 100)
  }

  @Test("Hostile names and questions are text there too")
  func hostile() throws {
    let page = SamplePages.text("report.html", HostileTextTests.built.files)
    let seen = try Browser().open(page)
    #expect(seen.console.isEmpty && seen.requests.isEmpty, "\(seen.console) \(seen.requests)")
    let (read, written) = (HTMLReader(seen.dom), HTMLReader(page))
    #expect(read.errors.isEmpty && read.all("script").count == 1 && read.all("img").isEmpty)
    #expect(read.all("td").map(\.text) == written.all("td").map(\.text))
    #expect(seen.dom.contains("&lt;img src=x onerror=alert(1)&gt;"))
  }

  @Test("At the width of a phone the page does not scroll sideways; tables and charts do, in their boxes")
  func narrow() throws {
    // A copy without the policy, which would not let the measuring script run.
    let script = """
      <script>document.documentElement.dataset.widths = [document.documentElement.scrollWidth, innerWidth,
        [...document.querySelectorAll(".scroll")].filter((box) => box.scrollWidth > box.clientWidth).length].join()</script>
      """
    for files in [SamplePages.full.files, HostileTextTests.built.files] {
      let page = SamplePages.text("report.html", files)
        .replacing(/<meta http-equiv="Content-Security-Policy"[^>]*>/, with: "").replacing(
          "</body>", with: script + "</body>")
      let seen = try Browser().open(page, width: 390)
      let widths =
        HTMLReader(seen.dom).all("html")[0].attributes["data-widths"]?.split(separator: ",").compactMap { Int($0) }
        ?? []
      #expect(widths.count == 3 && widths[0] <= widths[1] && widths[1] <= 500 && widths[2] > 5, "\(widths)")
    }
  }

  @Test("A click on a heading sorts the numbers of its column, unknown ones last")
  func sorts() throws {
    let rows = [("a", "1,000", "1000"), ("b", "–", nil), ("c", "20", "20")].map { name, text, sort in
      "<tr><th scope=\"row\">\(name)</th><td\(sort.map { " data-sort=\"\($0)\"" } ?? "")>\(text)</td></tr>"
    }
    let sort = try #require(ReportTemplates.builtInFiles.first { $0.name == "sort.js" }).content
    func order(clicks: Int) throws -> String {
      let seen = try Browser().open(
        """
        <!DOCTYPE html><title>x</title><table><thead><tr><th scope="col">n</th><th scope="col">v</th></tr></thead>
        <tbody>\(rows.joined())</tbody></table><script>\(sort)
        for (let i = 0; i < \(clicks); i++) document.querySelectorAll("th button")[1].click();</script>
        """)
      return HTMLReader(seen.dom).all("th").filter { $0.attributes["scope"] == "row" }.map(\.text).joined()
    }
    #expect(try order(clicks: 0) == "abc")
    #expect(try order(clicks: 1) == "acb")
    #expect(try order(clicks: 2) == "cab")
  }

  @Test("What is folded up on the screen is on paper")
  func printed() throws {
    guard let pdftotext = CacheServers.which("pdftotext") else {
      print("SKIPPED: the page on paper, there is no pdftotext (apt-get install poppler-utils)")
      return
    }
    let scratch = try Scratch()
    let pdf = scratch.path("page.pdf")
    _ = try Browser().open(SamplePages.text("report.html"), ["--print-to-pdf=\(pdf)"])
    let text = try Program(scratch: scratch).run(pdftotext, ["-layout", pdf, "-"]).out
    #expect(text.contains("minAgreement:") && text.contains("What would we have saved?"))
    #expect(!text.contains("Show as yaml"), "what unfolds on the screen is no word on paper")
  }

  @Test("A page that logs an error or asks for something is seen doing it")
  func control() throws {
    let seen = try Browser().open(
      "<!DOCTYPE html><title>x</title><img src=\"http://canary.example/x.png\"><script>console.error('canary')</script>"
    )
    #expect(seen.console.contains { $0.contains("canary") })
    #expect(seen.requests.contains { $0.contains("canary.example") })
  }
}

/// One load of a page in headless Chromium.
struct Browser {
  struct Seen {
    var dom: String
    /// What the page logged.
    var console: [String]
    /// Addresses asked for, but for those that the browser asks for by itself.
    var requests: [String]
  }

  static let path: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    return ["chromium", "chromium-browser", "google-chrome"].lazy.flatMap { name in folders.map { "\($0)/\(name)" } }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// Hosts that the browser calls for itself.
  private static let own = ["google.com", "googleapis.com", "gvt1.com", "googleusercontent.com", "gstatic.com"]

  /// - Parameter output: what is asked for, in place of the page as it stands after its scripts.
  func open(_ page: String, width: Int = 1280, _ output: [String] = ["--dump-dom"]) throws -> Seen {
    let scratch = try Scratch()
    let file = try scratch.write(page, to: "page.html")
    let program = Program(scratch: scratch)
    let result = try program.run(
      Self.path!,
      [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(scratch.path("profile"))",
        "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
        "--host-resolver-rules=MAP * ~NOTFOUND", "--window-size=\(width),1000", "--hide-scrollbars",
        "--enable-logging=stderr", "--log-net-log=\(scratch.path("net.json"))",
      ] + output + ["file://\(file)"])
    guard result.status == 0 else { throw AnalyzerError(.input, "chromium failed: \(result.error.suffix(500))") }
    let log = String(decoding: try scratch.data("net.json"), as: UTF8.self)
    let addresses = Set(
      log.matches(of: /"url":"([a-z]+:\/\/([^\/":]+)[^"]*)"/).filter { match in
        !Self.own.contains { match.output.2.hasSuffix($0) } && !match.output.1.hasPrefix("file:")
          && !match.output.1.hasPrefix("chrome")
      }.map { String($0.output.1) })
    return Seen(
      dom: result.out, console: result.error.split(separator: "\n").filter { $0.contains(":CONSOLE") }.map(String.init),
      requests: addresses.sorted())
  }
}
