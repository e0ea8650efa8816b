/// Programs that ask on a timer. They look like traffic of people in every field but their rhythm.
struct BotTraffic: Sendable {
  enum Task: Int, CaseIterable, Sendable { case healthCheck, logLines, statusPoll }

  struct Event: Sendable {
    var time: Int64
    var task: Task
    var count: Int
  }

  static let users: [String] = ["svc-health", "svc-loglines", "u-poller"]
  private static let sharesPerMille = [15, 20, 10]

  private var nextTimes: [Int64] = []
  /// When the bots would ask if their clocks were perfect.
  private var dueTimes: [Int64] = []
  private var intervals: [Int64] = []
  private var left: [Int] = []
  private var sent: [Int] = []
  private var random: SeededRandom

  init(options: GeneratorOptions) {
    random = SeededRandom(seed: options.seed, stream: 6, index: 0)
    let span = Int64(options.days) * 86_400_000
    for share in Self.sharesPerMille {
      let count = options.requests * share / 1000
      let interval = span / Int64(max(count, 1))
      intervals.append(interval)
      dueTimes.append(options.startEpochSeconds * 1000 + Int64(random.below(Int(min(interval, 60_000)))))
      nextTimes.append(dueTimes[dueTimes.count - 1])
      left.append(count)
      sent.append(0)
    }
  }

  /// How many requests all bots will make.
  var total: Int { left.reduce(0, +) }

  /// Which bot is next, and when.
  private var nextBot: Int? {
    left.indices.filter { left[$0] > 0 }.min { (nextTimes[$0], $0) < (nextTimes[$1], $1) }
  }

  var nextTime: Int64? { nextBot.map { nextTimes[$0] } }

  mutating func next() -> Event? {
    guard let bot = nextBot else { return nil }
    let event = Event(time: nextTimes[bot], task: Task.allCases[bot], count: sent[bot])
    sent[bot] += 1
    left[bot] -= 1
    dueTimes[bot] += intervals[bot]
    nextTimes[bot] = dueTimes[bot] + Int64(random.below(Int(min(intervals[bot], 40))))
    return event
  }

  static func area(_ task: Task) -> Int {
    switch task {
    case .healthCheck: 2
    case .logLines: 6
    case .statusPoll: 0
    }
  }

  /// `record` is the log line of the classification bot.
  static func question(_ task: Task, record: Int) -> String {
    switch task {
    case .healthCheck: "Health check: answer with OK and one sentence about what you can do."
    case .logLines:
      "Classify the log line as info, warning or error and give one reason.\nLine: host-\(record % 37) worker "
        + "\(record % 11): request \(record) took \(record % 4000) ms, \(record % 5) retries"
    case .statusPoll: "Current status of automatic top-up? Answer with one paragraph."
    }
  }

  static func answer(_ task: Task, record: Int, facts: IntentFacts) -> String {
    switch task {
    case .healthCheck:
      return
        "OK. I answer questions about accounts, devices, networks and software, explain settings step by step, and "
        + "hand cases over to \(facts.team) when something cannot be solved in this chat. The menu to "
        + "start with is \(facts.menu)."
    case .logLines:
      let level = record % 5 > 2 ? "error" : record % 4000 > 2000 ? "warning" : "info"
      return
        "\(level): request \(record) on host-\(record % 37) needed \(record % 4000) ms and \(record % 5) retries. The "
        + "limits are 2000 ms for a warning and 2 retries for an error, so the class follows from the numbers of the "
        + "line alone; the worker and the host play no part."
    case .statusPoll:
      return "Automatic top-up is running normally. \(facts.limit) requests are open, the slowest of them is "
        + "\(facts.minutes) minutes old. The next maintenance is planned in \(facts.days) days; until then no "
        + "interruption is expected. \(facts.team) watches the queue and reports every change."
    }
  }
}
