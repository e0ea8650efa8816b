import CostAnalyzer
import Foundation
import Testing

@Suite("Caches on labelled streams")
struct CacheEvaluationTests {
  @Test("JSON Lines and CSV give the same stream, and bad lines are told with their places")
  func reading() throws {
    let lines = #"""
      {"text":"open, please","meaning":"a"}

      {"text":"a \"b\"\nc","meaning":7,"more":1}
      {"text":"x"}
      nonsense
      {"text":"y","meaning":1.5}
      """#
    let stream = try LabelledStream(Data(lines.utf8))
    #expect(stream.texts == ["open, please", "a \"b\"\nc"] && stream.meanings == [0, 1])
    #expect(stream.rejects.map(\.line) == [4, 5, 6])
    let table = "id,q,category\r\n1,\"open, please\",a\r\n\n2,\"a \"\"b\"\"\nc\",7\n3,x\n4,,a"
    let rows = try LabelledStream(Data(table.utf8), textField: "q", meaningField: "category")
    #expect(rows.texts == ["open, please", "a \"b\"\nc", ""] && rows.meanings == [0, 1, 0])
    #expect(rows.rejects.map(\.line) == [6])
    for text in ["", "text\nx", "text,other\nx,y", "{}", "text,meaning\n"] {
      #expect(throws: AnalyzerError.self) { try LabelledStream(Data(text.utf8)) }
    }
  }

  @Test("Any fields survive being written as CSV and read again", arguments: [1, 2, 3] as [UInt64])
  func csv(_ seed: UInt64) throws {
    var random = TestRandom(seed)
    for _ in 0..<200 {
      let texts = (0..<Int.random(in: 1...5, using: &random)).map { _ in
        (0..<Int.random(in: 0...6, using: &random)).map { _ in "ab,\"\n é".randomElement(using: &random)! }
      }.map { String($0) }
      let quoted = texts.map { "\"" + $0.replacingOccurrences(of: "\"", with: "\"\"") + "\",m" }
      let end = Bool.random(using: &random) ? "\n" : "\r\n"
      let stream = try LabelledStream(Data((["text,meaning"] + quoted).joined(separator: end).utf8))
      #expect(stream.texts == texts && stream.rejects.isEmpty)
    }
  }

  @Test("Shuffling keeps every request with its meaning, and the seed alone decides the order")
  func shuffling() throws {
    let lines = (0..<100).map { #"{"text":"t\#($0)","meaning":\#($0 / 10)}"# }.joined(separator: "\n")
    let sorted = try LabelledStream(Data(lines.utf8))
    func shuffled(_ seed: UInt64) -> LabelledStream {
      var stream = sorted
      stream.shuffle(seed: seed)
      return stream
    }
    let one = shuffled(1)
    #expect(one.texts != sorted.texts && one.texts == shuffled(1).texts && one.texts != shuffled(2).texts)
    #expect(Set(one.texts) == Set(sorted.texts))
    for (text, meaning) in zip(one.texts, one.meanings) { #expect(Int(text.dropFirst())! / 10 == meaning) }
  }

  /// Questions with small changes, so that some are the same after normalising, some near and some not.
  private static func stream(_ seed: UInt64) throws -> LabelledStream {
    var random = TestRandom(seed)
    let topics = ["my card payment", "the monthly invoice", "a lost password", "the delivery of order 7"]
    let lines = (0..<150).map { _ in
      let topic = Int.random(in: 0..<4, using: &random)
      let verb = ["how do i cancel", "how do i not cancel", "please how do i cancel", "where can i see"]
        .randomElement(using: &random)!
      return #"{"text":"\#(verb) \#(topics[topic])","meaning":"\#(topic)\#(verb.hasPrefix("where"))"}"#
    }
    return try LabelledStream(Data(lines.joined(separator: "\n").utf8))
  }

  @Test("Fixed thresholds hit and fail as often as plain loops over all earlier requests say", arguments: [1, 2, 3])
  func fixed(_ seed: UInt64) throws {
    let stream = try Self.stream(seed)
    let embedder = HashedNgramEmbedder()
    let normalizer = try TextNormalizer()
    let guards = try GuardSet()
    let neighbours = try StreamNeighbours(
      stream, floor: 0.5, embedder: embedder, guards: guards, normalizer: normalizer, threads: 2)
    let evaluation = CacheEvaluation(
      stream, neighbours, floor: 0.5, mask: 127, errorBounds: [0.02, 0.1], seed: 1, threads: 2)
    #expect(evaluation.rows.count == 2 * (51 + 2) && evaluation.requests == 150)

    let normalized = stream.texts.map { normalizer.normalize($0).normalized }
    // The built-in embedder weighs words by how many texts have them: each text counts once.
    var distinct: [[UInt8]] = []
    for text in normalized where !distinct.contains(text) { distinct.append(text) }
    let vectors = try embedder.embed(distinct, threads: 1)
    let rows = normalized.map { distinct.firstIndex(of: $0)! }
    let signatures = stream.texts.indices.map {
      guards.signature(of: GuardText(original: Array(stream.texts[$0].utf8), normalized: normalized[$0]))
    }
    for row in evaluation.rows where row.policy == .fixed {
      let threshold = Float(row.threshold!)
      var cached: [Int] = []
      var (hits, wrong) = (0, 0)
      for request in stream.texts.indices {
        var best: (server: Int, cosine: Float)?
        for server in cached {
          let isSame = normalized[server] == normalized[request]
          if threshold >= 1 && !isSame { continue }
          let cosine = isSame ? 2 : vectors.cosine(rows[server], rows[request])
          let isRefused =
            row.isGuarded && !isSame && guards.refusals(signatures[server], signatures[request], cosine: cosine) != 0
          if cosine >= threshold && !isRefused && cosine > best?.cosine ?? -1 { best = (server, cosine) }
        }
        guard let best else {
          cached.append(request)
          continue
        }
        hits += 1
        wrong += stream.meanings[best.server] == stream.meanings[request] ? 0 : 1
      }
      #expect(row.hits == hits && row.wrongHits == wrong, "\(row)")
      #expect(row.hitRate == Double(hits) / 150 && row.wrongOfAll == Double(wrong) / 150)
    }
    #expect(evaluation.rows.contains { $0.wrongHits > 0 })
    for row in evaluation.rows where row.policy == .vcache {
      let safe = evaluation.rows.filter {
        $0.policy == .fixed && $0.isGuarded == row.isGuarded && $0.wrongHits <= row.wrongHits
      }
      #expect(row.bestFixedHitRate == safe.map(\.hitRate).max())
    }
  }

  @Test("Figures do not depend on the number of threads")
  func threads() throws {
    let stream = try Self.stream(9)
    func text(_ threads: Int) throws -> String {
      let neighbours = try StreamNeighbours(
        stream, floor: 0.6, embedder: HashedNgramEmbedder(), guards: GuardSet(), normalizer: TextNormalizer(),
        threads: threads)
      return CacheEvaluation(
        stream, neighbours, floor: 0.6, mask: 127, errorBounds: [0.05], seed: 4, threads: threads
      ).text
    }
    #expect(try text(1) == text(3))
  }

  @Test("The command prints a table or one JSON object, tells bad lines, and refuses what it cannot use")
  func command() throws {
    let scratch = try Scratch()
    let lines = (0..<40).map { #"{"q":"how do i enable 2fa","m":\#($0 % 20 == 0 ? 1 : 0)}"# }.joined(separator: "\n")
    let path = try scratch.write(lines + "\nbad\n", to: "stream.jsonl")
    let program = Program(scratch: scratch)
    let fields = ["evaluate", "cache", path, "--text-field", "q", "--meaning-field", "m", "--embedder", "hashed"]
    let run = try program.run(Program.path, fields + ["--json", "--bound", "0.1", "--floor", "0.98"])
    #expect(run.status == 0 && run.error.contains("1 entries not used, at 41"))
    let object = try #require(try JSONSerialization.jsonObject(with: Data(run.out.utf8)) as? [String: Any])
    #expect(Set(object.keys) == ["embedder", "requests", "keys", "meanings", "floor", "rows"])
    let rows = try #require(object["rows"] as? [[String: Any]])
    #expect(rows.count == 8 && rows[0]["hits"] as? Int == 39 && rows[0]["exact_hits"] as? Int == 39)
    #expect(rows[3]["error_bound"] as? Double == 0.1 && rows[3]["policy"] as? String == "vcache")
    #expect(try program.run(Program.path, fields).out.contains("| vCache δ = 0.01 | off |"))
    #expect(try program.run(Program.path, fields + ["--floor", "2"]).status == 64)
    #expect(try program.run(Program.path, fields + ["--bound", "1"]).status == 64)
    #expect(try program.run("evaluate", "cache", path, "--embedder", "hashed").status == 1)
    #expect(try program.run("evaluate", "cache", scratch.path("missing")).status == 1)
  }
}
