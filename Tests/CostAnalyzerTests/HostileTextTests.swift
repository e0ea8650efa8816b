import CostAnalyzer
import Foundation
import Testing

/// Every hostile text as model, user, tenant, tag, question and answer, through a whole run.
@Suite("Hostile text")
struct HostileTextTests {
  static let texts: [String] = [
    "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", "  =1+1", "\u{FF1D}1+1", "x;=1+1", "%0A=1", "|=1",
    "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\u{1B}[31mred\u{1B}[0m", "\u{9B}31mred",
    "\u{7}bell",
    "\u{1B}]8;;http://evil\u{7}link\u{1B}]8;;\u{7}", "\u{202E}gnp.exe", "zero\u{200B}width\u{FEFF}", "a|b|c",
    "`code` ``` fence",
    "x](http://evil.example)", "![x](http://evil.example/a.png)", "http://evil.example/a www.evil.example",
    "<http://evil.example>",
    "line\nfeed\r\nreturn\u{2028}separator", "quote\"d 'single' \"", "a,b,,c", "nul\u{0}nul",
    "comma,\u{301} quote\"\u{301}", "\\", "# head", "---",
    "{{template}} ${x} %s %n", "&lt;b&gt; &amp;", "\u{E0041}\u{E0042}tags", "* item", "$$math$$", "~~gone~~", "",
    "[ref]: http://evil.example", String(repeating: "long text, with commas and 'quotes'; ", count: 28_000),
  ]

  static let log: String = {
    var lines: [TrafficLine] = []
    for (index, text) in texts.enumerated() {
      for repeated in 0..<4 {
        var line = TrafficLine()
        line.model = text.isEmpty ? "empty" : text
        line.user = repeated == 0 ? text : "\(text)\(repeated)"
        line.tenant = text
        line.tags = [text, "t"]
        line.question = "Tell me about item \(index): \(text)"
        line.answer = "The answer about item \(index) is long enough to compare: \(text)"
        line.minute = index * 5 + repeated + (repeated == 3 ? 1440 : 0)
        lines.append(line)
      }
      var bare = TrafficLine()
      bare.question = text
      bare.answer = text
      bare.minute = index
      lines += (0..<4).map { number in
        bare.user = "bare-\(number)"
        bare.minute += 1
        return bare
      }
    }
    return try! TrafficLine.log(lines) + "not json \u{1B}[31m\n"
  }()

  struct Built {
    var analysis: Analysis
    var files: [String: Data]
  }

  static let built: Built = {
    let scratch = try! Scratch()
    let (analysis, files) = try! report(of: [scratch.write(log, to: "=1|<b>`[x](http%3A).jsonl")])
    return Built(analysis: analysis, files: files)
  }()

