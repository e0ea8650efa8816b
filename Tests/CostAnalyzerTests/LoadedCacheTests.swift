import CostAnalyzer
import Foundation
import Testing

/// Vectors of words, each text by itself.
private struct WordEmbedder: Embedder {
  let identity = "words"
  func embed(_ texts: [[UInt8]], threads: Int) throws -> VectorMatrix {
    var matrix = VectorMatrix(count: texts.count, dimensions: 256)
    for (row, text) in texts.enumerated() {
      let words = text.split(separator: 32).map { Int(Hash128(String(decoding: $0, as: UTF8.self)).low % 256) }
      for word in words { matrix.values[row * 256 + word] += 1 }
      let length = matrix.row(row).reduce(0) { $0 + $1 * $1 }.squareRoot()
      for column in 0..<256 { matrix.values[row * 256 + column] /= length }
    }
    return matrix
  }
}

/// A list is made of one day, loaded into a real cache, and asked what the next day asks: as many hits as the replay says.
@Suite("Loaded caches")
struct LoadedCacheTests {
  /// Two days of one model and scope, every question in one spelling.
  private struct Fixture {
    let scratch: Scratch
    let program: Program
    let list: String
    /// What the second day asks, in order.
    let asked: [String]
    /// Hits of the walk-forward replay on the second day.
    let predicted: Int
    let entries: Int

    init(_ options: AnalysisOptions) throws {
      scratch = try Scratch()
      program = Program(scratch: scratch)
      var random = SeededRandom(seed: 3)
      var lines: [TrafficLine] = []
      for day in 0..<2 {
        for index in 0..<150 {
          // Some are asked on both days, some on one only; on the second day a third comes in other words.
          let topic = Int(random.next() % 20) + (day == 0 ? 0 : 8)
          var line = TrafficLine()
          line.question = Self.questions[topic] + (day == 1 && index % 3 == 0 ? " Case \(index), urgent" : "")
          line.answer =
            "Page \(topic) of the handbook says how: \(Self.questions[topic].split(separator: " ").reversed().joined(separator: " "))."
          line.user = "u-\(random.next() % 6)"
          line.minute = day * 1440 + index * 4
          lines.append(line)
        }
      }
      asked = lines[150...].map(\.question)
      try OutputDirectory(path: scratch.path("report")).publish(
        Self.analyse(lines[..<150], options, scratch).reportFiles(environment: [:]))
      list = scratch.path("report/precache.jsonl")
      let deployed = try DeployList(path: list).entries
      entries = deployed.count
      let rows = try Self.analyse(lines[...], options, scratch).candidates!.walkForward.rows.filter { $0.size == 100 }
      guard rows.count == 1, rows[0].listed == entries, deployed.allSatisfy({ $0.variants.isEmpty }) else {
        throw AnalyzerError(.input, "the replay had another list: \(rows), \(entries) entries")
      }
      predicted = rows[0].realisedHits
    }

    private static func analyse(
      _ lines: ArraySlice<TrafficLine>, _ options: AnalysisOptions, _ scratch: Scratch
    ) throws -> Analysis {
      let log = try scratch.write(TrafficLine.log(Array(lines)), to: "\(lines.count).jsonl")
      var request = Analysis.Request(inputs: [log])
      (request.options, request.embedder, request.threads) = (options, WordEmbedder(), 2)
      return try Analysis.run(request)
    }

    private static let questions = [
      "How do I rename a project?", "Where is last month's invoice?", "Share my calendar with a colleague",
      "Why does the \"dashboard\" show zeros?", "Mailbox quota exceeded, what now?", "When does our contract end?",
      "Delete every photo album — for good", "Export spreadsheet cells as CSV",
      "Merge duplicate customer records & notes",
      "Who changed the price list on Monday?", "Print delivery notes in bulk", "Restore yesterday's backup",
      "I forgot the vault's master phrase", "Mute a noisy team channel", "Put milestones on the road map",
      "Is there a glossary of n° and § signs?", "Translate the form into Finnish", "Count stock in two warehouses",
      "Book the large meeting room", "Carry over unused holidays", "Raise the travel budget limit",
      "Read the audit trail of an admin", "Change the letterhead's logo", "Approve time sheets by phone",
      "Add a risk to the register", "Branch names allowed in the source tree?", "Unsubscribe from the news feed",
      "Pin a thread in the forum",
    ]
  }

  private static let exact: AnalysisOptions = {
    var options = AnalysisOptions()
    options.cache.threshold = 1
    // Redis and LiteLLM compare texts as they are typed.
    options.normalize.enabled = false
    return options
  }()

