import CostAnalyzer
import Foundation

/// The tags of a page as a browser would see them; written for these tests, and strict: what is not closed is an error.
struct HTMLReader {
  struct Element {
    var name: String
    var attributes: [String: String]
    /// Names of the elements around it, the outermost first.
    var path: [String]
    /// All text inside, entities resolved.
    var text = ""
  }

  private(set) var elements: [Element] = []
  private(set) var errors: [String] = []
  /// What stands inside `script` and `style`.
  private(set) var raw: [String: String] = [:]

  private static let void: Set<String> = ["meta", "link", "img", "br", "hr", "input"]
  private static let rawText: Set<String> = ["script", "style"]

  init(_ page: String) {
    var open: [Int] = []
    var rest = page[...]
    func add(_ text: Substring, to elements: inout [Element]) {
      let text = Self.resolved(String(text))
      for index in open { elements[index].text += text }
    }
    while let start = rest.firstIndex(of: "<") {
      add(rest[..<start], to: &elements)
      rest = rest[start...]
      guard let end = rest.firstIndex(of: ">") else { break }
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("!") { continue }
      if tag.hasPrefix("/") {
        guard let last = open.popLast(), elements[last].name == tag.dropFirst() else {
          errors.append("unexpected <\(tag)>")
          return
        }
        continue
      }
      let isClosed = tag.hasSuffix("/")
      let name = String(tag.prefix { !$0.isWhitespace && $0 != "/" }).lowercased()
      var attributes: [String: String] = [:]
      for match in tag.dropFirst(name.count).matches(of: /([^\s"=\/]+)(="([^"]*)")?/) {
        let key = String(match.output.1)
        if attributes.updateValue(Self.resolved(String(match.output.3 ?? "")), forKey: key) != nil {
          errors.append("\(key) twice in <\(tag)>")
        }
      }
      elements.append(Element(name: name, attributes: attributes, path: open.map { elements[$0].name }))
      if Self.rawText.contains(name), let close = rest.firstRange(of: "</\(name)>") {
        raw[name, default: ""] += rest[..<close.lowerBound]
        rest = rest[close.upperBound...]
      } else if !isClosed && !Self.void.contains(name) {
        open.append(elements.count - 1)
      }
    }
    if !open.isEmpty { errors.append("not closed: \(open.map { elements[$0].name })") }
  }

  func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

  private static func resolved(_ text: String) -> String {
    var text = text
    for (entity, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
      text = text.replacingOccurrences(of: entity, with: character)
    }
    return text
  }
}

/// Reports for the tests of pages, each analysed once.
enum SamplePages {
  /// Every chart has something to show: answers to verify by, a budget, latencies, repeats.
  static let full: (analysis: Analysis, files: [String: Data]) = {
    let scratch = try! Scratch()
    var generator = GeneratorOptions()
    generator.requests = 900
    generator.seed = 11
    generator.users = 60
    _ = try! writeGeneratedLog(options: generator, format: .traffic, to: scratch.path("log.jsonl"))
    var lines: [String] = []
    // Repeats with answers, and near repeats of them.
    for index in 0..<900 {
      let wording = [
        "How do I reset the password of", "how can i reset the password of", "How do we reset the password for",
      ]
      lines.append(
        SampleLogs.line(
          index, time: 1_767_600_000 + Int64(index) * 300, user: index % 9, model: "gpt-4o",
          question: "\(wording[index % 3]) account \(["alpha", "beta", "gamma", "delta"][index / 3 % 4]) please",
          input: 200,
          output: 80,
          answer: "Open the settings page of \(["alpha", "beta", "gamma", "delta"][index / 3 % 4]) and choose reset.",
          extra: #","latency_ms":900"#))
    }
    let more = try! scratch.write(lines.joined(separator: "\n") + "\n", to: "more.jsonl")
    var options = AnalysisOptions()
    options.budgets.limits = [BudgetLimit(.global, usd: 0.5, every: BudgetPeriod("7d")!)]
    options.cache.thresholds = [0.8, 0.85, 0.9, 0.95]
    options.cache.ttls = [.hours(6), .hours(24), .unlimited]
    options.cache.capacities = [EntryLimit(nil)]
    return try! report(of: [scratch.path("log.jsonl"), more], options: options)
  }()

  static func text(_ name: String, _ files: [String: Data] = full.files) -> String {
    String(decoding: files[name] ?? Data(), as: UTF8.self)
  }
}
