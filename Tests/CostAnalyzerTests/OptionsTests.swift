import CostAnalyzer
import Foundation
import Testing

/// The keys and values of the YAML that `analyze config` prints: nested mappings and lists of scalars, two blanks deep.
func flatten(yaml text: String) -> [String: String] {
  var result: [String: String] = [:]
  var path: [String] = []
  var lists: [String: [String]] = [:]
  for line in text.split(separator: "\n") {
    let indent = line.prefix { $0 == " " }.count
    let rest = line.dropFirst(indent)
    if rest.hasPrefix("- ") {
      lists[path.joined(separator: "."), default: []].append(String(rest.dropFirst(2)))
      continue
    }
    let parts = rest.split(separator: ":", maxSplits: 1)
    path = Array(path.prefix(indent / 2)) + [String(parts[0])]
    let value = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
    if !value.isEmpty { result[path.joined(separator: ".")] = value }
  }
  for (key, values) in lists { result[key] = "[\(values.joined(separator: ", "))]" }
  return result.filter { $0.value != "{}" }
}

@Suite("Options")
struct OptionsTests {
  private static func error(_ yaml: String) -> AnalyzerError? {
    do {
      _ = try AnalysisOptions(yaml: yaml)
      return nil
    } catch {
      return error as? AnalyzerError
    }
  }

  @Test("The defaults are valid, and printed and read back they are the same")
  func roundTrip() throws {
    let defaults = AnalysisOptions()
    try defaults.validate()
    #expect(try AnalysisOptions(yaml: defaults.yaml()) == defaults)
    #expect(try AnalysisOptions(yaml: "") == defaults && AnalysisOptions(yaml: "# nothing\n") == defaults)
    var other = defaults
    other.prices.file = "p.json"
    other.cache.scope.tenant = true
    other.cache.ttl = Lifetime("15m")!
    other.cache.threshold = 0.875
    other.cache.thresholds = [0.5, 1]
    other.cache.capacities = [EntryLimit(5), EntryLimit(nil)]
    other.cache.policies = [.belady]
    other.cache.lookupUSDPerMillion = 1.5e-7
    other.cache.extraPersonal = ["my: \"name\"", "1e5", "true", "#x"]
    other.normalize.extraFillers = ["bitte", "- also"]
    other.guards.numbers = false
    other.guards.answerForm = false
    other.guards.model = "pairs.json"
    other.guards.extraNegations = ["hardly"]
    other.guards.extraAntonyms = [["arm", "disarm"]]
    other.guards.extraEntities = ["acme one | acme 1"]
    other.guards.extraClasses = [["gold plan", "silver plan", "bronze plan"]]
    other.routing.cheap = "gpt-4o-mini"
    other.batching.tags = ["nightly"]
    other.batching.curve = [[1, 2.5], [8, 10]]
    other.selfHosted.models = ["llama"]
    other.selfHosted.gpuHourUSD = 2.5
    other.selfHosted.gpus = 4
    other.selfHosted.throughput = 1e6
    other.quantisation.format = .fp8
    other.distillation.student = "gpt-4.1-nano"
    other.routing.model = "router.json"
    other.routing.cascade = true
    other.routing.outputRatio = 0.4
    other.report.topRows = 3
    #expect(try AnalysisOptions(yaml: other.yaml()) == other)
  }

