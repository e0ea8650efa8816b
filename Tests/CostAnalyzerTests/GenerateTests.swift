import CZstd
import CostAnalyzer
import Foundation
import Testing

@Suite("Traffic generator")
struct GenerateTests {
  private static func options(_ requests: Int, seed: UInt64 = 1) -> GeneratorOptions {
    var options = GeneratorOptions()
    options.requests = requests
    options.seed = seed
    return options
  }

  private static func requests(_ options: GeneratorOptions) -> [GeneratedRequest] {
    var generator = TrafficGenerator(options)
    var all: [GeneratedRequest] = []
    while let request = generator.next() { all.append(request) }
    return all
  }

  /// Made once: several tests look at the same traffic.
  private static let day = requests(options(4000))

  private final class Folder {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("generate-\(UUID().uuidString)")
    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }
    func path(_ name: String) -> String { url.appendingPathComponent(name).path }
    func data(_ name: String) throws -> Data { try Data(contentsOf: url.appendingPathComponent(name)) }
  }

  private static func lines(_ data: Data) -> [Data] {
    data.split(separator: UInt8(ascii: "\n")).map { Data($0) }
  }

  private static func object(_ line: Data) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
  }

  private static func decompress(_ data: Data) throws -> Data {
    let source = [UInt8](data)
    var output = Data()
    var buffer = [UInt8](repeating: 0, count: 1 << 17)
    let context = try #require(ZSTD_createDCtx())
    defer { ZSTD_freeDCtx(context) }
    var position = 0
    var left = 1
    while position < source.count {
      let written = source.withUnsafeBytes { from in
        buffer.withUnsafeMutableBytes { to in
          var input = ZSTD_inBuffer(src: from.baseAddress, size: from.count, pos: position)
          var target = ZSTD_outBuffer(dst: to.baseAddress, size: to.count, pos: 0)
          left = ZSTD_decompressStream(context, &target, &input)
          position = input.pos
          return target.pos
        }
      }
      try #require(ZSTD_isError(left) == 0)
      output.append(contentsOf: buffer[..<written])
    }
    #expect(left == 0)
    return output
  }

  private static func share(_ all: [GeneratedRequest], _ test: (GeneratedRequest) -> Bool) -> Double {
    Double(all.count { test($0) }) / Double(all.count)
  }

  @Test("The random numbers are those of xoshiro256** seeded by SplitMix64")
  func knownRandomNumbers() {
    var random = SeededRandom(seed: 0)
    // Reference values: the published C code, SplitMix64(0) as the seed.
    #expect(random.next() == 0x99ec_5f36_cb75_f2b4)
    #expect(random.next() == 0xbf6e_1f78_4956_452a)
    #expect(random.next() == 0x1a5f_849d_4933_e6e0)
  }

  @Test("The same seed gives the same bytes in every format, and another seed gives others")
  func sameSeedSameBytes() throws {
    let folder = try Folder()
    for format in GeneratedFormat.allCases {
      for (name, seed) in [("a", 7), ("b", 7), ("c", 8)] as [(String, UInt64)] {
        _ = try writeGeneratedLog(
          options: Self.options(60, seed: seed), format: format, to: folder.path("\(name).jsonl.zst"),
          truthPath: folder.path("\(name).json"))
      }
      let first = try folder.data("a.jsonl.zst")
      #expect(try first == folder.data("b.jsonl.zst"))
      #expect(try first != folder.data("c.jsonl.zst"))
      #expect(try folder.data("a.json") == folder.data("b.json"))
    }
  }

  @Test("The more drift, the more of next week's questions are new, and some day has a topic of its own")
  func drift() throws {
    /// Share of the second week's questions that were not asked in the first, and the largest share of one question among
    /// those of an app and a day, on average.
    func week(_ drift: Double) -> (new: Double, peak: Double) {
      var options = Self.options(12_000, seed: 3)
      (options.days, options.drift) = (14, drift)
      let all = Self.requests(options).filter { $0.kind == .faq }
      let start = options.startEpochSeconds * 1000
      func day(_ request: GeneratedRequest) -> Int { Int((request.timeMilliseconds - start) / 86_400_000) }
      let known = Set(all.filter { day($0) < 7 }.map(\.intent))
      let later = all.filter { day($0) >= 7 }
      let peaks = Dictionary(grouping: all) { "\($0.app) \(day($0))" }.values.filter { $0.count >= 40 }.map {
        requests in
        let counts = Dictionary(grouping: requests, by: \.intent).values.map(\.count)
        return Double(counts.max()!) / Double(requests.count)
      }
      return (
        Double(later.count { !known.contains($0.intent) }) / Double(later.count),
        peaks.reduce(0, +) / Double(peaks.count)
      )
    }
    let (none, mild, strong) = (week(0), week(0.03), week(0.5))
    #expect(none.new < mild.new && mild.new < strong.new, "\(none) \(mild) \(strong)")
    #expect(none.peak * 1.2 < strong.peak, "a topic of the day: \(none) \(strong)")
    var bad = Self.options(5)
    bad.drift = 1.5
    #expect(throws: AnalyzerError.self) { try bad.validate() }
  }

  @Test("A compressed log holds exactly the bytes of the plain one, behind a checksum")
  func compressedEqualsPlain() throws {
    let folder = try Folder()
    let options = Self.options(150)
    let plain = try writeGeneratedLog(options: options, format: .traffic, to: folder.path("log.jsonl"))
    let packed = try writeGeneratedLog(options: options, format: .traffic, to: folder.path("log.jsonl.zst"))
    let bytes = try folder.data("log.jsonl")
    let frame = try folder.data("log.jsonl.zst")
    #expect(frame.starts(with: [0x28, 0xb5, 0x2f, 0xfd]))
    #expect(frame[4] & 0b100 != 0, "the checksum flag of the frame header")
    #expect(try Self.decompress(frame) == bytes)
    #expect(plain.logBytes == Int64(bytes.count) && plain.fileBytes == plain.logBytes)
    #expect(packed.logBytes == plain.logBytes && packed.fileBytes == Int64(frame.count))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).count == 2, "no partial file stays")
  }

  @Test("Every traffic line parses, carries the fields of the schema and comes in order of time")
  func trafficLinesAreComplete() throws {
    let folder = try Folder()
    var options = Self.options(400)
    options.includeCost = true
    let summary = try writeGeneratedLog(options: options, format: .traffic, to: folder.path("log.jsonl"))
    let lines = Self.lines(try folder.data("log.jsonl"))
    #expect(lines.count == summary.lines && summary.requests == 400)
    #expect(summary.logBytes / Int64(summary.lines) >= 1250)
    var last = ""
    var costs = 0
    for line in lines {
      let record = try Self.object(line)
      #expect(record["schema"] as? String == "traffic/1")
      for field in ["id", "tenant", "user", "model", "status"] { #expect(record[field] is String, "\(field)") }
      let time = try #require(record["ts"] as? String)
      #expect(time.count == 24 && time.hasSuffix("Z") && time >= last)
      last = time
      let messages = try #require(record["messages"] as? [[String: Any]])
      #expect(messages.first?["role"] as? String == "system" && messages.last?["role"] as? String == "user")
      #expect((record["answer"] is String) == (record["status"] as? String == "ok"))
      if record["cost_usd"] != nil { costs += 1 }
    }
    #expect(costs > 340)
  }

  @Test("All formats tell the same token counts, inclusive ones summing up the disjoint ones")
  func formatsAgreeOnTokens() throws {
    let folder = try Folder()
    let options = Self.options(300)
    var records: [GeneratedFormat: [[String: Any]]] = [:]
    for format in GeneratedFormat.allCases {
      _ = try writeGeneratedLog(options: options, format: format, to: folder.path("log.jsonl"))
      records[format] = try Self.lines(try folder.data("log.jsonl")).map(Self.object)
    }
    let traffic = try #require(records[.traffic])
    let openai = try #require(records[.openaiChat])
    let litellm = try #require(records[.litellm])
    #expect(traffic.count == openai.count && traffic.count == litellm.count)
    var cached = 0
    for ((own, pair), payload) in zip(zip(traffic, openai), litellm) {
      #expect(own["id"] as? String == pair["id"] as? String && own["id"] as? String == payload["id"] as? String)
      let pairUsage = (pair["response"] as? [String: Any])?["usage"] as? [String: Any]
      guard let usage = own["usage"] as? [String: Int] else {
        #expect(pairUsage == nil)
        #expect(payload["prompt_tokens"] as? Int ?? 0 == 0)
        continue
      }
      let read = usage["cache_read"] ?? 0
      let prompt = (usage["input"] ?? 0) + read + (usage["cache_write_5m"] ?? 0)
      cached += read
      #expect(pairUsage?["prompt_tokens"] as? Int == prompt && payload["prompt_tokens"] as? Int == prompt)
      #expect(pairUsage?["completion_tokens"] as? Int == usage["output"])
      #expect(payload["completion_tokens"] as? Int == usage["output"])
      #expect((pairUsage?["prompt_tokens_details"] as? [String: Any])?["cached_tokens"] as? Int == read)
      let object = (payload["metadata"] as? [String: Any])?["usage_object"] as? [String: Any]
      #expect(object?["cache_read_input_tokens"] as? Int == read)
    }
    #expect(cached > 0)
  }

  @Test("The truth covers every request once, and its counts are those of the log")
  func truthCoversTheLog() throws {
    let folder = try Folder()
    let summary = try writeGeneratedLog(
      options: Self.options(500), format: .traffic, to: folder.path("log.jsonl"), truthPath: folder.path("truth.json"))
    let truth = try Self.object(try folder.data("truth.json"))
    #expect(truth["schema"] as? String == "truth/1" && truth["seed"] as? Int == 1)
    let records = try Self.lines(try folder.data("log.jsonl")).map(Self.object)
    let inLog = records.compactMap { $0["id"] as? String }
    let intents = try #require(truth["intents"] as? [[String: Any]])
    let inTruth = intents.flatMap { $0["ids"] as? [String] ?? [] }
    #expect(inTruth.count == 500 && Set(inTruth) == Set(inLog) && Set(inTruth).count == 500)
    #expect(truth["lines"] as? Int == records.count && summary.lines == records.count)
    #expect(truth["duplicate_lines"] as? Int == records.count - 500)
    #expect(truth["errors"] as? Int == records.count { $0["status"] as? String != "ok" })
    #expect(Set(truth["wrong_ids"] as? [String] ?? []).isSubset(of: Set(inLog)))
    let known = Set(intents.compactMap { $0["intent"] as? Int })
    #expect(known.count == intents.count && summary.intents == known.count)
    let opposites = try #require(truth["opposites"] as? [[Int]])
    #expect(!opposites.isEmpty && opposites.allSatisfy { $0.count == 2 && $0[0] != $0[1] })
    #expect(Set(opposites.flatMap { $0 }).isSubset(of: known))
  }

  @Test("Answers to one intent state the same facts, and answers to its opposite state others")
  func intentsShareFacts() {
    // Most answers name an error code, which belongs to the intent.
    let pattern = /[A-Z]{2}-[0-9]{3}/
    var codes: [Int: Set<String>] = [:]
    for request in Self.day where request.kind == .faq {
      for match in request.lines[request.lines.count - 1].answer.matches(of: pattern) {
        codes[request.intent, default: []].insert(String(match.output))
      }
    }
    #expect(codes.count > 500)
    #expect(codes.values.allSatisfy { $0.count == 1 })
    let asked = TrafficGenerator.opposites.filter { codes[$0.0] != nil && codes[$0.1] != nil }
    #expect(asked.count > 15)
    #expect(asked.allSatisfy { codes[$0.0] != codes[$0.1] })
  }

  @Test("Answers have the promised length and do not all read the same")
  func answersVary() {
    let answers = Self.day.compactMap { $0.lines.last }.filter { !$0.isError }.map(\.answer)
    let fitting = answers.count { (200...1500).contains($0.unicodeScalars.count) }
    #expect(Double(fitting) / Double(answers.count) > 0.98)
    #expect(answers.allSatisfy { $0.unicodeScalars.count > 100 })
    #expect(Set(answers).count * 2 > answers.count)
  }

  @Test("A retry and the fragments of a stream follow within a minute, the last of them complete")
  func severalLinesOfOneRequest() {
    let several = Self.day.filter { $0.lines.count > 1 }
    #expect(several.contains { $0.lines[0].isError } && several.contains { !$0.lines[0].isError })
    for request in several {
      for (line, next) in zip(request.lines, request.lines.dropFirst()) {
        #expect(
          next.timeMilliseconds >= line.timeMilliseconds && next.timeMilliseconds - line.timeMilliseconds < 60_000)
        guard !line.isError else { continue }
        #expect((line.usage?.output ?? 0) <= (next.usage?.output ?? 0))
        #expect(next.answer.hasPrefix(line.answer))
      }
      #expect(request.lines.last?.isError == false && request.lines.last?.usage != nil)
    }
  }

  @Test("Kinds, errors, retries and models come in the promised shares")
  func sharesAreInBounds() {
    let all = Self.day
    #expect((0.10...0.19).contains(Self.share(all) { $0.kind == .template }))
    #expect((0.11...0.19).contains(Self.share(all) { $0.kind == .followup }))
    #expect((0.06...0.14).contains(Self.share(all) { $0.kind == .complex }))
    #expect((0.02...0.06).contains(Self.share(all) { $0.kind == .time }))
    #expect((0.02...0.06).contains(Self.share(all) { $0.kind == .personal }))
    #expect((0.04...0.05).contains(Self.share(all) { $0.kind == .bot }))
    #expect((0.005...0.018).contains(Self.share(all) { $0.lines.count > 1 && $0.lines[0].isError }))
    #expect((0.005...0.018).contains(Self.share(all) { $0.lines.count > 1 && !$0.lines[0].isError }))
    #expect((0.008...0.023).contains(Self.share(all) { $0.lines[$0.lines.count - 1].isError }))
    #expect((0.05...0.11).contains(Self.share(all) { $0.tools != nil }))
    #expect((0.01...0.04).contains(Self.share(all) { $0.override }))
    #expect((0.01...0.05).contains(Self.share(all) { $0.serviceTier == "batch" }))
    for (model, expected) in [("gpt-4o", 0.30), ("gpt-4o-mini", 0.25), ("claude-sonnet-4-5", 0.20)] {
      #expect(abs(Self.share(all) { $0.model == model } - expected) < 0.05, "\(model)")
    }
  }

  @Test("Exact repeats are common at 20,000 requests, and meaning repeats more often still")
  func repeatsAreInBounds() {
    var generator = TrafficGenerator(Self.options(20_000))
    var texts: Set<String> = []
    var meanings: Set<String> = []
    var repeats = 0
    var repeatedMeanings = 0
    while let request = generator.next() {
      let text = request.messages.dropFirst().map(\.content).joined(separator: "\u{0}")
      if !texts.insert("\(request.app) \(request.model) \(text)").inserted { repeats += 1 }
      if !meanings.insert("\(request.model) \(request.intent)").inserted { repeatedMeanings += 1 }
    }
    #expect((0.25...0.35).contains(Double(repeats) / 20_000))
    #expect(Double(repeatedMeanings) / 20_000 > Double(repeats) / 20_000 + 0.08)
  }

  @Test("Texts in other scripts are there and stay valid UTF-8, fragments included")
  func otherScripts() {
    #expect(
      (0.03...0.10).contains(Self.share(Self.day) { $0.messages.last?.content.utf8.contains { $0 > 127 } == true }))
    let texts = Self.day.flatMap { $0.lines.map(\.answer) + $0.messages.map(\.content) }
    #expect(!texts.contains { $0.unicodeScalars.contains("\u{fffd}") })
    #expect(texts.contains { $0.unicodeScalars.contains { (0x3040...0x30ff).contains($0.value) } })
  }

  @Test("Nights and weekends are quiet, and the requests fill the days asked for")
  func dailyRhythm() {
    let start = GeneratorOptions().startEpochSeconds
    var hours = Array(repeating: 0, count: 24)
    var days = Array(repeating: 0, count: 7)
    for request in Self.day where request.kind != .bot {
      let second = Int(request.timeMilliseconds / 1000 - start)
      hours[second / 3600 % 24] += 1
      days[second / 86_400] += 1
    }
    #expect(hours[3] * 5 < hours[10] && hours[3] * 5 < hours[15] && hours[12] < hours[10])
    #expect(days[5] * 2 < days[1] && days[6] > 0)
  }

  @Test("Small and odd logs have exactly the requests asked for", arguments: [1, 2, 13])
  func smallLogs(count: Int) {
    var options = Self.options(count)
    options.users = 1
    options.days = 1
    let all = Self.requests(options)
    #expect(all.count == count && Set(all.map(\.id)).count == count)
  }

  @Test("Options that no log can be made from are refused")
  func refusesNonsense() {
    var options = GeneratorOptions()
    options.requests = 0
    #expect(throws: AnalyzerError.self) { try options.validate() }
    options = GeneratorOptions()
    options.errorShare = 1.5
    #expect(throws: AnalyzerError.self) { try options.validate() }
    #expect(throws: AnalyzerError.self) {
      try writeGeneratedLog(options: Self.options(1), format: .traffic, to: "/nonexistent/folder/log.jsonl")
    }
  }
}
