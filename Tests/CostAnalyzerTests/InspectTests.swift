import CostAnalyzer
import Foundation
import Testing

@Suite("Inspection of logs")
struct InspectTests {
  private func inspect(_ lines: [String], all: Bool = true, options: AnalysisOptions = AnalysisOptions()) throws
    -> Inspection
  {
    let folder = try TestFolder()
    let path = try folder.write(Array(lines.map { $0 + "\n" }.joined().utf8), as: "log.jsonl")
    return try Inspection(inputs: [path], all: all, options: options, threads: 1)
  }

  /// Meanings by pointer of the record of a format.
  private func meanings(_ inspection: Inspection, _ format: String) throws -> [String: [String]] {
    let record = try #require(inspection.records.first { $0.format == format })
    return Dictionary(
      uniqueKeysWithValues: record.fields.map { ($0.pointer, ($0.tellsFormat ? ["format"] : []) + $0.meanings) })
  }

  @Test("Every field of a traffic record is read as what the format's page says")
  func traffic() throws {
    let line = trafficLine([
      "id": "\"r\"", "tenant": "\"acme\"", "user": "\"ana\"", "response_model": "\"gpt-4o-mini-x\"", "status": "\"ok\"",
      "latency_ms": "9", "temperature": "0.5", "max_tokens": "77", "override": "false", "service_tier": "\"batch\"",
      "tags": "[\"a\"]", "messages": "[{\"role\":\"user\",\"content\":\"Hi\"}]", "answer": "\"yes\"", "cost_usd": "0.5",
      "gateway_cache": "\"hit\"", "tool_calls": "0", "stream": "true",
      "usage": "{\"input\":10,\"output\":5,\"cache_read\":0,\"reasoning\":2}",
    ])
    let found = try meanings(inspect([line]), "traffic")
    let expected: [String: [String]] = [
      "/schema": ["format"], "/id": ["request id"], "/ts": ["time"], "/tenant": ["tenant"], "/user": ["user"],
      "/model": ["model asked for"], "/response_model": ["model that answered"], "/status": ["status"],
      "/latency_ms": ["latency"], "/temperature": ["temperature"], "/max_tokens": ["longest answer"],
      "/override": ["model chosen by hand"], "/service_tier": ["price tier"], "/tags": ["tags"],
      "/messages": ["messages"], "/answer": ["answer"], "/cost_usd": ["billed cost"],
      "/gateway_cache": ["answered by the gateway's cache"], "/tool_calls": ["tool calls"],
      "/usage/input": ["input tokens"], "/usage/cache_read": ["tokens read from a cache"],
      "/usage/output": ["output tokens", "reasoning tokens"], "/usage/reasoning": ["reasoning tokens"],
    ]
    for (pointer, meanings) in expected { #expect(found[pointer] == meanings, "\(pointer)") }
    #expect(Set(found.keys) == Set(expected.keys), "a field that no format reads (stream) is not shown")
  }

  @Test("Objects that a format takes apart by itself are shown by their members")
  func nested() throws {
    let line =
      #"{"request":{"model":"gpt-4o","user":"u","messages":[{"role":"user","content":"Hi"}],"seed":1},"#
      + #""response":{"id":"c","object":"chat.completion","created":1767600000,"model":"gpt-4o-x","choices":[{"message":{"content":"A"}}],"#
      + #""usage":{"prompt_tokens":30,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":10},"total_tokens":34}}}"#
    let found = try meanings(inspect([line]), "openai-chat")
    let expected: [String: [String]] = [
      "/request/model": ["model asked for"], "/request/user": ["user"], "/request/messages": ["messages"],
      "/response/id": ["request id"], "/response/created": ["time"], "/response/model": ["model that answered"],
      "/response/usage/completion_tokens": ["output tokens"],
      "/response/usage/prompt_tokens_details/cached_tokens": ["input tokens", "tokens read from a cache"],
    ]
    for (pointer, meanings) in expected { #expect(found[pointer] == meanings, "\(pointer)") }
    #expect(found["/response/usage/prompt_tokens"]?.first == "input tokens")
    // More than the two together would be reasoning that the output leaves out.
    #expect(found["/response/usage/total_tokens"] == ["output tokens", "reasoning tokens"])
    #expect(found["/response/usage"] == nil)
  }

  @Test("Where two fields say the same, the one that wins is the one with the meaning")
  func winner() throws {
    let line =
      #"{"id":"l","call_type":"completion","startTime":1767600000,"endTime":1767600001,"status":"success","model":"gpt-4o","#
      + #""response_cost":0.1,"prompt_tokens":10,"completion_tokens":5,"end_user":"","metadata":{"user_api_key_user_id":"u","user_api_key_alias":"u"},"#
      + #""response":{"model":"gpt-4o","usage":{"prompt_tokens":10,"completion_tokens":5}}}"#
    let found = try meanings(inspect([line]), "litellm")
    #expect(found["/metadata/user_api_key_user_id"] == ["user"] && found["/metadata/user_api_key_alias"] == [])
    #expect(found["/response/usage/prompt_tokens"] == ["input tokens"])
    #expect(found["/prompt_tokens"] == [] && found["/status"] == ["status"])
    #expect(found["/response_cost"] == ["format", "billed cost"])
  }

  @Test("Values are one line, short, and withheld where they hold something personal")
  func values() throws {
    let line = trafficLine([
      "user": "\"ana@example.com\"", "tenant": "\"\\u001b[31mred\\n\u{202E}\"",
      "messages": "[{\"role\":\"user\",\"content\":\"\(String(repeating: "word ", count: 100))\"}]",
    ])
    let record = try #require(inspect([line]).records.first)
    func value(_ pointer: String) -> String { record.fields.first { $0.pointer == pointer }?.value ?? "-" }
    #expect(value("/user") == "(withheld: email)")
    #expect(value("/tenant") == "\"\\u{1b}[31mred \\u{202e}\"")
    #expect(value("/messages").hasSuffix("…") && value("/messages").count < 80)
  }

  @Test("What is missing is counted with what it makes impossible, and a full log lacks nothing")
  func gaps() throws {
    let bare = try inspect([trafficLine(["usage": ""]), trafficLine(["user": "\"u\"", "model": "\"nobody\""])])
    let gaps = Dictionary(uniqueKeysWithValues: bare.gaps.map { ($0.missing, "\($0.requests)/\($0.of)") })
    #expect(
      gaps == [
        "prompt text": "2/2", "prices": "1/2", "token counts": "1/2", "users": "1/2", "tenants": "2/2", "tags": "2/2",
        "latencies": "2/2", "billed costs": "2/2", "second priced model": "2/2", "second day": "2/2",
      ])
    let full: [String] = (0..<2).map { day in
      trafficLine([
        "ts": "\"2026-01-0\(day + 1)T00:00:00Z\"", "model": day == 0 ? "\"gpt-4o\"" : "\"gpt-4o-mini\"",
        "user": "\"u\"",
        "tenant": "\"t\"", "tags": "[\"a\"]", "latency_ms": "5", "cost_usd": "1", "answer": "\"A\"",
        "messages": "[{\"role\":\"user\",\"content\":\"Hi\"}]",
      ])
    }
    #expect(try inspect(full).gaps.isEmpty)
    // An error has no answer, and none is missed.
    let failed = try inspect(
      full + [trafficLine(["status": "500", "messages": "[{\"role\":\"user\",\"content\":\"Hi\"}]"])])
    #expect(!failed.gaps.contains { $0.missing == "answers" })
  }

  @Test("Models are listed with the row that prices them, most requests first; own name and no name are one model")
  func models() throws {
    let lines = ["gpt-4o", "gpt-4o", "no-such"].map { trafficLine(["model": "\"\($0)\""]) }
    let inspection = try inspect(lines + [trafficLine(["model": "\"gpt-4o\"", "response_model": "\"gpt-4o\""])])
    #expect(inspection.models.map(\.requests) == [3, 1])
    #expect(inspection.models.map { $0.resolution.row?.name } == ["gpt-4o", nil])
  }

  @Test("A sample reads the beginning of large files and some of many files, and counts what a run would count in it")
  func sample() throws {
    let folder = try TestFolder()
    let line = trafficLine(["answer": "\"\(String(repeating: "x", count: 1000))\""]) + "\n"
    let large = [UInt8](String(repeating: line, count: 4_000).utf8)
    for (name, bytes) in [("a", large), ("b.zst", Pack.zstd(large))] {
      let path = try folder.write(bytes, as: name)
      let part = try Inspection(inputs: [path], all: false, options: AnalysisOptions(), threads: 2)
      #expect(part.isSample && part.filesCutShort == 1 && part.log.rejects.total == 0)
      #expect((900..<1800).contains(part.log.counts.lines), "\(part.log.counts.lines)")
      let whole = try Inspection(inputs: [path], all: true, options: AnalysisOptions(), threads: 2)
      #expect(!whole.isSample && whole.log.counts.lines == 4_000)
    }
    for index in 0..<250 {
      try folder.write(Array((trafficLine(["id": "\"\(index)\""]) + "\n").utf8), as: "many/\(1000 + index)")
    }
    let some = try Inspection(inputs: [folder.path + "/many"], all: false, options: AnalysisOptions(), threads: 2)
    #expect(some.isSample && some.filesFound == 250 && some.filesChosen == 100 && some.log.counts.accepted == 100)
    #expect(
      some.log.inputs.first?.path.hasSuffix("1000") == true && some.log.inputs.last?.path.hasSuffix("1249") == true)
  }

