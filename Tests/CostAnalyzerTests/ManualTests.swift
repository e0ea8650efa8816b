import CostAnalyzer
import Foundation
import Testing

@Suite("Manual page")
struct ManualTests {
  private static func manual(_ scratch: Scratch) throws -> String {
    var program = Program(scratch: scratch)
    program.environment["SOURCE_DATE_EPOCH"] = "1767225600"
    return try program.run("manual").out
  }

  @Test("It has every command with all its flags, and a date that can be fixed")
  func complete() throws {
    let scratch = try Scratch()
    let page = try Self.manual(scratch)
    #expect(page.hasPrefix(".Dd January 1, 2026\n.Dt ANALYZE 1\n"))
    let sections = page.components(separatedBy: "\n.Ss ").dropFirst()
    #expect(sections.count > 20)
    let program = Program(scratch: scratch)
    for section in sections {
      let command = section.prefix { $0 != "\n" }.split(separator: " ").map(String.init)
      let help = try program.run(Program.path, command + ["--help"])
      #expect(help.status == 0, "\(command)")
      for flag in Set(help.out.matches(of: /--([a-z][a-z-]+)/).map { String($0.output.1) }).subtracting([
        "help", "version",
      ]) {
        #expect(section.contains("Fl -\(flag)") || section.contains("--\(flag)"), "\(command) --\(flag)")
      }
    }
  }

  @Test("mandoc and man take it without a warning")
  func lint() throws {
    let scratch = try Scratch()
    let path = try scratch.write(try Self.manual(scratch), to: "analyze.1")
    let program = Program(scratch: scratch)
    if CacheServers.which("mandoc") == nil && CacheServers.which("man") == nil {
      print("SKIPPED: the manual page's form, there is neither mandoc nor man")
      return
    }
    if CacheServers.which("mandoc") != nil {
      let lint = try program.shell("mandoc -T lint -W warning '\(path)'")
      #expect(lint.status == 0 && lint.out.isEmpty, "\(lint.out)")
    }
    if CacheServers.which("man") != nil {
      let shown = try program.shell("MANWIDTH=100 man --warnings -l '\(path)' | col -b")
      #expect(shown.status == 0 && shown.error.isEmpty && shown.out.contains("nightly"), "\(shown.error)")
    }
  }
}
