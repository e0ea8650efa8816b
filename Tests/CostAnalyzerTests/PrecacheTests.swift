import CostAnalyzer
import Foundation
import Testing

@Suite struct PrecacheTests {
  private func line(_ index: Int, user: Int, _ question: String, answer: String, messages: String? = nil) -> String {
    let content = messages ?? #"[{"role":"user","content":"\#(question)"}]"#
    return """
      {"schema":"traffic/1","id":"r\(index)","ts":\(1_767_600_000 + index * 60),"user":"u\(user)","model":"gpt-4o","messages":\(content),\
      "answer":"\(answer)","usage":{"input":100,"output":50}}
      """
  }

  private func list(_ lines: [String]) throws -> PrecacheList {
    let path = try SampleLogs.file(lines.joined(separator: "\n"))
    return try #require(try Analysis.run(Analysis.Request(inputs: [path])).candidates).precache
  }

  @Test("a question of three users is listed with the answer that agrees with most")
  func listed() throws {
    let answers = [
      "open the settings page and press reset", "open the settings page and press reset",
      "completely unrelated words here",
    ]
    let lines = (0..<9).map {
      line($0, user: $0 % 3, "how do i reset my pin", answer: answers[[0, 0, 0, 1, 0, 0, 0, 1, 0][$0]])
    }
    let candidates = try list(lines).candidates
    #expect(candidates.map(\.question) == ["how do i reset my pin"])
    #expect(candidates.first?.answer == answers[0])
    #expect(candidates.first?.users == 3)
  }

  @Test("two users are too few, and so are three users with a wording each")
  func tooFewUsers() throws {
    #expect(try list((0..<8).map { line($0, user: $0 % 2, "how do i reset it", answer: "so") }).candidates.isEmpty)
    let wordings = [
      "how do i reset the pin code", "how do i reset the pin code now", "how do i reset the pin code quickly",
    ]
    var lines = (0..<9).map { line($0, user: $0 % 3, wordings[$0 % 3], answer: "press reset") }
    #expect(try list(lines).candidates.isEmpty)
    lines = (0..<9).map { line($0, user: $0 / 3, wordings[$0 % 3], answer: "press reset") }
    let open = try list(lines).candidates
    #expect(!open.isEmpty)
  }

  @Test("a wording without an answer does not stop the run when another wording has one")
  func medoidWithoutAnswer() throws {
    var lines = (0..<6).map { line($0, user: $0 % 3, "how do i reset my pin", answer: "") }
    lines += (6..<12).map { line($0, user: $0 % 3, "how do I reset my pin?", answer: "press reset") }
    _ = try list(lines)
  }

