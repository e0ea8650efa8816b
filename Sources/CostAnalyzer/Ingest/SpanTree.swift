/// Which spans caused which, to tell calls of a model from spans that repeat the usage of the calls below them.
///
/// Agents, chains and wrappers of client libraries log the sum of their children, or one call once more; but a call may also
/// have calls below it that are others (the embedding for a tool that it uses). A child is exported before its parent or after
/// it, in the same file or another, so the tree is looked at when all is read.
struct SpanTree {
  /// What a request says it used.
  struct Use {
    var prompt: UInt64
    var output: UInt64
    var isEstimated: Bool

    fileprivate func covers(_ other: Use) -> Bool { prompt >= other.prompt && output >= other.output }

    /// Calls tell more of an agent than its own sum does, unless most of them are missing.
    fileprivate func tellsMost(of agent: Use) -> Bool { 2 * (prompt + output) >= agent.prompt + agent.output }

    fileprivate static func + (a: Use, b: Use) -> Use {
      Use(prompt: a.prompt + b.prompt, output: a.output + b.output, isEstimated: a.isEstimated || b.isEstimated)
    }
  }

  private var parents: [UInt64: UInt64] = [:]
  private var calls: [(span: UInt64, request: Int, trace: UInt64, isAgent: Bool)] = []
  /// Deeper trees are not searched further: a circle of parents has no end.
  private static let mostLevels = 256

  mutating func add(_ links: RecordLinks) {
    if links.span != 0 && links.parent != 0 { parents[links.span] = links.parent }
  }

  mutating func addCall(_ links: RecordLinks, request: Int) {
    if links.span != 0 { calls.append((links.span, request, links.trace, links.isAgent)) }
  }

  var requestOfSpan: [UInt64: Int] {
    Dictionary(calls.map { ($0.span, $0.request) }, uniquingKeysWith: { first, _ in first })
  }

  /// Requests that say again what others say, each with one of those.
  ///
  /// An agent repeats the calls of its trace; where those below it make up less than half of what it used, they are a part of
  /// it. A call repeats those below it when together they used at least as much; one without counts of its own does too, and
  /// calls without counts are a part of the call above that has them.
  func wrappers(use: (Int) -> Use) -> [(wrapper: Int, call: Int)] {
    if calls.isEmpty { return [] }
    let requestOf = requestOfSpan
    let agents = Set(calls.lazy.filter(\.isAgent).map(\.request))
    var nearest: [(wrapper: Int, call: Int)] = []
    // By how many others a request is caused; the spans of one may stand in several places.
    var depths: [Int: Int] = [:]
    for (span, request, _, _) in calls {
      var (above, depth) = (parents[span], 0)
      for _ in 0..<Self.mostLevels {
        guard let current = above else { break }
        if let wrapper = requestOf[current], wrapper != request {
          if depth == 0 { nearest.append((wrapper, request)) }
          depth += 1
        }
        above = parents[current]
      }
      depths[request] = max(depth, depths[request] ?? 0)
    }
    var below: [Int: [Int]] = [:]
    // In a circle nobody is deeper.
    for (wrapper, call) in nearest where depths[call]! > depths[wrapper]! {
      if below[wrapper]?.contains(call) != true { below[wrapper, default: []].append(call) }
    }
    var found = agentsBesideCalls(use)
    for agent in found.map(\.wrapper) { below[agent] = nil }
    var uses: [Int: Use] = [:]
    for wrapper in below.keys.sorted(by: { (-depths[$0]!, $0) < (-depths[$1]!, $1) }) {
      let own = use(wrapper)
      let calls = below[wrapper]!
      let sum = calls.map { uses[$0] ?? use($0) }.reduce(Use(prompt: 0, output: 0, isEstimated: false), +)
      let isAgent = agents.contains(wrapper)
      if isAgent ? sum.tellsMost(of: own) : own.isEstimated || sum.covers(own) {
        found.append((wrapper, calls[0]))
        uses[wrapper] = sum
      } else if isAgent || sum.isEstimated && calls.allSatisfy({ use($0).isEstimated }) {
        found += calls.map { ($0, wrapper) }
        uses[wrapper] = own
      } else {
        uses[wrapper] = own + sum
      }
    }
    return found
  }

  /// Agents of which the calls of their traces tell most, each with the first of those: below them or not, as exporters lose
  /// parents.
  private func agentsBesideCalls(_ use: (Int) -> Use) -> [(wrapper: Int, call: Int)] {
    var traces: [UInt64: (sum: Use, call: Int)] = [:]
    var seen: Set<Int> = []
    for call in calls where !call.isAgent && call.trace != 0 && seen.insert(call.request).inserted {
      let used = use(call.request)
      traces[call.trace] = traces[call.trace].map { ($0.sum + used, $0.call) } ?? (used, call.request)
    }
    return calls.compactMap { agent in
      guard agent.isAgent, let (sum, call) = traces[agent.trace], sum.tellsMost(of: use(agent.request)),
        seen.insert(agent.request).inserted
      else { return nil }
      return (agent.request, call)
    }
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
    idHashes = idHashes.filtered { number[$0] >= 0 }
  }
}
