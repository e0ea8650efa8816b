import CostAnalyzer
import Testing

@Suite("API keys")
struct KeyColumnTests {
  private static func line(_ id: String, key: String?) -> String {
    trafficLine(["id": "\"\(id)\"", "key": key.map { "\"\($0)\"" } ?? ""])
  }

  private static func keys(_ log: RequestLog) -> [String] {
    (0..<log.keys.count).map { log.keyNames[Int(log.keys[$0])] }
  }

  @Test("each request has the key of its record, or of another one with its id; a log without keys has no column")
  func traffic() throws {
    let log = try Ingest.read(lines: [
      Self.line("a", key: nil), Self.line("b", key: "batch"), Self.line("c", key: nil), Self.line("a", key: "web"),
      Self.line("b", key: "other"), Self.line("d", key: "batch"), Self.line("e", key: ""),
    ])
    #expect(Self.keys(log) == ["web", "batch", "", "batch", ""] && log.keyNames.count == 4)
    let without = try Ingest.read(lines: [Self.line("a", key: nil), Self.line("b", key: nil)])
    #expect(without.keys.count == 0 && without.keyNames.isEmpty)
  }

  @Test("The bill by key adds up to the bill, requests without a key among them; without keys there is none")
  func bill() throws {
    let paid = [("web", 3), ("batch", 1), ("web", 2), (nil, 4)]
    let lines = paid.enumerated().map { index, call in
      trafficLine([
        "id": "\"\(index)\"", "key": call.0.map { "\"\($0)\"" } ?? "", "cost_usd": "\(call.1)",
      ])
    }
    let usd: Int128 = 1_000_000_000_000
    let ledger = Ledger(try Ingest.read(lines: lines))
    #expect(ledger.keys.map(\.name) == ["web", "", "batch"] && ledger.keys.map(\.row.cost) == [5 * usd, 4 * usd, usd])
    #expect(ledger.keys.reduce(0) { $0 + $1.row.requests } == ledger.total.requests)
    #expect(Ledger(try Ingest.read(lines: [trafficLine()])).keys.isEmpty)
  }

  @Test("keys do not depend on threads or the split into blocks", arguments: [1, 2, 4])
  func threads(threads: Int) throws {
    var random = TestRandom(7)
    let padding = String(repeating: "x", count: 900)
    var lines: [String] = []
    var expected: [String] = []
    for index in 0..<1500 {
      let key = Int.random(in: 0..<3, using: &random) == 0 ? nil : "key-\(Int.random(in: 0..<40, using: &random))"
      lines.append(trafficLine(["id": "\"\(index)\"", "key": key.map { "\"\($0)\"" } ?? "", "pad": "\"\(padding)\""]))
      expected.append(key ?? "")
    }
    let log = try Ingest.read(lines: lines, threads: threads)
    #expect(Self.keys(log) == expected)
  }

  @Test("LiteLLM: the alias, else the hash; a wrapper that is taken out takes its key with it")
  func formats() throws {
    func litellm(_ id: String, _ metadata: String) -> String {
      #"{"id":"\#(id)","call_type":"c","startTime":1767600000,"response_cost":0.1,"model":"gpt-4o","metadata":{\#(metadata)}}"#
    }
    let log = try Ingest.read(lines: [
      litellm("1", #""user_api_key_alias":"web","user_api_key_hash":"88dc""#),
      litellm("2", #""user_api_key_hash":"77""#),
      litellm("3", ""),
    ])
    #expect(Self.keys(log) == ["web", "77", ""])
    func spendLog(_ id: String, _ key: String, _ metadata: String) -> String {
      #"{"request_id":"\#(id)","call_type":"c","api_key":"\#(key)","spend":0.1,"startTime":"2026-01-05T08:00:00Z","model":"gpt-4o","prompt_tokens":1,"completion_tokens":1,"metadata":{\#(metadata)}}"#
    }
    let table = try Ingest.read(lines: [
      spendLog("1", "88dc", #""user_api_key_alias":"web""#), spendLog("2", "77", ""), spendLog("3", "", ""),
    ])
    #expect(Self.keys(table) == ["web", "77", ""])
    func portkey(_ id: String, _ key: String) -> String {
      #"{"id":"\#(id)","created_at":"2026-01-05T08:00:00Z","ai_org":"openai","ai_model":"gpt-4o-mini","req_units":1,"res_units":1,"cost":0.002,"api_key_id":\#(key),"metadata":{}}"#
    }
    #expect(Self.keys(try Ingest.read(lines: [portkey("1", #""pk""#), portkey("2", "null")])) == ["pk", ""])
    func observation(_ id: String, parent: String) -> String {
      #"{"id":"\#(id)","trace_id":"t","type":"GENERATION","parent_observation_id":"\#(parent)","start_time":"2026-01-05 08:00:00","provided_model_name":"gpt-4o-mini","usage_details":{"input":1,"output":1}}"#
    }
    let mixed = try Ingest.read(lines: [
      observation("outer", parent: ""), Self.line("a", key: "web"), observation("inner", parent: "outer"),
    ])
    #expect(Self.keys(mixed) == ["web", ""] && mixed.counts.accepted == 2)
  }
}
