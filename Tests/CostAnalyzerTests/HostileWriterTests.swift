import CostAnalyzer
import Foundation
import Testing
import Yams

/// The texts of `HostileTextTests` through the writers that a plain run does not use, read back by parsers of others.
@Suite("Hostile text, read by others")
struct HostileWriterTests {
  private struct Built {
    let scratch: Scratch
    /// By name: those of a night, a plan and a review.
    let files: [String: String]
  }

  private static let built: Built = {
    let scratch = try! Scratch()
    var lines: [TrafficLine] = []
    // Five plain days, so that hostile names are out of line on the sixth.
    for day in 0..<5 { lines += TrafficLine.plain(4).map { line in with(line, minute: day * 1440) } }
    for (index, text) in HostileTextTests.texts.enumerated() {
      // The longest one once: a megabyte takes its time in a debug build.
      for user in 0..<(text.utf8.count > 10_000 ? 1 : 6) {
        var line = TrafficLine()
        (line.model, line.tenant, line.tags) = (text.isEmpty ? "empty" : text, text, [text])
        line.user = user == 0 ? text : "u-\(user)"
        line.question = "Tell me \(["", "", "", "", "more ", "a word "][user])about item \(index): \(text)"
        // Answers to different questions have few words in common.
        line.answer = text + (0..<14).map { " w\((index * 37 + $0 * $0 * 11) % 997)" }.joined()
        line.minute = 6 * 1440 + index * 7 + user
        lines.append(line)
      }
    }
    // Half of a surrogate pair is JSON, and no text.
    let lone = try! TrafficLine().text.replacing("How do I", with: #"lone \ud800 and \udc00 half"#)
      .replacing("\"u-1\"", with: #""u\ud83d""#)
    let log = try! scratch.write(try! TrafficLine.log(lines) + lone, to: "log.jsonl")
    // Every name is shown.
    let config = try! scratch.write("report: {topRows: 1000}\n", to: "options.yaml")
    let program = Program(scratch: scratch)
    let state = scratch.path("state.sqlite")
    var environment = program
    environment.environment["SOURCE_DATE_EPOCH"] = "1768300000"
    for arguments in [
      ["nightly", log, "--config", config, "--out", scratch.path("nights"), "--state", state, "--embedder", "hashed"],
      ["plan", log, "--out", scratch.path("plan"), "--no-state", "--embedder", "hashed"],
      ["judge", log, "--out", scratch.path("review.jsonl"), "--threshold", "0.8", "--embedder", "hashed"],
    ] {
      let result = try! environment.run(Program.path, arguments)
      precondition(result.status == 0, "\(arguments[0]): \(result.error)")
    }
    var files: [String: String] = [:]
    for path in [
      "nights/latest/nightly.md", "nights/latest/nightly.json", "nights/latest/run.json", "nights/latest/report.md",
      "nights/latest/precache.jsonl", "nights/metrics.prom", "plan/plan.md", "plan/plan.json", "plan/litellm.yaml",
      "plan/cache.yaml",
      "review.jsonl",
    ] { files[path] = String(decoding: try! scratch.data(path), as: UTF8.self) }
    return Built(scratch: scratch, files: files)
  }()

  private static func with(_ line: TrafficLine, minute: Int) -> TrafficLine {
    var line = line
    line.minute += minute
    return line
  }

  @Test("JSON and JSON Lines parse, YAML parses, and nothing holds a control or invisible character")
  func parse() throws {
    for (name, text) in Self.built.files {
      #expect(unsafeScalars(in: text).isEmpty, "\(name)")
      if name.hasSuffix(".json") {
        #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) is [String: Any], "\(name)")
      }
      if name.hasSuffix(".jsonl") {
        let lines = text.split(separator: "\n")
        #expect(lines.count > 10, "\(name)")
        for line in lines {
          #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any], "\(name)")
        }
      }
      if name.hasSuffix(".yaml") { #expect(try Yams.load(yaml: text) is [String: Any], "\(name)") }
    }
    let review = try #require(Self.built.files["review.jsonl"])
    #expect(review.contains("</script>") && review.contains("\\u009b31m"))
  }

  @Test("Every line of the metrics is a comment or a sample, with hostile names inside their quotes")
  func metrics() throws {
    let lines = try #require(Self.built.files["nights/metrics.prom"]).split(separator: "\n")
    for line in lines where !line.hasPrefix("# ") {
      #expect(line.wholeMatch(of: /[a-z_]+(\{[a-z]+="([^"\\]|\\["\\n])*"\})? -?[0-9.e+-]+/) != nil, "\(line)")
    }
    #expect(lines.contains { $0.contains("onerror") } && lines.contains { $0.contains(#"quote\"d"#) })
  }

  @Test("A Markdown parser finds no HTML, no foreign link or image, and in every row the cells of its header")
  func markdown() throws {
    let python = checkoutRoot.appendingPathComponent(".build/integrations/markdown/bin/python").path
    guard FileManager.default.isExecutableFile(atPath: python) else {
      print("SKIPPED: Markdown read by a parser, \(python) is not there; scripts/integrations.sh installs it")
      return
    }
    let script = """
      import json, sys
      from markdown_it import MarkdownIt
      found = {}
      for path in sys.argv[1:]:
          tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(open(path, encoding="utf-8", newline="").read())
          problems, texts, cells, header = [], [], 0, 0
          def look(token):
              if token.type in ("html_block", "html_inline", "s_open", "hr"): problems.append(token.type + ": " + token.content[:80])
              if token.type == "link_open" and "://" in token.attrs["href"]: problems.append("link: " + token.attrs["href"])
              if token.type == "image" and not token.attrs["src"].endswith(".svg"): problems.append("image: " + token.attrs["src"])
              if token.type in ("text", "code_inline"): texts.append(token.content)
              for child in token.children or []: look(child)
          for token in tokens: look(token)
          found[path] = {"problems": problems, "text": "\\n".join(texts), "tables": sum(t.type == "table_open" for t in tokens)}
      print(json.dumps(found))
      """
    let path = try Self.built.scratch.write(script, to: "parse.py")
    let names = Self.built.files.keys.filter { $0.hasSuffix(".md") }.sorted()
    let result = try Program(scratch: Self.built.scratch).run(
      python, [path] + names.map { Self.built.scratch.path($0) })
    try #require(result.status == 0, "\(result.error)")
    let found = try #require(try JSONSerialization.jsonObject(with: Data(result.out.utf8)) as? [String: [String: Any]])
    #expect(found.count == 3 && found.values.count { $0["tables"] as? Int ?? 0 > 0 } >= 2)
    for (path, file) in found {
      #expect((file["problems"] as? [String]) == [], "\(path)")
    }
    let night = try #require(found.first { $0.key.hasSuffix("nightly.md") }?.value["text"] as? String)
    // As it was typed, seen by a reader.
    for text in ["<img src=x onerror=alert(1)>", "a|b|c", "`code` ``` fence", "~~gone~~", "=cmd|' /C calc'!A0"] {
      #expect(night.contains(text), "\(text)")
    }
  }
}
