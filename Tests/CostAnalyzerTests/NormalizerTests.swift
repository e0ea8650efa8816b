import CostAnalyzer
import Testing

@Suite struct NormalizerTests {
  private func normalized(_ text: String) throws -> String { try TextNormalizer().normalized(text) }

  @Test(
    "the normalised key of a question",
    arguments: [
      ("What is AI?", "what is ai"),
      ("  what   IS\tai ", "what is ai"),
      ("Please, what is AI? Thanks!", "what is ai"),
      ("Hey, can you tell me what is AI", "what is ai"),
      ("quick question - what is AI", "what is ai"),
      ("ＷＨＡＴ　ｉｓ ＡＩ？", "what is ai"),
      ("Bitte, was ist KI?", "was ist ki"),
      ("¿Qué es la IA?", "qué es la ia"),
      ("how do I use C#", "how do i use c#"),
      ("is 5% more than -3", "is 5% more than -3"),
      ("How do you say please in French", "how do you say please in french"),
      ("How do you say thanks", "how do you say thanks"),
      ("Translate: \"thank you\"", "translate: \"thank you"),
      ("can you please tell me what is AI", "what is ai"),
      ("how do I please customers", "how do i please customers"),
      ("please", "please"),
      ("thanks!", "thanks"),
      ("", ""),
      ("???", ""),
      ("pleased to meet you", "pleased to meet you"),
    ])
  func examples(_ raw: String, _ expected: String) throws { #expect(try normalized(raw) == expected) }

  @Test("a text of a million fillers takes linear time and keeps its last ones")
  func longFillers() throws {
    #expect(try normalized(String(repeating: "please ", count: 200_000)) == "please")
    #expect(try TextNormalizer(extraFillers: ["", "  ", "yo"]).normalized("yo what is AI") == "what is ai")
  }

  @Test("normalising twice changes nothing")
  func idempotent() throws {
    let words = [
      "Please", "can", "you", "tell", "me", "what", "IS", "é", "ﬁ", "—", "!", "thanks", "  ", "5%", "hello", "so", "…",
      "\u{3000}",
    ]
    let normalizer = try TextNormalizer()
    var rng = SeededGenerator(1)
    for _ in 0..<2_000 {
      let text = (0..<Int.random(in: 0...9, using: &rng)).map { _ in words.randomElement(using: &rng)! }
        .joined(separator: [" ", "", "  "].randomElement(using: &rng)!)
      let once = normalizer.normalized(text)
      #expect(normalizer.normalized(once) == once, "\(text)")
    }
  }

  @Test("each step keeps what the step before it joined")
  func stepsOnlyMerge() throws {
    let context = try SampleLogs.context(try SampleLogs.generated(requests: 800, seed: 3))
    let prompts = context.log.prompts.prompts
    for step in 0..<(NormalizationStep.allCases.count - 2) {
      var next: [UInt64: UInt64] = [:]
      for prompt in prompts {
        let later = next[prompt.stepKeys[step]]
        #expect(later == nil || later == prompt.stepKeys[step + 1])
        next[prompt.stepKeys[step]] = prompt.stepKeys[step + 1]
      }
    }
  }

  @Test("requests of different scope, or with other turns before, never share a key")
  func scopes() throws {
    func key(_ extra: String, model: String = "gpt-4o", messages: String? = nil) throws -> UInt32 {
      let base = SampleLogs.line(
        1, time: 1_767_600_000, user: 1, model: "gpt-4o", question: "what is ai", input: 1, output: 1)
      let variant = """
        {"schema":"traffic/1","id":"r2","ts":1767600001,"user":"u1","model":"\(model)","messages":\
        \(messages ?? #"[{"role":"system","content":"s"},{"role":"user","content":"What is AI?"}]"#),"usage":{"input":1,"output":1}\(extra)}
        """
      let context = try SampleLogs.context(try SampleLogs.file(base + "\n" + variant))
      #expect(context.cache.trace.count == 2)
      return context.cache.trace.keys[1]
    }
    #expect(try key("") == 0)
    #expect(try key("", model: "gpt-4o-mini") == 1)
    #expect(try key(#","tools":[{"name":"x"}]"#) == 1)
    #expect(try key(#","response_format":"json""#) == 1)
    #expect(try key(#","temperature":0.5"#) == 1)
    #expect(try key(#","parameters":{"n":2}"#) == 1)
    #expect(try key(#","parameters":{"unknown":2}"#) == 0)
    #expect(try key(#","tenant":"other""#) == 1)
    #expect(
      try key("", messages: #"[{"role":"system","content":"other"},{"role":"user","content":"What is AI?"}]"#) == 1)
    #expect(
      try key(
        "",
        messages:
          #"[{"role":"system","content":"s"},{"role":"user","content":"hi"},{"role":"assistant","content":"hi"},{"role":"user","content":"What is AI?"}]"#
      ) == 1)
    #expect(
      try key(
        "",
        messages: #"[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"What is AI?"}]}]"#
      ) == 0)
    #expect(
      try key(
        "",
        messages:
          #"[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"What is AI?"},{"type":"image_url","image_url":{"url":"x"}}]}]"#
      ) == 1)
  }

  @Test("embedders that see capitals get the normalised text with its capitals")
  func cased() throws {
    let normalizer = try TextNormalizer()
    for (raw, expected) in [
      ("Hey,  what is NASA?", "what is NASA"), ("Please tell me about C# thanks!", "about C#"),
      ("what is ai", "what is ai"), ("THANKS", "THANKS"), ("Ｗhat IS ẞ?", "What IS ẞ"), ("", ""),
    ] {
      let result = normalizer.normalize(raw)
      #expect(String(decoding: result.cased, as: UTF8.self) == expected)
    }
    var rng = SeededGenerator(5)
    let pieces = [
      "Please", "please", " ", "  ", "?", "NASA", "what is", "Thanks", "-", "\"", "É", "Straße", "İ", "。", "how do I",
    ]
    for _ in 0..<500 {
      let raw = (0..<Int.random(in: 0...9, using: &rng)).map { _ in pieces.randomElement(using: &rng)! }.joined(
        separator: " ")
      let result = normalizer.normalize(raw)
      #expect(TextNormalizer.lowercased(result.cased) == result.normalized, "\(raw)")
    }
  }

  @Test(
    "the first rule that applies keeps a request out of the caches",
    arguments: [
      (#","status":"500""#, "what is ai", CacheabilityRule.error),
      (#","gateway_cache":"hit""#, "what is ai", .gatewayHit),
      (#","tool_calls":2"#, "what is ai", .toolCalls),
      (#","temperature":1.2"#, "what is ai", .tooHot),
      ("", "what is the weather today", .timeSensitive),
      ("", "where is my order", .personal),
      ("", "write to anna@example.com", .personal),
    ])
  func rules(_ extra: String, _ question: String, _ rule: CacheabilityRule) throws {
    let line = SampleLogs.line(
      1, time: 1_767_600_000, user: 1, model: "gpt-4o", question: question, input: 1, output: 1, extra: extra)
    let context = try SampleLogs.context(try SampleLogs.file(line))
    #expect(context.cache.trace.count == 0)
    #expect(context.cache.leftOut[Int(rule.rawValue)].requests == 1)
  }
}
