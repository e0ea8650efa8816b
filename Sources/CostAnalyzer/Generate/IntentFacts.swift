/// What is true about an intent: every answer to it states most of these facts.
struct IntentFacts: Sendable {
  var menu: String
  var section: String
  var role: String
  var team: String
  var minutes: Int
  var limit: Int
  var days: Int
  var code: String
  var fee: String
  var allowed: Bool

  /// The facts of an intent depend on the seed and the intent only, so they need not be stored.
  init(intent: Int, area: ProductArea, seed: UInt64) {
    var random = SeededRandom(seed: seed, stream: 21, index: intent)
    menu = random.pick(area.menus)
    section = random.pick(Self.sections)
    role = random.pick(area.roles)
    team = random.pick(area.teams)
    minutes = random.within(2...58)
    limit = random.within(2...40)
    days = random.within(2...29)
    let letters = Array("ABCDEFGHKLMNPRSTUVWXYZ".utf8)
    code = "\(UnicodeScalar(random.pick(letters)))\(UnicodeScalar(random.pick(letters)))-\(random.within(100...999))"
    let cents = random.within(2...40) * 25
    fee = random.chance(0.6) ? "free of charge" : "charged with \(RecordTemplates.money(cents))"
    allowed = random.chance(0.5)
  }

  /// The same facts with the numbers a careless model would mix up.
  func withWrongNumbers() -> IntentFacts {
    var wrong = self
    wrong.minutes += 11
    wrong.limit += 7
    wrong.days += 13
    wrong.allowed.toggle()
    return wrong
  }

  private static let sections: [String] = [
    "Preferences", "Overview", "Advanced", "Permissions", "History", "General", "Notifications", "Rules", "Defaults",
  ]

  /// The facts as sentences; which wording, which order and which are left out is up to the answer.
  func sentences(_ random: inout SeededRandom) -> [String] {
    let wording = random.below(3)
    func pick(_ first: String, _ second: String, _ third: String) -> String {
      switch wording {
      case 0: first
      case 1: second
      default: third
      }
    }
    return [
      pick(
        "You need the \(role) role for this.", "This requires the role \(role).",
        "Only people with the \(role) role see this setting."),
      pick(
        "The change takes effect within \(minutes) minutes.",
        "It takes up to \(minutes) minutes until everyone sees it.",
        "Allow \(minutes) minutes before you check the result."),
      pick(
        "You can do this at most \(limit) times a month.", "The limit is \(limit) changes a month.",
        "Up to \(limit) changes a month are possible."),
      pick(
        "You can undo it for \(days) days.", "For \(days) days the old state can be brought back.",
        "The previous version is kept for \(days) days."),
      pick("It is \(fee).", "This is \(fee).", "The service is \(fee)."),
      pick(
        "If you see code \(code), contact \(team).", "Should the error \(code) appear, \(team) can help.",
        "Code \(code) means that \(team) has to confirm it."),
      pick(
        "Existing entries stay as they are.", "Nothing changes for entries that exist already.",
        "Entries made earlier are not touched."),
      pick(
        "Everybody concerned gets a notice by e-mail.", "A notice goes out to the people concerned.",
        "The people concerned are told by e-mail."),
    ]
  }
}