  @Test("The log is read whole, and its texts reach the tables")
  func reachesTheReport() throws {
    #expect(Self.built.analysis.log.counts.accepted == Self.texts.count * 8)
    let users = column("user", of: parseCSV(try #require(Self.built.files["users.csv"])))
    #expect(users.contains("'=cmd|' /C calc'!A0") && users.contains("'-1") && users.contains("a,b,,c"))
    let questions = column("question", of: parseCSV(try #require(Self.built.files["clusters.csv"])))
    #expect(questions.contains { $0.contains("onerror") } && questions.contains { $0.contains("comma") })
    #expect(try #require(Self.built.files["precache.jsonl"]).count > 1000)
    #expect(String(decoding: try #require(Self.built.files["report.md"]), as: UTF8.self).contains("cmd\\|"))
  }

  @Test("Every row of every CSV file has the columns of its header")
  func rectangular() {
    for (name, data) in Self.built.files where name.hasSuffix(".csv") {
      let rows = parseCSV(data)
      #expect(!rows.isEmpty)
      for row in rows { #expect(row.count == rows[0].count, "\(name): \(row)") }
      for cell in rows.joined() {
        #expect(!cell.contains("<stray quote>") && !cell.contains("<no line end>"), "\(name): \(cell)")
      }
    }
  }

  @Test("No cell of a CSV file begins a formula, also for a spreadsheet that splits at semicolons")
  func noFormula() {
    let starts = "=+-@|%＝＋－＠".unicodeScalars
    for (name, data) in Self.built.files where name.hasSuffix(".csv") {
      let rows = parseCSV(data)
      for row in rows.dropFirst() {
        for (title, cell) in zip(rows[0], row) {
          // Our own figures may be negative.
          if title.hasSuffix("_usd"), Double(cell) != nil { continue }
          for part in [cell[...]] + cell.split(separator: ";") {
            let first = part.unicodeScalars.first { !$0.properties.isWhitespace && $0 != "\"" }
            #expect(first.map { !starts.contains($0) } ?? true, "\(name) \(title): \(cell.prefix(60))")
          }
        }
      }
    }
  }

  @Test("Python's csv module reads the same cells")
  func pythonAgrees() throws {
    let scratch = try Scratch()
    let program = Program(scratch: scratch)
    guard try program.shell("python3 -c 'import csv'").status == 0 else { return }
    let script = """
      import csv, json, sys
      print(json.dumps([list(csv.reader(open(name, encoding='utf-8', newline=''), strict=True)) for name in sys.argv[1:]]))
      """
    let path = try scratch.write(script, to: "read.py")
    let tables = Self.built.files.filter { $0.key.hasSuffix(".csv") }.sorted { $0.key < $1.key }
    for (name, data) in tables { try data.write(to: URL(fileURLWithPath: scratch.path(name))) }
    let result = try program.shell(
      "python3 '\(path)' \(tables.map { "'\(scratch.path($0.key))'" }.joined(separator: " "))")
    #expect(result.status == 0, "\(result.error)")
    let read = try JSONDecoder().decode([[[String]]].self, from: Data(result.out.utf8))
    for ((name, data), rows) in zip(tables, read) { #expect(rows == parseCSV(data), "\(name)") }
    #expect(read.count == tables.count)
  }

  @Test("No file holds a control character or an invisible one")
  func noControlCharacters() {
    for (name, data) in Self.built.files {
      #expect(String(validating: data, as: UTF8.self) != nil, "\(name) is not UTF-8")
      #expect(unsafeScalars(in: String(decoding: data, as: UTF8.self)).isEmpty, "\(name)")
    }
  }

  @Test("The Markdown has no HTML, no live link or image, and tables keep their columns")
  func markdownIsInert() throws {
    let text = String(decoding: try #require(Self.built.files["report.md"]), as: UTF8.self)
    #expect(!text.contains("<"))
    var columns: Int?
    var isFenced = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") { isFenced.toggle() }
      if isFenced || line.hasPrefix("```") { continue }
      // Our own images, which lie beside the report.
      if let image = line.wholeMatch(of: /!\[[A-Za-z0-9 ,%]+\]\((charts\/[a-z]+\.svg)\)/) {
        #expect(Self.built.files[String(image.output.1)] != nil)
        continue
      }
      // Without escaped characters and our own code spans, what is left is what a renderer acts on.
      let live = line.replacing(/\\[\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]/, with: "").replacing(/`[^`]*`/, with: "")
      for markup in ["`", "[", "](", "://", "www.", "~~", "$$", "mailto:"] {
        #expect(!live.contains(markup), "\(markup) in \(line.prefix(200))")
      }
      guard line.hasPrefix("|") else {
        columns = nil
        continue
      }
      let pipes = live.count { $0 == "|" }
      #expect(pipes == columns ?? pipes, "\(line.prefix(200))")
      columns = pipes
    }
  }

  @Test("Every line of the pre-cache list is JSON with the text as it was")
  func precacheIsLossless() throws {
    let data = try #require(Self.built.files["precache.jsonl"])
    var questions: Set<String> = []
    for line in data.split(separator: 10) {
      let object = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
      #expect(object["schema"] as? String == PrecacheList.schema)
      questions.insert(try #require(object["question"] as? String))
    }
    #expect(questions.contains { $0.contains("\u{9B}31m") } && questions.contains { $0.contains("\u{202E}gnp") })
    #expect(questions.contains { $0.contains("nul\u{0}nul") })
  }

  @Test("The terminal sees no control character, in the summary, in JSON or in errors")
  func terminalIsSafe() throws {
    let scratch = try Scratch()
    let program = Program(scratch: scratch)
    let log = try scratch.write(TrafficLine.log(TrafficLine.plain(6)) + "bad\n", to: "log\u{1B}[31m\u{9B}x.jsonl")
    let results = [
      try program.run("run", log, "--out", scratch.path("a\u{1B}[1m"), "--only", "ledger", "--timings"),
      try program.run("run", log, "--out", scratch.path("b"), "--json"),
      try program.run("run", scratch.path("none\u{1B}[2J"), log, "--out", scratch.path("c"), "--only", "ledger"),
      try program.run("run", scratch.path("none\u{1B}[2J"), "--out", scratch.path("d")),
      try program.run("run", try scratch.write("{\u{1B}\n", to: "bad\u{7}.jsonl"), "--out", scratch.path("e")),
      try program.run("run", log, "--ttl", "\u{1B}[31m"), try program.run("run", log, "--\u{1B}[31m"),
      try program.run("\u{9B}31m"),
      try program.run("run", log, "--config", try scratch.write("\"\\e[31m\": 1\n", to: "bad.yaml")),
      try program.run("prices", "gpt-4o", "\u{1B}[31m\u{202E}"), try program.run("history"),
      try program.run("generate", "--requests", "5", "--out", scratch.path("g\u{1B}[31m.jsonl")),
    ]
    for (index, result) in results.enumerated() {
      #expect(
        unsafeScalars(in: result.out + result.error).isEmpty,
        "\(index): \(result.out.debugDescription) \(result.error.debugDescription)")
      #expect(!(result.out + result.error).isEmpty, "\(index)")
    }
  }
}