  @Test("Numbers are printed as people write them")
  func plainNumbers() throws {
    let values = flatten(yaml: try AnalysisOptions().yaml())
    #expect(
      values["cache.threshold"] == "0.95" && values["cache.embeddingUSDPerMillionTokens"] == "0.02"
        && values["routing.gate"] == "0.8")
    #expect(values["cache.thresholds"]?.hasPrefix("[0.8, 0.81, ") == true && values["cache.maxTurns"] == "4")
  }

  @Test("A partial file changes what it names and nothing else")
  func partial() throws {
    var expected = AnalysisOptions()
    expected.cache.ttl = Lifetime("6h")!
    expected.cache.scope.tenant = true
    #expect(try AnalysisOptions(yaml: "cache:\n  ttl: 6h\n  scope:\n    tenant: true\n") == expected)
    // A section whose lines are all commented out, and an optional value set to nothing.
    #expect(try AnalysisOptions(yaml: "cache:\n  # ttl: 6h\nrouting:\n  cheap: null\n") == AnalysisOptions())
  }

  @Test("An unknown key is an error that lists the known ones, at every depth")
  func unknownKeys() {
    let top = Self.error("cahce: {}\n")
    #expect(
      top?.kind == .config && top?.message.contains("cahce") == true
        && top?.hint?.contains("batching, budgets, cache, distillation, embedding, guards, input") == true)
    let inner = Self.error("cache:\n  tll: 1h\n")
    #expect(inner?.message.contains("cache.tll") == true && inner?.hint?.contains("ttl, ttls") == true)
    let deep = Self.error("cache:\n  scope:\n    modle: true\n")
    #expect(deep?.message.contains("cache.scope.modle") == true && deep?.hint?.contains("model") == true)
  }

  @Test(
    "A wrong value is a config error that names its option",
    arguments: [
      ("cache:\n  ttl: 5x\n", "cache.ttl"), ("cache:\n  ttl: 0h\n", "cache.ttl"),
      ("cache:\n  ttls: [1h, soon]\n", "cache.ttls"),
      ("cache:\n  threshold: high\n", "cache.threshold"), ("cache:\n  threshold: 0.2\n", "cache.threshold"),
      ("cache:\n  threshold: .nan\n", "cache.threshold"),
      ("cache:\n  thresholds: []\n", "cache.thresholds"), ("cache:\n  capacities: [0]\n", "cache.capacities"),
      ("cache:\n  policies: [mru]\n", "cache.policies"),
      ("cache:\n  policies: []\n", "cache grids"), ("cache: 5\n", "cache"),
      ("cache:\n  maxTurns: 0\n", "cache.maxTurns"),
      ("cache:\n  maxTemperature: -1\n", "cache.maxTemperature"),
      ("cache:\n  maxWrongHits: 1.5\n", "cache.maxWrongHits"),
      ("cache:\n  lookupUSDPerMillion: -1\n", "cache.lookupUSDPerMillion"),
      ("input:\n  maxWindowLog: 40\n", "input.maxWindowLog"), ("input:\n  maxExpansion: 1\n", "input.maxExpansion"),
      ("input:\n  maxLineBytes: 5\n", "input.maxLineBytes"), ("routing:\n  gate: 0.3\n", "routing.gate"),
      ("routing:\n  outputRatio: 0\n", "routing.outputRatio"), ("routing:\n  inputRatio: 1000\n", "routing.inputRatio"),
      ("routing:\n  cascadeAccept: 2\n", "routing.cascadeAccept"),
      ("precache:\n  minUsers: 0\n", "precache.minUsers"),
      ("precache:\n  minAgreement: 7\n", "precache.minAgreement"),
      ("precache:\n  halfLife: 0d\n", "precache.halfLife"),
      ("precache:\n  maxAnswerBytes: -1\n", "precache.maxAnswerBytes"),
      ("precache:\n  maxEntries: 1.5\n", "precache.maxEntries"), ("report:\n  topRows: 0\n", "row limits"),
      ("guards:\n  numbers: maybe\n", "guards.numbers"),
      ("guards:\n  extraAntonyms: [[on]]\n", "guards.extraAntonyms"),
      ("guards:\n  extraClasses: [gold]\n", "guards.extraClasses"),
    ])
  func wrongValues(_ yaml: String, _ name: String) {
    let error = Self.error(yaml)
    #expect(error?.kind == .config && error?.message.contains(name) == true, "\(String(describing: error))")
  }

  @Test("What is no YAML mapping is a config error, and so is a file that cannot be read, with its path")
  func notAMapping() {
    for text in ["- a\n", "5\n", "a: [\n", "\"\n", "? {}\n"] { #expect(Self.error(text)?.kind == .config, "\(text)") }
    #expect(throws: AnalyzerError.self) { try AnalysisOptions(yamlFile: "/none/analyze.yaml") }
  }

  @Test(
    "Durations read and print",
    arguments: [
      ("90s", "90s"), ("15m", "15m"), ("60m", "1h"), ("24h", "24h"), ("48h", "2d"), ("7d", "7d"), ("inf", "inf"),
    ])
  func durations(_ text: String, _ printed: String) {
    #expect(Lifetime(text)?.description == printed)
    #expect(Lifetime(text).flatMap { Lifetime($0.description) } == Lifetime(text))
  }

  @Test(
    "What is no duration", arguments: ["", "5", "h", "-1h", "0d", "1.5h", "1w", "9223372036854775807d", "inf ", "1 h"])
  func noDurations(_ text: String) { #expect(Lifetime(text) == nil) }
}