  @Test(
    "Every sample of every format is inspected without a reading that says nothing at all",
    .enabled(if: TestData.hasShared, "SKIPPED: no ../shared/data"))
  func samples() throws {
    let inspection = try Inspection(
      inputs: [try TestData.formats("")], all: true, options: AnalysisOptions(), threads: 2)
    #expect(inspection.records.count >= 2)
    // Calls that are put together from two records: the one with the prompt is shown, and time and model are in the other.
    for record in inspection.records where !["openai-batch", "openai-stored"].contains(record.format) {
      let meanings = Set(record.fields.flatMap(\.meanings))
      #expect(meanings.isSuperset(of: ["time"]), "\(record.format)")
      let needsModel = meanings.contains("needed: else it is no request")
      #expect(
        needsModel || record.format == "sglang" || meanings.contains { $0.hasPrefix("model") }, "\(record.format)")
      #expect(Set(record.fields.map(\.pointer)).count == record.fields.count, "\(record.format): a field twice")
    }
  }

  @Test("The command prints both shapes, says that it read a sample, and fails where nothing is a request")
  func command() throws {
    let scratch = try Scratch()
    let program = Program(scratch: scratch)
    let log = try scratch.write(trafficLine() + "\nnot json\n", to: "log.jsonl")
    let text = try program.run("inspect", log)
    #expect(text.status == 0 && text.out.contains("/usage/input = 10\n    -> input tokens"))
    #expect(text.out.contains("1 bad_json: not valid JSON\n    \(log):2") && text.out.contains("50.0 %  traffic"))
    #expect(text.out.contains("gpt-4o-mini: 1 request\n") && text.out.contains("no answers") == false)
    let json = try program.run("inspect", log, "--json", "--all").out
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect(object["requests"] as? Int == 1 && object["is_sample"] as? Bool == false)
    let nothing = try scratch.write("{}\n", to: "nothing.jsonl")
    #expect(try program.run("inspect", nothing).status == 1)
    #expect(try program.run("inspect", scratch.path("none")).status == 1)
    #expect(try program.run("inspect").status == 64)
  }
}
