import CostAnalyzer
import Foundation
import Testing

/// `analyze embed` and `analyze setup`, spawned as a user runs them.
@Suite("Embedding commands")
struct EmbedCommandTests {
  private struct Fixture {
    let scratch: Scratch
    let program: Program
    let model: TestFolder
    let texts: String

    init() throws {
      scratch = try Scratch()
      program = Program(scratch: scratch)
      model = try TestFolder()
      let table = TinyModel.f32("embedding.weight", [5, 2], [0, 0, 0, 0, 3, 4, 0, 2, 1, 0])
      try model.write(TinyModel.safetensors([table]), as: "model.safetensors")
      let tokens = ["<unk>", "▁", "a", "b", "▁a"]
      try model.write(Array(TinyModel.bytePair(tokens: tokens, merges: [("▁", "a")]).utf8), as: "tokenizer.json")
      texts = try scratch.write("{\"text\":\"a\"}\n{\"text\":\"\"}\n\n{\"id\":7,\"text\":\" a\"}\n", to: "texts.jsonl")
    }
  }

  @Test("Vectors go to a file row by row, and the last line says which model, how many texts and how long")
  func vectors() throws {
    let fixture = try Fixture()
    let out = fixture.scratch.path("v.f32")
    let result = try fixture.program.run("embed", fixture.texts, "--embedder", fixture.model.path, "--out", out)
    #expect(result.status == 0 && result.error.isEmpty)
    let summary = try #require(
      try JSONSerialization.jsonObject(with: Data(result.out.utf8)) as? [String: Any], "one line of JSON")
    #expect((summary["identity"] as? String)?.hasPrefix("wordllama-2-") == true && summary["texts"] as? Int == 3)
    #expect(summary["seconds"] is Double && summary["load_seconds"] is Double && summary["cpu_seconds"] is Double)
    // "a" is ▁a; " a" is ▁ and ▁a.
    let expected: [Float] = [1, 0, 0, 0, 1, 0]
    #expect(try fixture.scratch.data("v.f32") == Data(expected.flatMap { TinyModel.littleEndian($0.bitPattern) }))
  }

  @Test("With --tokens the ids of each text are printed, a line a text")
  func tokens() throws {
    let fixture = try Fixture()
    let result = try fixture.program.run("embed", fixture.texts, "--embedder", fixture.model.path, "--tokens")
    let lines = result.out.split(separator: "\n")
    #expect(lines.dropLast() == ["[4]", "[]", "[1,4]"] && lines.last?.hasPrefix("{") == true)
  }

  @Test("What is missing or wrong is named, with exit code 1")
  func errors() throws {
    let fixture = try Fixture()
    let bad = try fixture.scratch.write("{\"text\":\"a\"}\n{\"txt\":\"a\"}\n", to: "bad.jsonl")
    let none = fixture.scratch.path("none")
    for (arguments, message) in [
      ([bad, "--embedder", fixture.model.path], "bad.jsonl, text 2"),
      ([none, "--embedder", fixture.model.path], "none"),
      ([fixture.texts, "--embedder", none], "none/model.safetensors"),
      ([fixture.texts, "--embedder", fixture.model.path, "--out", none + "/v"], "none/v"),
    ] {
      let result = try fixture.program.run(Program.path, ["embed"] + arguments)
      #expect(result.status == 1 && result.out.isEmpty && result.error.contains(message), "\(result.error)")
    }
    let usage = try fixture.program.run("embed", fixture.texts, "--embedder", fixture.model.path, "--threads", "0")
    #expect(usage.status == 64)
  }

  @Test("Setup without Python says what to install, and leaves nothing")
  func setup() throws {
    let fixture = try Fixture()
    var program = fixture.program
    program.environment = ["PATH": fixture.model.path]
    let models = fixture.scratch.path("models")
    let result = try program.run("setup", "embeddings", "--only", "wordllama", "--dir", models)
    #expect(
      result.status == 1 && result.error.contains("python3 is missing") && result.error.contains("install Python 3"))
    #expect(try fixture.scratch.names("models") == [])
    #expect(try program.run("setup", "embeddings", "--only", "other").status == 64)
  }
}
