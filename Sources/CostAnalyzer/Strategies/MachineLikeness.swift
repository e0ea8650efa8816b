/// What speaks for a program behind a caller's requests. Two signs make a machine; none is proof.
package struct MachineLikeness: Sendable, Equatable {
  package enum Sign: String, Sendable, CaseIterable {
    case regular = "regular intervals"
    case bursts = "bursts"
    case oneTemplate = "one template"
    case night = "day and night"
    case noVariation = "no variation"
  }

  /// Below this nothing is said.
  package static let fewest = 20

  package var requests: Int
  /// Median time between requests, microseconds.
  package var interval: Int64 = 0
  /// Share of the gaps within a tenth of their median.
  package var regularity = 0.0
  /// Share of the requests that stand in 20 of one template within ten minutes.
  package var burstShare = 0.0
  /// Share of the most frequent template.
  package var templateShare = 0.0
  /// Share between midnight and six on the wall clock.
  package var nightShare = 0.0
  /// Distinct questions by requests.
  package var distinctShare = 1.0
  package var signs: [Sign] = []

  package var isMachine: Bool { signs.count >= 2 }

  /// - Parameters:
  ///   - requests: of one caller, by time.
  ///   - templates: of the log's prompts.
  package init(_ requests: [UInt32], _ log: RequestLog, _ templates: TemplateNumbers, _ clock: ZoneClock) {
    self.requests = requests.count
    guard requests.count >= Self.fewest else { return }
    let count = Double(requests.count)
    let times = requests.map { log.requests[Int($0)].time }
    let gaps = zip(times.dropFirst(), times).map { $0 - $1 }
    interval = gaps.sorted()[gaps.count / 2]
    regularity = Double(gaps.count { ($0 - interval).magnitude * 10 <= interval.magnitude }) / Double(gaps.count)
    nightShare = Double(times.count { Timestamp.hourOfDay(clock.wall($0).micros) < 6 }) / count
    var byTemplate: [UInt32: [Int64]] = [:]
    var texts: Set<UInt32> = []
    for (request, time) in zip(requests, times) {
      let prompt = log.requests[Int(request)].prompt
      guard prompt != Request.noText else { continue }
      byTemplate[templates.byPrompt[Int(prompt)], default: []].append(time)
      texts.insert(log.prompts.keys[Int(log.prompts.prompts[Int(prompt)].key)].text)
    }
    if !texts.isEmpty {
      templateShare = Double(byTemplate.values.map(\.count).max()!) / count
      distinctShare = Double(texts.count) / count
      burstShare = Double(byTemplate.values.reduce(0) { $0 + Self.inBursts($1) }) / count
    }
    // Requests at one moment have no rhythm.
    if regularity >= 0.5 && interval > 0 { signs.append(.regular) }
    if burstShare >= 0.5 { signs.append(.bursts) }
    if templateShare >= 0.9 { signs.append(.oneTemplate) }
    if nightShare >= 0.2 { signs.append(.night) }
    if distinctShare <= 0.1 { signs.append(.noVariation) }
  }

  /// How many of the times stand in a run of 20 that takes at most ten minutes.
  private static func inBursts(_ times: [Int64]) -> Int {
    let length = 10 * 60 * Timestamp.second
    var marked = 0
    var end = 0
    for start in times.indices where start + fewest <= times.count && times[start + fewest - 1] - times[start] <= length
    {
      marked += start + fewest - max(start, end)
      end = start + fewest
    }
    return marked
  }

  /// The evidence in words, without any text from the log.
  package var evidence: String {
    if requests < Self.fewest { return "fewer than \(Self.fewest) requests" }
    func percent(_ share: Double) -> String { NumberText.fixed(100 * share, 0) + " %" }
    return signs.map { sign in
      switch sign {
      case .regular:
        "\(percent(regularity)) of the gaps within a tenth of \(NumberText.fixed(Double(interval) / 1e6, 1)) s"
      case .bursts: "\(percent(burstShare)) in bursts of one template"
      case .oneTemplate: "\(percent(templateShare)) one template"
      case .night: "\(percent(nightShare)) between midnight and six"
      case .noVariation: "\(percent(distinctShare)) distinct questions"
      }
    }.joined(separator: "; ")
  }
}
