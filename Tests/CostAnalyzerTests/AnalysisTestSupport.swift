import CostAnalyzer
import Foundation

/// Logs and analyses for the tests of the stages behind ingest.
enum SampleLogs {
  static let directory: String = {
    let path = NSTemporaryDirectory() + "cost-analyzer-\(ProcessInfo.processInfo.processIdentifier)"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }()

  /// Writes a generated log once and returns its path.
  static func generated(requests: Int, seed: UInt64, days: Int = 7) throws -> String {
    let path = "\(directory)/generated-\(requests)-\(seed)-\(days)-\(UInt32.random(in: 0...UInt32.max)).jsonl.zst"
    var options = GeneratorOptions()
    options.requests = requests
    options.seed = seed
    options.days = days
    _ = try writeGeneratedLog(options: options, format: .traffic, to: path)
    return path
  }

  static func file(_ text: String) throws -> String {
    let path = "\(directory)/lines-\(UInt64.random(in: 0...UInt64.max)).jsonl"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  /// Everything `Analysis.run` hands to the strategies.
  static func context(
    _ path: String, _ options: AnalysisOptions = AnalysisOptions(), threads: Int = 2, limit: Int? = nil
  ) throws -> StrategyContext {
    let settings = try TextSettings()
    var reader = LogReader(settings: settings, threads: threads)
    reader.needs.scope = options.cache.scope
    reader.needs.key = options.cache.key
    reader.needs.maxTemperature = options.cache.maxTemperature
    let (files, _) = InputFiles.identify([path], threads: 1)
    var log = reader.read(files)
    let tables = try options.priceTables()
    let prices = PriceBook(models: log.models, tables: tables)
    prices.price(&log)
    var cache = CacheTrace(log, options: options.cache)
    if let limit { cache.cut(to: limit) }
    var similarity = try Similarity.embed(cache, log.prompts, threads: threads)
    similarity.findNeighbours(
      cache, log.prompts, threshold: Float(options.cache.thresholds.min()!), guards: try GuardSet(), threads: threads)
    return StrategyContext(
      options: options, log: log, priceTables: tables, prices: prices, ledger: Ledger(log), cache: cache,
      similarity: similarity, complexityVersion: "test", threads: threads)
  }

  /// A request line of our own format with short questions that repeat and nearly repeat.
  static func line(
    _ index: Int, time: Int64, user: Int, model: String, question: String, input: Int, output: Int,
    answer: String = "yes",
    extra: String = ""
  ) -> String {
    """
    {"schema":"traffic/1","id":"r\(index)","ts":\(time),"user":"u\(user)","model":"\(model)","status":"ok",\
    "messages":[{"role":"system","content":"s"},{"role":"user","content":"\(question)"}],"answer":"\(answer)",\
    "usage":{"input":\(input),"output":\(output)}\(extra)}
    """
  }

  static let models = ["gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5", "acme-unpriced"]
  static let verbs = ["enable", "disable", "reset", "please enable", "Enable", "explain"]
  static let nouns = ["two factor login", "the two factor login", "export of 5 rows", "export of 6 rows", "dark mode"]

  /// A small random log: repeats, near repeats, errors, hot and overridden requests.
  static func random(requests: Int, using rng: inout SeededGenerator) -> String {
    var time: Int64 = 1_767_600_000
    return (0..<requests).map { index in
      time += Int64.random(in: 0...40_000, using: &rng)
      let question = "\(verbs.randomElement(using: &rng)!) \(nouns.randomElement(using: &rng)!)"
      let extra = [
        "", "", "", #","temperature":1.5"#, #","override":true"#, #","tool_calls":1"#, #","service_tier":"batch""#,
      ].randomElement(using: &rng)!
      return line(
        index, time: time, user: Int.random(in: 0...5, using: &rng), model: models.randomElement(using: &rng)!,
        question: question, input: Int.random(in: 0...5000, using: &rng), output: Int.random(in: 0...900, using: &rng),
        answer: "answer \(Int.random(in: 0...3, using: &rng)) to \(question)", extra: extra)
    }.joined(separator: "\n") + "\n"
  }
}

/// SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}

extension CacheTrace {
  /// The first requests only.
  mutating func cut(to limit: Int) {
    let count = min(limit, trace.count)
    trace.times = Array(trace.times.prefix(count))
    trace.costs = Array(trace.costs.prefix(count))
    trace.keys = Array(trace.keys.prefix(count))
    trace.latencies = Array(trace.latencies.prefix(count))
    trace.embeddingCosts = Array(trace.embeddingCosts.prefix(count))
    requests = Array(requests.prefix(count))
    let used = (trace.keys.max().map { Int($0) + 1 }) ?? 0
    keys = Array(keys.prefix(used))
    groups = Array(groups.prefix(used))
    trace.keyCount = used
  }
}
