/// Puts the prompts of batch input files to the answers of output files.
///
/// A `custom_id` is unique within one batch only, and nothing in the files says which batch they are of. So a question is
/// joined when exactly one question and one answer among all inputs have its id; the order of the files does not matter.
struct BatchJoin {
  struct Question {
    /// Strings numbered by the run; `prompt` is meaningless.
    var request: Request
    /// Identity of the prompt's text; nil when it has none, or none was asked for.
    var prompt: Hash128?
    var place: RequestPlace
    var isAmbiguous = false
  }

  struct Answer {
    var request: Int
    var text: [UInt8]
    var isAmbiguous = false
  }

  private var order: [UInt64] = []
  private var questions: [UInt64: Question] = [:]
  private var answers: [UInt64: Answer] = [:]
  /// Lines of the same question beyond its first.
  private(set) var repeats: [RequestPlace] = []
  /// Descriptions of prompts that no request has so far.
  private var descriptions: [Hash128: PromptDescription] = [:]

  /// - Returns: whether the line says what an earlier one said.
  mutating func add(_ question: Question, id: UInt64) -> Bool {
    guard let known = questions[id] else {
      questions[id] = question
      order.append(id)
      return false
    }
    let isSame = known.prompt == question.prompt && known.request.model == question.request.model
    if isSame && !known.isAmbiguous { return true }
    questions[id]?.isAmbiguous = true
    repeats.append(question.place)
    return false
  }

  /// A second record of the same request is no second answer.
  mutating func add(_ answer: Answer, id: UInt64) {
    let isOther = answers[id].map { $0.request != answer.request || $0.isAmbiguous } ?? false
    answers[id] = answer
    answers[id]?.isAmbiguous = isOther
  }

  mutating func keep(_ description: PromptDescription, of prompt: Hash128) { descriptions[prompt] = description }

  mutating func takeDescription(of prompt: Hash128) -> PromptDescription? {
    descriptions.isEmpty ? nil : descriptions.removeValue(forKey: prompt)
  }

  /// Questions in line order, each with its answer; nil without one, or with more than one.
  var pairs: [(question: Question, answer: Answer?)] {
    order.map { id in
      let question = questions[id]!
      guard !question.isAmbiguous, let answer = answers[id], !answer.isAmbiguous else { return (question, nil) }
      return (question, answer)
    }
  }
}
