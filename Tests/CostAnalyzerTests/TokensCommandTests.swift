import CostAnalyzer
import Foundation
import Testing

@Suite("Commands on tokens and prompts")
struct TokensCommandTests {
  /// Its home is the scratch folder: nothing is installed there.
  private func program() throws -> Program { Program(scratch: try Scratch()) }

  @Test("analyze tokens counts a file, standard input or lines, and says that it estimates")
  func tokens() throws {
    let program = try program()
    let file = try program.scratch.write("hello world 1.\n", to: "prompt.txt")
    let plain = try program.run(Program.path, ["tokens", file])
    #expect(plain.status == 0 && plain.out == "5 tokens (o200k_base, estimated)\n")
    let piped = try program.run(Program.path, ["tokens", "-", "--model", "claude-sonnet-4-5"], input: file)
    #expect(piped.out == "6 tokens (o200k_base, times 1.135, estimated)\n")
    let json = try program.run(Program.path, ["tokens", file, "--model", "gpt-4", "--json"])
    let object = try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any]
    #expect(object?["encoding"] as? String == "cl100k_base" && object?["is_estimate"] as? Bool == true)
    #expect(object?["bytes"] as? Int == 15 && object?["ratio"] == nil)
    let lines = try program.scratch.write("\"hello world 1.\\n\"\n\"\"\n", to: "lines.jsonl")
    #expect(try program.run(Program.path, ["tokens", lines, "--lines"]).out == "5\n0\n")
    let bad = try program.run(Program.path, ["tokens", file, "--lines"])
    #expect(bad.status == 1 && bad.error.contains("line 1: not a JSON string"))
    #expect(try program.run(Program.path, ["tokens", file, "--encoding", "p50k_base"]).status == 64)
  }

  @Test("analyze setup tokenizers takes files from a folder only when their hashes are right")
  func setup() throws {
    let program = try program()
    let none = try program.run(Program.path, ["setup", "tokenizers", "--from", program.scratch.path])
    #expect(
      none.status == 1 && none.error.contains("has no o200k_base.tiktoken or fb374d419588a4632f3f557e76b4b70aebbca790"))
    for encoding in TokenEncoding.allCases { _ = try program.scratch.write("IQ== 0\n", to: encoding.fileName) }
    let wrong = try program.run(Program.path, ["setup", "tokenizers", "--from", program.scratch.path])
    #expect(wrong.status == 1 && wrong.error.contains("is not the file that was expected; nothing was installed"))
  }

  @Test("analyze evaluate prompts prints a row a level")
  func evaluate() throws {
    let program = try program()
    let file = try program.scratch.write(
      """
      {"prompt":"Please explain,  in order to learn, 5 rivers"}
      {"question":"Translate: please really"}
      "explain dns"

      """, to: "prompts.jsonl")
    let table = try program.run(Program.path, ["evaluate", "prompts", file])
    #expect(table.status == 0 && table.out.hasPrefix("3 prompts, ") && table.out.contains("1 about texts, left alone"))
    let json = try program.run(Program.path, ["evaluate", "prompts", file, "--json", "--threads", "1"])
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any])
    let rows = try #require(object["rows"] as? [[String: Any]])
    #expect(rows.compactMap { $0["level"] as? String } == ["whitespace", "politeness", "wordy", "unsafe"])
    #expect(rows.compactMap { $0["changed"] as? Int }.last == 1)
    #expect(
      rows.allSatisfy { $0["critical"] as? Int == $0["critical_kept"] as? Int && $0["critical_differs"] as? Int == 0 })
    let bad = try program.scratch.write("{\"x\":1}\n", to: "bad.jsonl")
    #expect(try program.run(Program.path, ["evaluate", "prompts", bad]).error.contains("line 1: no prompt"))
  }
}
