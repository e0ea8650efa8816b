/// Which spans caused which, to tell calls of a model from spans that repeat the usage of the calls below them.
///
/// Agents, chains and wrappers of client libraries log the sum of their children, or one call once more. A child is
/// exported before its parent or after it, in the same file or another, so the tree is looked at when all is read.
struct SpanTree {
  private var parents: [UInt64: UInt64] = [:]
  private(set) var calls: [(span: UInt64, request: Int)] = []
  /// Deeper trees are not searched further: a circle of parents has no end.
  private static let mostLevels = 256

  mutating func add(_ links: RecordLinks) {
    if links.span != 0 && links.parent != 0 { parents[links.span] = links.parent }
  }

  mutating func addCall(span: UInt64, request: Int) { if span != 0 { calls.append((span, request)) } }

  var requestOfSpan: [UInt64: Int] {
    Dictionary(calls.map { ($0.span, $0.request) }, uniquingKeysWith: { first, _ in first })
  }

  /// Requests that have another request below them, each with one of those.
  func wrappers() -> [(wrapper: Int, call: Int)] {
    if parents.isEmpty { return [] }
    let requestOf = requestOfSpan
    var found: [(wrapper: Int, call: Int)] = []
    for (span, request) in calls {
      var above = parents[span]
      for _ in 0..<Self.mostLevels {
        guard let current = above else { break }
        if let wrapper = requestOf[current], wrapper != request { found.append((wrapper, request)) }
        above = parents[current]
      }
    }
    return found
  }
}

extension RequestLog {
  /// Takes requests out, with what stands parallel to them; an answer that a prompt has from one of them goes to the next
  /// request with that prompt.
  mutating func remove(_ dropped: Set<Int>) {
    if dropped.isEmpty { return }
    var number = [Int](repeating: -1, count: requests.count)
    var kept = 0
    for index in 0..<requests.count where !dropped.contains(index) {
      number[index] = kept
      kept += 1
    }
    var heirs: [UInt32: Int] = [:]
    for index in 0..<requests.count where number[index] >= 0 && !requests[index].isError {
      let prompt = requests[index].prompt
      if prompt != Request.noText && heirs[prompt] == nil { heirs[prompt] = number[index] }
    }
    prompts.renumberAnswers { prompt, request in number[request] >= 0 ? number[request] : heirs[prompt] }
    requests = requests.filtered { number[$0] >= 0 }
    answerSketches = answerSketches.filtered { number[$0] >= 0 }
    answerDigests = answerDigests.filtered { number[$0] >= 0 }
    places = places.filtered { number[$0] >= 0 }
    keys = keys.filtered { number[$0] >= 0 }
  }
}
