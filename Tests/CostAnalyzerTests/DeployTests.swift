import CostAnalyzer
import Foundation
import Testing

@Suite("Deploying a pre-cache list")
struct DeployTests {
  private static func entry(
    _ question: String, model: String = "gpt-4o", group: String = "g1", variants: [String] = [], ttl: String = "6h",
    schema: String = PrecacheList.schema
  ) throws -> String {
    let object: [String: Any] = [
      "schema": schema, "rank": 1, "key": "00ff", "group": group, "model": model, "question": question,
      "normalized_question": question.lowercased(), "variants": variants, "answer": "Because of \(question)",
      "requests": 9,
      "users": 4, "saved_usd": "0.1", "answer_agreement": 1.0, "suggested_ttl": ttl, "first_seen": "2026-01-05",
      "last_seen": "2026-01-06",
    ]
    return String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self) + "\n"
  }

  private static func message(_ body: () throws -> Void) -> String {
    do { try body() } catch let error as AnalyzerError { return error.message } catch { return "\(error)" }
    return ""
  }

  @Test("A list is read whole or not at all: another manifest, another schema, keys alone and broken lines are refused")
  func checks() throws {
    let scratch = try Scratch()
    let good = try Self.entry("Why?") + Self.entry("How?")
    let path = try scratch.write(good, to: "precache.jsonl")
    #expect(try DeployList(path: path).entries.map(\.question) == ["Why?", "How?"])
    #expect(try DeployList(path: path).manifest == nil)
    for (text, reason) in [
      (good + "{}\n", "line 3 is no entry"), (good + (try Self.entry("x", schema: "precache/1")), "line 3 is no entry"),
      (try Self.entry("x", schema: PrecacheList.keysSchema), "holds keys without answers"), ("not json\n", "line 1"),
    ] {
      let path = try scratch.write(text, to: "bad.jsonl")
      #expect(Self.message { _ = try DeployList(path: path) }.contains(reason), "\(text)")
    }
    #expect(Self.message { _ = try DeployList(path: scratch.path("none")) }.contains("cannot read"))
    _ = try scratch.write("{}", to: "precache.manifest.json")
    #expect(Self.message { _ = try DeployList(path: path) }.contains("is no manifest"))
  }

  @Test("The manifest of a report belongs to its list, and to no other")
  func manifest() throws {
    let scratch = try Scratch()
    let files = try report(of: [scratch.write(TrafficLine.log(TrafficLine.plain()), to: "log.jsonl")]).files
    for name in ["precache.jsonl", "precache.manifest.json"] {
      try #require(files[name]).write(to: URL(fileURLWithPath: scratch.path(name)))
    }
    let list = try DeployList(path: scratch.path("precache.jsonl"))
    #expect(list.manifest?.entries == list.entries.count && !list.entries.isEmpty)
    let other = try #require(files["precache.jsonl"]) + Data("\n".utf8)
    try other.write(to: URL(fileURLWithPath: scratch.path("precache.jsonl")))
    #expect(Self.message { _ = try DeployList(path: scratch.path("precache.jsonl")) }.contains("is not the list"))
  }

  @Test("Entries of one model in several groups are loaded group by group only")
  func groups() throws {
    let scratch = try Scratch()
    let text = try Self.entry("a") + Self.entry("b", group: "g2") + Self.entry("c", model: "other", group: "g3")
    let list = try DeployList(path: scratch.write(text, to: "list.jsonl"))
    #expect(Self.message { _ = try list.entries(ofGroups: []) }.contains("g1 (1 entries), g2 (1 entries)"))
    #expect(try list.entries(ofGroups: ["g2", "g3"]).map(\.question) == ["b", "c"])
    #expect(Self.message { _ = try list.entries(ofGroups: ["g9"]) }.contains("no group g9"))
  }

  @Test("Records: a key for each wording, the first of equal keys, lifetimes in seconds")
  func records() throws {
    let scratch = try Scratch()
    let text =
      try Self.entry("Why?", variants: ["why", "How?"]) + Self.entry("How?", ttl: "inf")
      + Self.entry("When?", ttl: "7d")
    let entries = try DeployList(path: scratch.write(text, to: "list.jsonl")).entries
    var records = CacheRecords(now: 1_800_000_000)
    records.prefix = "faq:"
    let found = try records.of(entries)
    // printf 'gpt-4o\nWhy?' | sha256sum
    #expect(found[0].key == "faq:678452d391ea5f39750590cd6dca3308691fbd05fce6ee7f0e1fc2957125343a")
    #expect(found.count == 4 && found.map(\.seconds) == [21_600, 21_600, 21_600, 604_800])
    #expect(found[0].value == found[1].value && found[0].value.contains(#""answer":"Because of Why?""#))
    records.format = .litellm
    let value = try #require(
      try JSONSerialization.jsonObject(with: Data(try records.of(entries)[0].value.utf8)) as? [String: Any])
    #expect(value["timestamp"] as? Int == 1_800_000_000)
    let completion = try JSONSerialization.jsonObject(with: Data((value["response"] as? String ?? "").utf8))
    #expect((completion as? [String: Any])?["object"] as? String == "chat.completion")
  }

  @Test("Keys are those that a LiteLLM proxy made of the same requests")
  func litellmKeys() throws {
    func key(_ question: String, system: String? = nil, _ parameters: String...) throws -> String {
      let scratch = try Scratch()
      let entries = try DeployList(path: scratch.write(Self.entry(question), to: "list.jsonl")).entries
      var records = CacheRecords(now: 0)
      records.format = .litellm
      records.litellm.system = system
      for text in parameters { try records.litellm.add(parameter: text) }
      return try records.of(entries)[0].key
    }
    // Read off the header x-litellm-cache-key of a proxy of litellm 1.108.7 with a Redis cache.
    #expect(
      try key("What's \"up\"?\n ü 😀", "temperature=0")
        == "650d0355f5eebc40fcbc7647d9857e286ff2b12357467b84f8476928a83e4d73")
    #expect(
      try key("hi", system: "Be brief.", "max_tokens=50", "temperature=0.2")
        == "b8166d2d9e6bed482c01cc2ded2af1511e868c23cf0c5462c60d228e07158a9d")
    #expect(try key("seeded?") == "06c81683ca50b55dd16ce839839e8a2f2474d51294c056ec29d5f2fe35756237")
    var request = LiteLLMRequest()
    for text in ["temperature", "=1", "model=x", "messages=[]", "stream=true"] {
      #expect(Self.message { try request.add(parameter: text) }.contains("--param"), "\(text)")
    }
  }

  @Test("Values are written as Python writes them")
  func python() throws {
    let scratch = try Scratch()
    let program = Program(scratch: scratch)
    guard try program.shell("python3 -c 'import json'").status == 0 else {
      print("SKIPPED: Python's text of values, there is no python3")
      return
    }
    var random = SeededRandom(seed: 5)
    let alphabet: [Unicode.Scalar] = [
      "a", " ", "'", "\"", "\\", "\n", "\r", "\t", "\u{0}", "\u{1b}", "\u{7f}", "\u{85}", "\u{a0}", "\u{ad}", "é", "ß",
      "\u{301}",
      "\u{200b}", "\u{2028}", "\u{3000}", "答", "\u{feff}", "\u{e000}", "😀", "\u{10fffd}", "\u{e0041}", "$", "{", "]",
      ",",
    ]
    let texts = (0..<2_000).map { _ in
      var text = String.UnicodeScalarView()
      for _ in 0..<random.next() % 8 { text.append(alphabet[Int(random.next() % UInt64(alphabet.count))]) }
      return String(text)
    }
    let numbers = [
      "0", "1", "-3", "0.2", "0.20", "1.0", "1e3", "1e-5", "0.00012", "1E+2", "12345678901234567", "1e16", "1.5e300",
      "0.1", "-0.5",
      "100.0", "2.5e-7", "123456789.125",
    ]
    let others = ["true", "false", "null", "\"a'b\"", "[\"a\", \"b'\"]"]
    try JSONEncoder().encode(texts).write(to: URL(fileURLWithPath: scratch.path("texts.json")))
    try JSONEncoder().encode(numbers + others).write(to: URL(fileURLWithPath: scratch.path("values.json")))
    let script = """
      import json, sys
      sys.stdout.reconfigure(encoding="utf-8")
      print(json.dumps([repr(t) for t in json.load(open(sys.argv[1], encoding="utf-8"))]
        + [str(json.loads(v)) for v in json.load(open(sys.argv[2], encoding="utf-8"))]))
      """
    let path = try scratch.write(script, to: "repr.py")
    let result = try program.shell("python3 '\(path)' '\(scratch.path("texts.json"))' '\(scratch.path("values.json"))'")
    try #require(result.status == 0, "\(result.error)")
    let theirs = try JSONDecoder().decode([String].self, from: Data(result.out.utf8))
    let ours = texts.map { PythonValue.string($0).description } + (numbers + others).map { PythonValue(json: $0).text }
    #expect(theirs.count == ours.count)
    for (mine, other) in zip(ours, theirs) { #expect(mine == other) }
    #expect(PythonValue(json: "high").text == "high" && PythonValue(json: "{\"a\":1}").text == "{\"a\":1}")
  }

  @Test("Addresses of Redis servers, and what is none")
  func addresses() throws {
    let full = try RedisAddress("redis://me:s%40crt@cache.example:6380/3")
    #expect(full.host == "cache.example" && full.port == 6380 && full.database == 3)
    #expect(full.user == "me" && full.password == "s@crt" && full.description == "redis://cache.example:6380/3")
    let bare = try RedisAddress("redis://localhost")
    #expect(bare.port == 6379 && bare.database == 0 && bare.user == nil && bare.password == nil)
    let secret = try RedisAddress("redis://:pw@[::1]:7000")
    #expect(secret.host == "::1" && secret.port == 7000 && secret.user == nil && secret.password == "pw")
    for text in [
      "", "localhost", "http://x", "redis://", "redis://h/x", "redis://h/1/2", "redis://h/-1", "redis://h:70000",
    ] {
      #expect(throws: AnalyzerError.self, "\(text)") { try RedisAddress(text) }
    }
    #expect(Self.message { _ = try RedisAddress("rediss://h") }.contains("TLS"))
  }

  @Test("Replies come out the same wherever the stream is cut, and what is no reply is an error")
  func replies() throws {
    let stream = Array("+OK\r\n-ERR no\r\n:-12\r\n$5\r\na\r\nbc\r\n$-1\r\n$0\r\n\r\n+\r\n".utf8)
    let expected: [RedisReply] = [
      .simple("OK"), .failure("ERR no"), .integer(-12), .bulk(Array("a\r\nbc".utf8)), .bulk(nil), .bulk([]),
      .simple(""),
    ]
    for cut in 0...stream.count {
      var found: [RedisReply] = []
      var received: [UInt8] = []
      var place = 0
      for part in [stream[..<cut], stream[cut...]] {
        received += part
        while place < received.count, let (reply, length) = try RedisReply.parse(received[place...]) {
          found.append(reply)
          place += length
        }
      }
      #expect(found == expected && place == stream.count, "cut at \(cut)")
    }
    for text in ["HTTP/1.1 400\r\n", "*1\r\n", ":x\r\n", "$x\r\n", "$-2\r\n", "$99999999999\r\n"] {
      #expect(throws: AnalyzerError.self, "\(text)") { try RedisReply.parse(Array(text.utf8)[...]) }
    }
  }
}
