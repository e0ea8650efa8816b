import CostAnalyzer
import Foundation
import Testing

@Suite("Key policies")
struct KeyPolicyTests {
  private struct Chat {
    var tenant: String
    var model: String
    var system: String
    /// User and assistant in turn, the last one a user's.
    var turns: [String]

    /// The key in words: what two requests must share to share an entry.
    func key(_ context: KeyContext, _ policy: KeyPolicy) -> String {
      var kept = turns
      if case .lastTurns(let count) = policy.context ?? context { kept = Array(turns.suffix(count)) }
      return [
        policy.ignoresTenant ? "" : tenant, policy.ignoresModel ? "" : model, policy.ignoresSystem ? "" : system,
        kept.joined(separator: "|"),
      ].joined(separator: "#")
    }

    func line(_ index: Int) -> String {
      let count = turns.count
      let messages = turns.enumerated().map { place, text in
        #"{"role":"\#((count - 1 - place) % 2 == 0 ? "user" : "assistant")","content":"\#(text)"}"#
      }
      return """
        {"schema":"traffic/1","id":"r\(index)","ts":\(1_767_600_000 + index),"tenant":"\(tenant)","user":"u",\
        "model":"\(model)","status":"ok","usage":{"input":10,"output":5},"answer":"yes","messages":\
        [{"role":"system","content":"\(system)"},\(messages.joined(separator: ","))]}
        """
    }
  }

  @Test("Each policy keeps apart what its words say, for every key of the options", arguments: 1...6)
  func distinctKeys(_ seed: UInt64) throws {
    var rng = SeededGenerator(seed)
    let chats = (0..<200).map { _ in
      Chat(
        tenant: ["acme", "globex"].randomElement(using: &rng)!,
        model: ["gpt-4o", "gpt-4o-mini"].randomElement(using: &rng)!,
        system: ["be brief", "be kind"].randomElement(using: &rng)!,
        turns: (0..<[1, 3].randomElement(using: &rng)!).map { _ in
          "what is word\(Int.random(in: 0...2, using: &rng))"
        })
    }
    let path = try SampleLogs.file(chats.enumerated().map { $1.line($0) }.joined(separator: "\n"))
    var merged = 0
    for key in [KeyContext.conversation, .lastTurns(2), .lastTurns(1)] {
      var options = AnalysisOptions()
      options.cache.key = key
      let context = try SampleLogs.context(path, options)
      #expect(context.cache.trace.count == chats.count)
      for policy in KeyPolicy.sweep {
        // A policy loosens the options' key; a longer context than theirs is not known.
        if case .lastTurns(let count) = policy.context, case .lastTurns(let own) = key, count > own { continue }
        let cache = context.cache.loosened(context.log, policy)
        let expected = chats.map { $0.key(key, policy) }
        #expect(cache.trace.keyCount == Set(expected).count, "\(key), \(policy.name)")
        var numbers: [String: UInt32] = [:]
        for (position, words) in expected.enumerated() {
          #expect(numbers[words, default: cache.trace.keys[position]] == cache.trace.keys[position])
          numbers[words] = cache.trace.keys[position]
        }
        merged += context.cache.trace.keyCount - cache.trace.keyCount
      }
    }
    #expect(merged > 0)
  }

  @Test("Neighbours of looser keys are those of a log that never had what is ignored")
  func neighbours() throws {
    // Words that all texts share weigh nothing: the others are about something else.
    let questions =
      [
        "how do i reset the password for the portal", "how can i reset the password for the portal",
        "how do i reset the passwords for the portal",
      ] + (0..<40).map { "tell me about subject\($0) of shelf\($0 * 7)" }
    let lines = (0..<200).map { index in
      Chat(
        tenant: "t\(index % 4)", model: "gpt-4o", system: "be brief", turns: [questions[index % questions.count]]
      ).line(index)
    }
    let context = try SampleLogs.context(try SampleLogs.file(lines.joined(separator: "\n")))
    let policy = try #require(KeyPolicy.sweep.first { $0.ignoresTenant && !$0.ignoresModel })
    let cache = context.cache.loosened(context.log, policy)
    var similarity = context.similarity.rekeyed(cache, context.log.prompts)
    similarity.findNeighbours(cache, context.log.prompts, threshold: 0.6, guards: try GuardSet(), threads: 2)
    let plain = (0..<200).map { index in
      Chat(tenant: "t", model: "gpt-4o", system: "be brief", turns: [questions[index % questions.count]]).line(index)
    }
    var options = AnalysisOptions()
    options.cache.thresholds = [0.6]
    let single = try SampleLogs.context(try SampleLogs.file(plain.joined(separator: "\n")), options)
    #expect(similarity.graph.offsets == single.similarity.graph.offsets)
    #expect(similarity.graph.neighbours == single.similarity.graph.neighbours)
    #expect(similarity.graph.cosines == single.similarity.graph.cosines)
    #expect(similarity.graph.neighbours.count > 0)
  }

  @Test("Keys are written and read alike, and what is no key is refused")
  func text() {
    for text in ["conversation", "last-user", "last-turns:2", "last-turns:7"] {
      #expect(KeyContext(text)?.description == text)
    }
    #expect(KeyContext("last-turns:1") == KeyContext("last-user"))
    for text in ["", "last", "last-turns:", "last-turns:0", "last-turns:-1", "last-turns:x"] {
      #expect(KeyContext(text) == nil)
    }
  }

  @Test(
    "Every preset is a valid set of options", arguments: ["gptcache", "redisvl", "langcache", "portkey", "litellm"])
  func presets(_ name: String) throws {
    var options = AnalysisOptions()
    try CachePreset.named(name).apply(to: &options)
    try options.validate()
    #expect(options != AnalysisOptions())
    #expect(try AnalysisOptions(yaml: options.yaml()) == options)
  }

  @Test("A preset that does not exist is named with those that do")
  func unknownPreset() throws {
    #expect(throws: AnalyzerError.self) { try CachePreset.named("memcached") }
    #expect(try CachePreset.all().count == 5)
  }
}
