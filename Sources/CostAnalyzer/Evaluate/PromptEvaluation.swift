import Foundation

/// What each level of trimming takes out of a file of prompts, and what it keeps.
package struct PromptEvaluation: Sendable, Encodable {
  package struct Row: Sendable, Encodable {
    package var level: String
    /// After this level and those before it.
    package var tokens: Int
    package var reduction: Double
    /// Prompts that got shorter, and by a twentieth or more.
    package var changed: Int
    package var muchShorter: Int
    /// Numbers, negations and limits, before and after, and prompts in which any of them differs.
    package var critical: Int
    package var criticalKept: Int
    package var criticalDiffers: Int
    /// Changed prompts with a cosine below 0.95; nil without an embedder.
    package var belowSimilarity: Int?
  }

  package var prompts: Int
  package var textTasks: Int
  package var tokens: Int
  package var encoding: String
  package var isEstimate: Bool
  package var embedder: String?
  package var rows: [Row]

  /// - Parameter embedder: nil to compare no meanings.
  package init(
    _ texts: [[UInt8]], trimmer: PromptTrimmer, counter: TokenCounter, encoding: TokenEncoding,
    embedder: (any Embedder)?, threads: Int
  ) throws {
    let critical = trimmer.rules.critical
    let results = parallelMap(texts.count, threads: threads) {
      index -> (before: Int, trimmed: TrimmedText?, isTask: Bool) in
      let isTask = trimmer.isTextTask(texts[index])
      let trimmed =
        isTask ? nil : trimmer.trim(texts[index], upTo: .unsafe) { counter.count($0, encoding) }
      return (trimmed?.tokens[0] ?? counter.count(texts[index], encoding), trimmed, isTask)
    }
    prompts = texts.count
    textTasks = results.count { $0.isTask }
    tokens = results.reduce(0) { $0 + $1.before }
    self.encoding = encoding.rawValue
    isEstimate = !counter.isExact(encoding)
    self.embedder = embedder?.identity
    rows = []
    for level in TrimLevel.allCases {
      var row = Row(
        level: level.rawValue, tokens: 0, reduction: 0, changed: 0, muchShorter: 0, critical: 0, criticalKept: 0,
        criticalDiffers: 0)
      var pairs: [[UInt8]] = []
      for (text, result) in zip(texts, results) {
        let after = result.trimmed?.tokens[level.index + 1] ?? result.before
        row.tokens += after
        if after < result.before { row.changed += 1 }
        if after * 20 <= result.before * 19 { row.muchShorter += 1 }
        func list(_ text: [UInt8]) -> [UInt64] {
          critical.list(trimmer.plain(text) { counter.count($0, encoding) })
        }
        let before = list(text)
        let left = result.trimmed?.texts[level.index] ?? text
        let kept = left == text ? before : list(left)
        row.critical += before.count
        row.criticalKept += Self.common(before, kept)
        if kept != before { row.criticalDiffers += 1 }
        if left != text { pairs += [text, left] }
      }
      row.reduction = 1 - Double(row.tokens) / Double(max(1, tokens))
      if let embedder {
        let vectors = pairs.isEmpty ? nil : try embedder.embed(pairs, threads: threads)
        row.belowSimilarity =
          vectors.map { vectors in
            (0..<pairs.count / 2).count { vectors.cosine(2 * $0, 2 * $0 + 1) < 0.95 }
          } ?? 0
      }
      rows.append(row)
    }
  }

  /// How many of `before` are in `after`, each as often as it is there.
  private static func common(_ before: [UInt64], _ after: [UInt64]) -> Int {
    var left: [UInt64: Int] = [:]
    for token in after { left[token, default: 0] += 1 }
    return before.count { token in
      guard let count = left[token], count > 0 else { return false }
      left[token] = count - 1
      return true
    }
  }

  package var text: String {
    func pad(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(1, width - text.count)) + text
    }
    var lines = [
      "\(prompts) prompts, \(tokens) tokens (\(encoding)\(isEstimate ? ", estimated" : "")); \(textTasks) about texts, left alone",
      "level       "
        + ["reduction", "changed", ">= 5 %", "critical kept", "cosine < 0.95"].map { pad($0, 15) }.joined(),
    ]
    for row in rows {
      let kept = "\(row.criticalKept)/\(row.critical)"
      lines.append(
        row.level.padding(toLength: 12, withPad: " ", startingAt: 0)
          + pad(NumberText.fixed(row.reduction * 100, 2) + " %", 15) + pad("\(row.changed)", 15)
          + pad("\(row.muchShorter)", 15) + pad(kept, 15) + pad(row.belowSimilarity.map(String.init) ?? "-", 15))
    }
    return lines.joined(separator: "\n")
  }
}

/// A file of prompts: JSON Lines with `prompt`, `text`, `question` or a bare string.
package enum PromptFile {
  package static func read(path: String) throws -> [[UInt8]] {
    struct Line: Decodable {
      var prompt: String?
      var text: String?
      var question: String?
    }
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw AnalyzerError(.input, "cannot read \(path): \(error.localizedDescription)", hint: "check the path")
    }
    let decoder = JSONDecoder()
    return try data.split(separator: 10).enumerated().map { index, line in
      if let text = try? decoder.decode(String.self, from: line) { return Array(text.utf8) }
      let object = try? decoder.decode(Line.self, from: line)
      guard let text = object?.prompt ?? object?.text ?? object?.question else {
        throw AnalyzerError(
          .input, "\(path), line \(index + 1): no prompt", hint: "write {\"prompt\": \"…\"} or a JSON string a line")
      }
      return Array(text.utf8)
    }
  }
}
