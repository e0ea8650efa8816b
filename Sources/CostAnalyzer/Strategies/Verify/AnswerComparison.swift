/// How alike two logged answers are, as one of a few *cells*: what they share of the numbers and names that neither
/// question contains, and of their other words where they state no facts.
///
/// A cell is (stratum × names × numbers). The stratum is how many numbers could be shared: sharing none of one says less
/// than sharing none of four, so right and wrong pairs are compared inside a stratum.
package struct AnswerComparison: Sendable {
  package static let strata = 7
  package static let cellsPerStratum = 12
  package static let cells = strata * cellsPerStratum

  private let log: RequestLog
  /// By index of `PromptTable.texts`: the words of the question.
  private let questions: [[UInt16]]

  package init(_ log: RequestLog, threads: Int) {
    self.log = log
    let texts = log.prompts.texts
    questions = parallelMap(texts.count, threads: threads) { AnswerWords.marks(texts[$0]) }
  }

  /// Nil where one of two requests (indices into `RequestLog.requests`) has no answer.
  package func cell(_ a: Int, _ b: Int) -> Int? {
    guard let (x, p) = answer(a), let (y, q) = answer(b) else { return nil }
    return Self.cell(x, y, questions: questions[p], questions[q])
  }

  package func hasAnswer(_ request: Int) -> Bool { answer(request) != nil }

  private func answer(_ request: Int) -> (AnswerDigest, question: Int)? {
    guard log.answerDigests.count > 0 else { return nil }
    let digest = log.answerDigests[request]
    let prompt = log.requests[request].prompt
    if digest.isEmpty || prompt == Request.noText || log.requests[request].isError { return nil }
    return (digest, Int(log.prompts.keys[Int(log.prompts.prompts[Int(prompt)].key)].text))
  }

  /// - Parameter questions: words of both questions, rising: what they contain is no evidence.
  package static func cell(_ a: AnswerDigest, _ b: AnswerDigest, questions p: [UInt16], _ q: [UInt16]) -> Int {
    func compare(_ kind: AnswerDigest.Kind) -> (shared: Int, fewer: Int, all: Int) {
      overlap(a, b, kind) { contains(p, $0) || contains(q, $0) }
    }
    let numbers = compare(.number)
    let names = compare(.name)
    let stratum = stratum(pairs: numbers.fewer * (numbers.all + numbers.shared - numbers.fewer))
    var last = min(2, numbers.shared)
    if stratum == 0, names.fewer == 0 {
      let words = compare(.word)
      last = words.shared == 0 ? 0 : 8 * words.shared < 3 * words.all ? 1 : 2
    }
    return cellsPerStratum * stratum + 3 * (names.fewer == 0 ? 3 : min(2, names.shared)) + last
  }

  /// By how many numbers of the one could equal one of the other.
  private static func stratum(pairs: Int) -> Int {
    switch pairs {
    case 0: 0
    case 1: 1
    case ...3: 2
    case ...5: 3
    case ...8: 4
    case ...12: 5
    default: 6
    }
  }

  /// What two bottom-k lists share below the hash up to which both are complete.
  private static func overlap(
    _ a: AnswerDigest, _ b: AnswerDigest, _ kind: AnswerDigest.Kind, except isExcepted: (UInt16) -> Bool
  ) -> (shared: Int, fewer: Int, all: Int) {
    let places = kind.places
    let (lastA, lastB) = (a.marks[places.upperBound - 1], b.marks[places.upperBound - 1])
    let limit = min(lastA == 0 ? .max : lastA, lastB == 0 ? .max : lastB)
    var (i, j) = (places.lowerBound, places.lowerBound)
    var (shared, onlyA, onlyB) = (0, 0, 0)
    while true {
      let x = i < places.upperBound && a.marks[i] != 0 && a.marks[i] <= limit ? a.marks[i] : 0
      let y = j < places.upperBound && b.marks[j] != 0 && b.marks[j] <= limit ? b.marks[j] : 0
      if x == 0 && y == 0 { break }
      let takesA = x != 0 && (y == 0 || x <= y)
      let takesB = y != 0 && (x == 0 || y <= x)
      let counts = isExcepted(takesA ? x : y) ? 0 : 1
      if takesA && takesB { shared += counts } else if takesA { onlyA += counts } else { onlyB += counts }
      if takesA { i += 1 }
      if takesB { j += 1 }
    }
    return (shared, shared + min(onlyA, onlyB), shared + onlyA + onlyB)
  }

  private static func contains(_ sorted: [UInt16], _ mark: UInt16) -> Bool {
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < mark { low = middle + 1 } else { high = middle }
    }
    return low < sorted.count && sorted[low] == mark
  }
}