  @Test("disputed answers, private data, follow-ups and images stay out")
  func leftOut() throws {
    let disputed = [
      "red green blue", "one two three four", "north south", "cat dog bird", "alpha beta", "up down left",
    ]
    #expect(try list((0..<6).map { line($0, user: $0 % 3, "what is it", answer: disputed[$0]) }).candidates.isEmpty)
    #expect(
      try list((0..<6).map { line($0, user: $0 % 3, "who is at hq", answer: "mail anna.berg@example.com") }).candidates
        .isEmpty)
    let image =
      #"[{"role":"user","content":[{"type":"text","text":"what is this"},{"type":"image_url","image_url":{"url":"x"}}]}]"#
    #expect(try list((0..<6).map { line($0, user: $0 % 3, "", answer: "a cat", messages: image) }).candidates.isEmpty)
    let followUp =
      #"[{"role":"user","content":"hi"},{"role":"assistant","content":"hi"},{"role":"user","content":"what is this"}]"#
    #expect(
      try list((0..<6).map { line($0, user: $0 % 3, "", answer: "a cat", messages: followUp) }).candidates.isEmpty)
  }

  private func reasons(_ list: PrecacheList) -> [String] { list.leftOut.map(\.reason) }

  @Test("A spelling that one user typed does not leave the log, nor does an answer that one user got")
  func fewUsers() throws {
    let spellings = ["HOW do i reset my pin, please", "how do I reset my PIN?", "How do i reset my pin!!"]
    let candidate = try list((0..<6).map { line($0, user: $0 % 3, spellings[$0 % 3], answer: "press reset") })
      .candidates
    #expect(candidate.map(\.question) == candidate.map(\.normalizedQuestion) && candidate.count == 1)
    let shared = try list((0..<9).map { line($0, user: $0 % 3, spellings[$0 / 3 % 2], answer: "press reset") })
    #expect(shared.candidates.map(\.question) == [spellings[0]])
    // Only the first user got an answer.
    let lonely = try list((0..<9).map { line($0, user: $0 % 3, "who am i", answer: $0 % 3 == 0 ? "press reset" : "") })
    #expect(lonely.candidates.isEmpty && reasons(lonely) == [CandidateRule.answerOfFewUsers.reason])
  }

  @Test("Half the answers against the other half is a dispute, and so is an old text against the newest answers")
  func disputes() throws {
    let (one, other) = ("open the settings page and press reset", "north south east west up down left right")
    func answers(_ isOther: (Int) -> Bool) throws -> PrecacheList {
      try list((0..<40).map { line($0, user: $0 % 3, "how do i reset my pin", answer: isOther($0) ? other : one) })
    }
    #expect(reasons(try answers { $0 % 2 == 0 }) == [CandidateRule.disputed.reason])
    // The text that is kept is that of the first request.
    #expect(reasons(try answers { $0 > 20 }) == [CandidateRule.disputed.reason])
    #expect(try answers { $0 % 20 == 10 }.candidates.map(\.answer) == [one])
  }

  @Test("An answer that users called bad more often than good is not handed out")
  func calledBad() throws {
    func rated(_ index: Int, _ question: String, _ answer: String, _ feedback: Int?) -> String {
      let text = line(index, user: index % 3, question, answer: answer)
      return feedback.map { String(text.dropLast()) + ",\"feedback\":\($0)}" } ?? text
    }
    var rng = SeededGenerator(21)
    let words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu"]
    var (all, unrated): ([String], [String]) = ([], [])
    var balance: [String: Int] = [:]
    for question in 0..<12 {
      // Some get thumbs on every third answer, some on none.
      let (share, good) = (Double([0, 0.3, 0.6][question % 3]), Double.random(in: 0...1, using: &rng))
      let text = "what does the word \(words[question]) stand for"
      for _ in 0..<9 {
        let thumb = Double.random(in: 0..<1, using: &rng) < good ? 1 : -1
        let feedback = Double.random(in: 0..<1, using: &rng) < share ? thumb : nil
        balance[text, default: 0] += feedback ?? 0
        let answer = "it is the \(words[question]) of the old alphabet"
        all.append(rated(all.count, text, answer, feedback))
        unrated.append(rated(unrated.count, text, answer, nil))
      }
    }
    let (with, without) = (try list(all), try list(unrated))
    #expect(without.candidates.count == 12 && reasons(without).isEmpty)
    let good = Set(balance.filter { $0.value >= 0 }.keys)
    #expect(Set(with.candidates.map(\.question)) == good && (3..<11).contains(good.count))
    #expect(
      with.leftOut.map(\.reason) == [CandidateRule.calledBad.reason] && with.leftOut[0].clusters == 12 - good.count)
  }

  @Test("In place of an answer that was called bad the next best of its group is handed out")
  func nextBest() throws {
    // Two spellings, each with its own kept answer. What the third request got is like the answer of the second alone.
    func answer(thumb: Int) throws -> [String] {
      let lines = (0..<9).map { index in
        let text = line(
          index, user: index % 3, ["how do i reset my pin", "How do I reset my PIN?"][index % 2],
          answer: ["press reset", "push reset"][index % 2])
        return index == 2 ? String(text.dropLast()) + ",\"feedback\":\(thumb)}" : text
      }
      let context = try SampleLogs.context(try SampleLogs.file(lines.joined(separator: "\n")), AnalysisOptions())
      let same = SameAnswer { a, b in a != 2 && b != 2 || a + b == 3 ? 1 : 0 }
      return CachingCandidates(context, same: same).precache.candidates.map(\.answer)
    }
    #expect(try answer(thumb: 1) == ["push reset"])
    #expect(try answer(thumb: -1) == ["press reset"])
  }

  @Test("A variant is one that the question itself answers at the threshold")
  func variants() throws {
    // The second lies between the two others, which are too far apart; too few users asked it to be named.
    let angles = [0.0, 0.28, 0.56]
    let questions = ["how do i reset the pin", "how do i reset a pin", "how may i reset this pin"]
    func ask(_ index: Int, _ question: Int, user: Int) -> String {
      let angle = angles[question]
      let text = line(index, user: user, questions[question], answer: "press reset")
      return String(text.dropLast()) + ",\"embedding\":[\(cos(angle)),\(sin(angle))]}"
    }
    let asked = [1, 0, 0, 0, 0, 2, 2, 2].enumerated().map { ask($0.offset, $0.element, user: $0.offset % 3) }
    let far = try list(asked).candidates
    #expect(far.map(\.question) == [questions[0]] && far.first?.variants == [])
    #expect(far.first?.requests == 8)
    let named = try list(asked + [ask(8, 1, user: 1), ask(9, 1, user: 2)]).candidates
    #expect(named.map(\.question) == [questions[1]] && named.first?.variants == [questions[0], questions[2]])
  }

  @Test("On a generated log answers that belong to an hour live short or stay out, the others live long")
  func volatileAnswers() throws {
    var options = GeneratorOptions()
    (options.requests, options.users, options.days, options.wrongShare) = (16_000, 60, 10, 0)
    let path = "\(SampleLogs.directory)/volatile.jsonl"
    _ = try writeGeneratedLog(options: options, format: .traffic, to: path)
    var generator = TrafficGenerator(options)
    // Every question that belongs to an hour, and some of the others.
    var kept: [String: (intent: Int, kind: IntentKind)] = [:]
    while let request = generator.next() {
      if request.kind == .time || (request.kind == .faq && request.intent % 4 == 0) {
        kept[request.id] = (request.intent, request.kind)
      }
    }
    var lines: [String] = []
    var requests: [(intent: Int, kind: IntentKind)] = []
    var ids: Set<String> = []
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
      let id = String(line.firstMatch(of: /"id":"(req-[0-9a-f]+)"/)!.1)
      guard let request = kept[id] else { continue }
      lines.append(String(line))
      if ids.insert(id).inserted { requests.append(request) }
    }
    var rules = AnalysisOptions()
    rules.precache.minUsers = 2
    // One scope an app: more repeats in a small log.
    (rules.cache.scope.model, rules.cache.scope.parameters, rules.cache.scope.tools) = (false, false, false)
    let context = try SampleLogs.context(try SampleLogs.file(lines.joined(separator: "\n")), rules)
    #expect(context.log.requests.count == requests.count)
    let truth = requests.map(\.intent)
    let found = CachingCandidates(context, same: SameAnswer { truth[$0] == truth[$1] ? 1 : 0 })
    func text(_ key: UInt32) -> String {
      let prompts = context.log.prompts
      return String(decoding: prompts.texts[Int(prompts.keys[Int(context.cache.keys[Int(key)])].text)], as: UTF8.self)
    }
    let kindOf = Dictionary(
      zip(context.cache.trace.keys, context.cache.requests).map { (text($0), requests[Int($1)].kind) },
      uniquingKeysWith: { first, _ in first })
    var (short, long, volatile) = (0, 0, 0)
    var others: [String] = []
    for candidate in found.precache.candidates {
      guard let kind = kindOf[candidate.normalizedQuestion] else { continue }
      if kind == .time {
        volatile += 1
        #expect(["1h", "6h"].contains(candidate.suggestedTtl), "\(candidate.question)")
      } else if candidate.suggestedTtl == "7d" {
        long += 1
      } else {
        short += 1
        others.append("\(kind) \(candidate.suggestedTtl) \(candidate.question)")
      }
    }
    #expect(long > 30 && short * 10 <= long, "\(long) live long, short \(others)")
    let judged = found.shown.count { $0.cluster.representative.map { kindOf[text($0)] } == .time }
    #expect(judged > 3 && volatile < judged, "\(volatile) of \(judged) questions of the hour are candidates")
  }

  @Test("No question stands twice on the list, and the manifest names the list's hash and the run")
  func manifest() throws {
    let (analysis, files) = try report(of: [SampleLogs.generated(requests: 3000, seed: 5)])
    let candidates = try #require(analysis.candidates).precache.candidates
    #expect(candidates.count > 5 && Set(candidates.map(\.key)).count == candidates.count)
    #expect(candidates.map(\.rank) == Array(1...candidates.count))
    func object(_ name: String) throws -> [String: Any] {
      let data = try #require(files[name])
      return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }
    let manifest = try object(PrecacheManifest.fileName)
    let run = try object("run.json")
    let hashes = try #require(run["files"] as? [String: String])
    #expect(manifest["sha256"] as? String == hashes[PrecacheList.fileName])
    #expect(
      manifest["run_id"] as? String == run["run_id"] as? String && manifest["entries"] as? Int == candidates.count)
    #expect(hashes[PrecacheManifest.fileName] != nil)
  }
}
