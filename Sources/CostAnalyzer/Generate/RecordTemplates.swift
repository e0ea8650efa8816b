/// Prompts that programs fill with data: the text around the data repeats, the request as a whole hardly ever does.
enum RecordTemplates {
  static let count = 8

  /// Templates whose answer is a JSON object.
  static func wantsJSON(_ template: Int) -> Bool { template == 1 || template == 2 || template == 7 }

  struct Record: Sendable {
    var number: Int
    var name: String
    var company: String
    var topic: String
    var amount: Int
    var day: String
    var body: [String]
  }

  /// The record with this number; the same for everybody who asks for it.
  static func record(_ number: Int, area: ProductArea, seed: UInt64) -> Record {
    var random = SeededRandom(seed: seed, stream: 11, index: number)
    let topic = random.pick(random.chance(0.5) ? area.features : area.items).name
    let month = random.within(1...12)
    let day = random.within(1...28)
    var body: [String] = []
    for _ in 0..<random.within(2...4) {
      body.append(
        fillTemplate(random.pick(sentences)) { $0 == Placeholder.topic ? topic : "\(random.within(2...60))" })
    }
    return Record(
      number: number, name: "\(random.pick(firstNames)) \(random.pick(lastNames))", company: random.pick(companies),
      topic: topic, amount: random.within(1200...980_000),
      day: "2025-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)", body: body)
  }

  static func prompt(_ template: Int, _ record: Record) -> String {
    let body = record.body.joined(separator: " ")
    return switch template {
    case 0:
      "Summarise ticket #\(record.number) from \(record.name) about \(record.topic) in two sentences.\n\n"
        + "Ticket text:\n\(body)"
    case 1:
      "Classify the message into one of: billing, technical, account, other. Return JSON with the keys category, "
        + "priority and reason.\n\nCustomer: \(record.company)\nMessage: \(body)"
    case 2:
      "Extract name, company, amount and date from the text below and return them as a JSON object.\n\nText: On "
        + "\(record.day) \(record.name) of \(record.company) asked for \(money(record.amount)) back. \(body)"
    case 3:
      "Write a short, friendly reply to \(record.name) (\(record.company)), who wrote on \(record.day) about "
        + "\(record.topic): \"\(body)\""
    case 4:
      "Translate the following message into German and keep names and numbers:\n\(body) Regards, \(record.name)"
    case 5:
      "Turn these meeting notes into action items with an owner each.\n- Present: \(record.name), support\n- Date: "
        + "\(record.day)\n- \(record.body.joined(separator: "\n- "))"
    case 6:
      "Check invoice \(record.number) of \(record.company), total \(money(record.amount)), dated \(record.day), "
        + "against the note and list every mismatch.\nNote: \(body)"
    default:
      "Route the message to a team. Answer with a JSON object with the keys team, urgency and summary.\n\nFrom: "
        + "\(record.name), \(record.company)\nReceived: \(record.day)\nMessage: \(body)"
    }
  }

  static func money(_ cents: Int) -> String {
    "\(cents / 100).\(cents % 100 / 10)\(cents % 10) EUR"
  }

  static let firstNames: [String] = [
    "Anna", "Jürgen", "Priya", "Tom", "María", "Chen", "Olga", "Sven", "Fatima", "Lucas", "Grace", "Noah", "Elin",
    "Omar",
    "Kate", "Paul", "Nina", "Hugo", "Ruth", "Ivan",
  ]

  static let lastNames: [String] = [
    "Berg", "Keller", "Patel", "Novak", "Garcia", "Wei", "Jones", "Larsen", "Rossi", "Müller", "Silva", "Brown",
    "Costa",
    "Meyer", "Adams", "Okafor", "Kim", "Fischer", "Dubois", "Walsh",
  ]

  static let companies: [String] = [
    "Birchwood Ltd", "Halden Foods", "Orbit Tools", "Sable & Sons", "Quill Media", "Nordlicht GmbH", "Pine Street Cafe",
    "Atlas Freight", "Vega Optics", "Clearwater Labs", "Mason Bros", "Tulip Travel",
  ]

  private static let sentences: [String] = [
    "Since the update {n} days ago {c} has stopped working for {n} of our people.",
    "I already tried to sign out and in again, which took {n} minutes and changed nothing.",
    "We were charged {n} times for {c} and would like to have the difference back.",
    "The screen shows error E-{n} whenever somebody opens {c}.",
    "Our deadline is in {n} days, so an answer before then would help a lot.",
    "Your colleague promised a call within {n} hours but nobody called.",
    "It affects {n} accounts in two offices, the rest are fine.",
    "Before the change everything loaded in {n} seconds.",
    "Please tell us if {c} can be moved to another owner together with its {n} entries.",
    "The export has {n} rows, the report shows only {n}.",
  ]
}

/// Questions whose answer belongs to a moment or to one person.
enum VolatileQuestions {
  static let timeQuestions: [[String]] = [
    ["What is the weather today?", "What's the weather like today?"],
    ["What is the latest status of {f}?", "Latest status of {f}?"],
    ["Are there any outages right now?", "Is anything down at the moment?"],
    ["Who is on call at {t} today?", "Which person of {t} is on call today?"],
    ["How long is the waiting time at {t} right now?", "Current waiting time at {t}?"],
    ["What is the exchange rate of EUR to USD today?", "Today's EUR USD rate?"],
    ["What is new in {p} this week?", "Which changes did {p} get this week?"],
    ["How many requests are open at {t} now?", "Number of open requests at {t} now?"],
  ]

  static func timeQuestion(_ question: Int, _ template: Int, area: ProductArea) -> String {
    let wordings = timeQuestions[question]
    return fillTemplate(wordings[template % wordings.count]) { letter in
      switch letter {
      case Placeholder.feature: area.features[question % area.features.count].name
      case Placeholder.team: area.teams[question % area.teams.count]
      default: area.product
      }
    }
  }

  static let personalForms = 6

  static func personalQuestion(_ form: Int, _ template: Int, number: Int, mail: String?, area: ProductArea) -> String {
    let text: String =
      switch (form, template) {
      case (0, 0): "Where is my order \(number)?"
      case (0, _): "When will my order \(number) arrive?"
      case (1, 0): "What is the status of my ticket \(number)?"
      case (1, _): "Has anybody looked at my ticket \(number) yet?"
      case (2, 0): "Why was I charged twice on invoice \(number)?"
      case (2, _): "My invoice \(number) was charged two times, why?"
      case (3, 0): "How much of my balance is left on account \(number)?"
      case (3, _): "What is my remaining balance, account \(number)?"
      case (4, 0): "Which contracts run under my customer number \(number)?"
      case (4, _): "List my contracts for customer number \(number)"
      case (5, 0): "Can you change the phone number of my \(area.product) profile \(number)?"
      default: "Please update the phone number in my \(area.product) profile \(number)"
      }
    return mail.map { "\(text) My e-mail is \($0)" } ?? text
  }
}
