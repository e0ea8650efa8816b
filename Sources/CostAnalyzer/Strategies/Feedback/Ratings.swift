/// A user's verdict on one answer, with what else may explain it.
package struct Rating: Sendable {
  /// What requests are grouped by to compare models on the same work, finest first.
  package enum CohortKind: String, CaseIterable, Sendable {
    case question, template
    case band = "complexity band"
  }

  /// Index into the log.
  package var request: Int
  /// Index into `Ratings.models`.
  package var model: Int
  /// Verdicts of one user are not independent. A request without a user is one of its own.
  package var user: UInt32
  /// 0 (bad) … 1 (good).
  package var satisfaction: Double
  /// Nil for a request without text.
  package var cohorts: Cohorts?
  /// A person chose the model, so the verdict says as much of the person.
  package var isOverride: Bool

  package struct Cohorts: Sendable, Equatable {
    package var question: UInt32
    package var template: UInt32
    /// Tenth of P(simple): 0 … 9.
    package var band: UInt32

    package subscript(kind: CohortKind) -> UInt32 {
      switch kind {
      case .question: question
      case .template: template
      case .band: band
      }
    }
  }
}

/// All verdicts of a log on answers of models: neither on errors nor on what the gateway's cache served.
package struct Ratings: Sendable {
  package private(set) var all: [Rating] = []
  /// As the log calls them.
  package private(set) var models: [String] = []
  /// Index into `models` of each of the log's models.
  package private(set) var modelOf: [Int] = []
  /// First words of each template, by its number.
  package let templates: TemplateNumbers

  package init(_ log: RequestLog) {
    templates = TemplateNumbers(log.prompts)
    var numbers: [String: Int] = [:]
    for model in log.models {
      let number = numbers[model.display] ?? models.count
      if number == models.count {
        numbers[model.display] = number
        models.append(model.display)
      }
      modelOf.append(number)
    }
    // The same text behind the same system prompt and turns is one question, whichever model was asked.
    struct Question: Hashable {
      var text: UInt32
      var system: UInt64
      var context: UInt64
    }
    var questions: [Question: UInt32] = [:]
    for index in 0..<log.requests.count {
      let request = log.requests[index]
      guard let verdict = request.feedback.verdict, !request.isError, !request.flags.contains(.gatewayHit) else {
        continue
      }
      var cohorts: Rating.Cohorts?
      if request.prompt != Request.noText {
        let prompt = log.prompts.prompts[Int(request.prompt)]
        let scope = log.prompts.scopes[Int(prompt.scope)]
        let next = UInt32(questions.count)
        let question = Question(
          text: log.prompts.keys[Int(prompt.key)].text, system: scope.system, context: scope.context)
        cohorts = Rating.Cohorts(
          question: questions[question, default: next], template: templates.byPrompt[Int(request.prompt)],
          band: Self.band(prompt.simple))
        if cohorts?.question == next { questions[question] = next }
      }
      all.append(
        Rating(
          request: index, model: modelOf[Int(request.model)],
          user: log.users[Int(request.user)].isEmpty ? UInt32(log.users.count + index) : request.user,
          satisfaction: (verdict + 1) / 2, cohorts: cohorts, isOverride: request.flags.contains(.override)))
    }
  }

  package static func band(_ simple: Float) -> UInt32 { UInt32(min(9, max(0, simple * 10))) }

  /// `0.9 … 1.0`
  package static func bandName(_ band: UInt32) -> String {
    "\(NumberText.fixed(Double(band) / 10, 1)) … \(NumberText.fixed(Double(band + 1) / 10, 1))"
  }
}
