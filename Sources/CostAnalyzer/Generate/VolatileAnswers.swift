/// Answers that belong to a moment, a person, a record or an earlier answer.
struct VolatileAnswers: Sendable {
  var writer: AnswerWriter

  /// `hour` is the hour the answer is true for.
  func time(_ question: Int, area: ProductArea, facts: IntentFacts, hour: Int, _ random: inout SeededRandom) -> String {
    let clock = "\(hour % 24 < 10 ? "0" : "")\(hour % 24):00 UTC"
    let state = ["running normally", "slower than usual", "partly unavailable"][facts.limit % 3]
    let opening =
      switch question {
      case 0: "Today it will be \(facts.limit - 5) degrees with \(facts.minutes) percent chance of rain."
      case 3: "As of \(clock), number \(facts.limit) of the rota of \(facts.team) is on call."
      case 5: "As of \(clock), one euro is worth 1.\(facts.minutes + 20) dollars."
      default: "As of \(clock), everything you asked about is \(state); \(facts.limit) requests are open."
      }
    return writer.compose([opening, "The next update comes in \(facts.minutes) minutes."], facts, &random)
  }

  func personal(_ form: Int, number: Int, facts: IntentFacts, _ random: inout SeededRandom) -> String {
    let opening: String =
      switch form {
      case 0: "Order \(number) left the warehouse \(facts.days) days ago and arrives in \(facts.limit % 6 + 1) days."
      case 1: "Ticket \(number) is with \(facts.team); the last note is \(facts.minutes) minutes old."
      case 2: "Invoice \(number) was charged once and reserved once; the reservation falls away in \(facts.days) days."
      case 3: "The balance of account \(number) is \(RecordTemplates.money(facts.minutes * 731))."
      case 4: "Customer number \(number) has \(facts.limit % 5 + 1) active contracts, the oldest is \(facts.code)."
      default: "The profile \(number) now waits for your confirmation; the link is valid for \(facts.minutes) minutes."
      }
    return writer.compose([opening], facts, &random)
  }

  func template(_ template: Int, _ record: RecordTemplates.Record, _ random: inout SeededRandom) -> String {
    let shortBody = record.body[0]
    switch template {
    case 1:
      let category = ["billing", "technical", "account", "other"][record.number % 4]
      let priority = ["low", "normal", "high"][record.number % 3]
      return
        "{\"category\": \"\(category)\", \"priority\": \"\(priority)\", \"reason\": \"\(record.company) writes about "
        + "\(record.topic). \(record.body.joined(separator: " "))\"}"
    case 2:
      return "{\"name\": \"\(record.name)\", \"company\": \"\(record.company)\", \"amount\": "
        + "\"\(RecordTemplates.money(record.amount))\", \"date\": \"\(record.day)\", \"note\": \"\(shortBody) Taken "
        + "from the text as it stands, nothing was added or rounded.\"}"
    case 4:
      return
        "Guten Tag,\n\nzu „\(record.topic)“ möchten wir Ihnen Folgendes mitteilen: Seit \(record.amount % 9 + 2) Tagen "
        + "gibt es dazu Meldungen aus zwei Büros. Bitte geben Sie uns vor dem nächsten Termin Bescheid, ob sich die "
        + "Einstellung übertragen lässt.\n\nViele Grüße\n\(record.name)"
    default:
      let opening = random.pick([
        "\(record.name) of \(record.company) reports a problem with \(record.topic).",
        "The case of \(record.name) (\(record.company)) is about \(record.topic).",
        "\(record.company) wrote on \(record.day) because of \(record.topic).",
      ])
      return
        "\(opening) \(record.body.joined(separator: " ")) Next step: answer \(record.name) by \(record.day) and check "
        + "entry \(record.number), total \(RecordTemplates.money(record.amount))."
    }
  }

  static let followUps: [[String]] = [
    ["How long does that take?", "And how long will it take?"],
    ["Can I undo it later?", "Is it possible to revert that?"],
    ["What does it cost?", "Is that free?"], ["Which role do I need for this?", "Who is allowed to do that?"],
    ["Can you explain that in simpler words?", "Simpler please"], ["What if I get an error?", "And if it fails?"],
    ["Is there a limit?", "How often can I do that?"], ["Can you give me an example?", "An example please"],
    ["Give me the short version.", "Shorter please"],
    ["Does this change anything for my colleagues?", "Who is told about it?"],
  ]

  func followUp(
    _ question: Int, _ facts: IntentFacts, area: ProductArea, _ random: inout SeededRandom
  ) -> String {
    let opening =
      switch question {
      case 0: "It takes \(facts.minutes) minutes, in busy hours a little more."
      case 1: "Yes, for \(facts.days) days. Open the history under \(facts.menu) and choose the state you want back."
      case 2: "It is \(facts.fee), whichever plan you have."
      case 3: "You need the \(facts.role) role. \(facts.team) can give it to you."
      case 4: "In simple words: open \(facts.menu), pick \(facts.section), make the change and save it."
      case 5:
        "Then you see the code \(facts.code). Send it to \(facts.team) and try again after \(facts.minutes) minutes."
      case 6: "Yes: \(facts.limit) times a month. The counter is shown under \(facts.menu)."
      case 7: "For example: open \(area.product), go to \(facts.menu), set the value to \(facts.limit) and press Save."
      case 8: "\(facts.menu) > \(facts.section) > Save. That is all."
      default: "Your colleagues get a notice, nothing else changes for them."
      }
    return writer.compose([opening], facts, &random)
  }
}