  private static func answer(_ connection: RedisConnection, _ key: String) throws -> String? {
    guard case .bulk(let bytes?) = try connection.replies(to: [["GET", key]])[0] else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(
    "Redis: as many exact hits as predicted, with lifetimes, in the chosen database, behind a password",
    .enabled(if: CacheServers.hasRedis))
  func redis() throws {
    let fixture = try Fixture(Self.exact)
    let server = try RedisServer(fixture.scratch, password: "s3cret/word")
    var program = fixture.program
    program.environment["REDIS_URL"] = "redis://:s3cret%2Fword@127.0.0.1:\(server.port)/3"
    let dry = try program.run("deploy", "redis", fixture.list, "--prefix", "faq:", "--dry-run")
    #expect(dry.status == 0 && dry.out.contains("would write \(fixture.entries) keys"), "\(dry.out)")
    let connection = try RedisConnection(try RedisAddress(program.environment["REDIS_URL"]!))
    #expect(try connection.replies(to: [["DBSIZE"]]) == [.integer(0)])
    let loaded = try program.run("deploy", "redis", fixture.list, "--prefix", "faq:")
    #expect(loaded.status == 0 && loaded.out.contains("\(fixture.entries) read back"), "\(loaded.out)\(loaded.error)")
    #expect(!(loaded.out + loaded.error).contains("s3cret"))
    #expect(try connection.replies(to: [["DBSIZE"]]) == [.integer(Int64(fixture.entries))])
    // As an application would: SHA-256 of model, line feed and question.
    var hits = 0
    for question in fixture.asked {
      let key = "faq:" + RunManifest.sha256(Data(("gpt-4o\n" + question).utf8))
      guard let value = try Self.answer(connection, key) else { continue }
      let object = try JSONSerialization.jsonObject(with: Data(value.utf8)) as? [String: String]
      #expect(object?["question"] == question)
      hits += 1
      guard case .integer(let left) = try connection.replies(to: [["TTL", key]])[0] else { continue }
      #expect(left > 3_500)
    }
    print(
      "Redis: \(hits) hits of \(fixture.asked.count) requests, \(fixture.predicted) predicted, \(fixture.entries) entries"
    )
    #expect(hits == fixture.predicted && hits > 20 && hits < fixture.asked.count)
  }

  @Test(
    "Redis: a wrong password, no server, and no memory are told, with exit code 1", .enabled(if: CacheServers.hasRedis))
  func refusals() throws {
    let fixture = try Fixture(Self.exact)
    let locked = try RedisServer(fixture.scratch, password: "right")
    let wrong = try fixture.program.run(
      "deploy", "redis", fixture.list, "--url", "redis://:wrong@127.0.0.1:\(locked.port)")
    #expect(wrong.status == 1 && wrong.error.contains("WRONGPASS") && !wrong.error.contains("wrong@"), "\(wrong.error)")
    let none = try fixture.program.run(
      "deploy", "redis", fixture.list, "--url", "redis://127.0.0.1:\(CacheServers.freePort())")
    #expect(none.status == 1 && none.error.contains("cannot reach"), "\(none.error)")
    let small = try RedisServer(fixture.scratch, "--maxmemory", "1", "--maxmemory-policy", "noeviction")
    let full = try fixture.program.run("deploy", "redis", fixture.list, "--url", small.url)
    #expect(full.status == 1 && full.error.contains("OOM"), "\(full.error)")
    for arguments in [
      ["--url", "http://x"], ["--param", "temperature=0"], ["--key-format", "other"], ["--group", "none"],
    ] {
      let result = try fixture.program.run(Program.path, ["deploy", "redis", fixture.list, "--dry-run"] + arguments)
      #expect(result.status == 64, "\(arguments): \(result.error)")
    }
  }

  @Test(
    "LiteLLM's proxy answers from the loaded Redis as often as predicted, and asks its model for the rest",
    .enabled(if: CacheServers.hasRedis && CacheServers.litellmPython != nil))
  func litellm() throws {
    let fixture = try Fixture(Self.exact)
    let server = try RedisServer(fixture.scratch)
    let system = try fixture.scratch.write("You're the \"help desk\".\nBe brief.", to: "system.txt")
    let loaded = try fixture.program.run(
      "deploy", "redis", fixture.list, "--url", server.url, "--key-format", "litellm", "--system", system, "--param",
      "temperature=0.2", "--param", "max_tokens=64")
    #expect(loaded.status == 0, "\(loaded.error)")
    let questions = fixture.scratch.path("asked.json")
    try JSONEncoder().encode(fixture.asked).write(to: URL(fileURLWithPath: questions))
    let check = checkoutRoot.appendingPathComponent("Tests/integrations/litellm_check.py").path
    let result = try fixture.program.run(
      CacheServers.litellmPython!, [check, "\(server.port)", "\(CacheServers.freePort())", system, questions])
    print("LiteLLM: \(result.out.trimmingCharacters(in: .whitespacesAndNewlines)), \(fixture.predicted) predicted")
    #expect(result.status == 0, "\(result.error)")
    // The proxy also keeps what its model answered: repeats of those hit too, but the list served the predicted number.
    #expect(
      result.out.contains("\(fixture.predicted) of \(fixture.asked.count) from the list"),
      "\(result.out)\(result.error)")
  }

  @Test(
    "GPTCache hits as often as predicted, at its own threshold, with the same vectors",
    .enabled(if: CacheServers.gptcachePython != nil))
  func gptcache() throws {
    var options = AnalysisOptions()
    try CachePreset.named("gptcache").apply(to: &options)
    let fixture = try Fixture(options)
    let list = try DeployList(path: fixture.list).entries.map(\.question)
    let texts = Array(Set(list + fixture.asked)).sorted()
    let file = fixture.scratch.path("texts.json")
    try JSONEncoder().encode(texts).write(to: URL(fileURLWithPath: file))
    let matrix = try WordEmbedder().embed(texts.map { Array($0.utf8) }, threads: 2)
    let vectors = fixture.scratch.path("vectors.f32")
    try matrix.values.withUnsafeBytes { Data($0) }.write(to: URL(fileURLWithPath: vectors))
    let questions = fixture.scratch.path("asked.json")
    try JSONEncoder().encode(fixture.asked).write(to: URL(fileURLWithPath: questions))
    let check = checkoutRoot.appendingPathComponent("Tests/integrations/gptcache_check.py").path
    let result = try fixture.program.run(
      CacheServers.gptcachePython!, [check, fixture.list, file, vectors, questions, fixture.scratch.path("gptcache")])
    print("GPTCache: \(result.out.trimmingCharacters(in: .whitespacesAndNewlines)), \(fixture.predicted) predicted")
    #expect(result.status == 0, "\(result.error)")
    #expect(result.out.contains("\(fixture.predicted) of \(fixture.asked.count) from the list"), "\(result.error)")
  }
}
