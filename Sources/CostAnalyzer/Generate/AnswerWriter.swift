/// Writes answers: the facts of the intent in varying order and wording.
struct AnswerWriter: Sendable {
  var seed: UInt64
  /// 0 always says the same; 1 leaves facts out and reorders freely.
  var noise: Double

  /// The answer to a catalog intent.
  func answer(
    _ intent: CatalogIntent, number: Int, wrong: Bool, _ random: inout SeededRandom
  ) -> String {
    let area = ProductArea.all[intent.area]
    let right = IntentFacts(intent: number, area: area, seed: seed)
    let facts = wrong ? right.withWrongNumbers() : right
    switch intent.shape {
    case .foreign(let language, let object, let verb):
      return foreign(ForeignVocabulary.all[language], object: object, verb: verb, facts: facts, &random)
    case .smallTalk: return smallTalk(area, facts, &random)
    case .code(let language, let task):
      return KnowledgeAnswers.code(language: language, task: task, facts: facts, &random)
    case .sum(let form, let a, let b):
      return KnowledgeAnswers.sum(form: form, a: a, b: b, wrong: wrong, &random)
    case .complex(_, let subject, let constraint):
      return KnowledgeAnswers.complex(
        subject: ComplexQuestions.subjects[subject], constraint: ComplexQuestions.constraints[constraint],
        facts: facts, &random)
    default:
      return compose([opening(intent.shape, area, facts, &random)], facts, &random)
    }
  }

  /// Opening sentences, most of the facts, and sometimes a polite end.
  func compose(_ opening: [String], _ facts: IntentFacts, _ random: inout SeededRandom) -> String {
    var sentences = facts.sentences(&random)
    if random.chance(noise) { random.shuffle(&sentences) }
    let kept = sentences.indices.filter { _ in !random.chance(noise * 0.5) }
    var parts = opening
    parts += (kept.count < 3 ? Array(sentences.prefix(4)) : kept.map { sentences[$0] })
    if random.chance(noise) { parts.append(random.pick(Self.closings)) }
    return parts.joined(separator: random.chance(noise * 0.3) ? "\n" : " ")
  }

  private static let closings: [String] = [
    "Let me know if you need anything else.", "I hope this helps!", "Tell me if a step looks different for you.",
    "You can check the result in the history.", "Shall I explain one of the steps in more detail?",
  ]

  private func opening(
    _ shape: IntentShape, _ area: ProductArea, _ facts: IntentFacts, _ random: inout SeededRandom
  ) -> String {
    let wording = random.below(3)
    let path = "\(area.product) > \(facts.menu) > \(facts.section)"
    switch shape {
    case .howTo(let target, let object, let verb, let context):
      let (term, verbs) = QuestionWriter.objectAndVerb(area, target, object)
      let action = "\(verbs[verb].words[0]) \(term.name)\(IntentVocabulary.contexts[context])"
      return switch wording {
      case 0: "To \(action), open \(path), choose the entry and confirm with Save."
      case 1: "Open \(path) and pick the entry there; this is where you \(action). Confirm with Save."
      default: "You can \(action) under \(path). Select the entry, check the values and press Save."
      }
    case .why(let feature, let symptom):
      let state = "\(area.features[feature].name) is \(IntentVocabulary.symptoms[symptom][0])"
      return switch wording {
      case 0: "If \(state), the usual reason is a rule under \(path) that excludes your account."
      case 1: "Most often \(state) because of an exclusion rule. You find it under \(path)."
      default: "Look at \(path) first: when \(state), a rule there excludes your account in most cases."
      }
    case .timing(let item, let event, let after):
      let action = "change \(area.items[item].name) \(after ? "after" : "before") \(area.events[event])"
      return facts.allowed
        ? "Yes, you can \(action). Open \(path) and edit the entry." : "No, you cannot \(action); see \(path)."
    case .extra(let item, let extra, let with):
      let action = "submit \(area.items[item].name) \(with ? "with" : "without") \(area.extras[extra])"
      return facts.allowed
        ? "Yes, you may \(action). Use the form under \(path)." : "No, you may not \(action); the form is at \(path)."
    case .number(let limit, let value):
      let claim = "\(IntentVocabulary.numbers[value]) for \(area.limits[limit].name)"
      return facts.allowed
        ? "Yes, \(claim) is allowed. The field is under \(path)." : "No, \(claim) is out of range. See \(path)."
    case .plan(let limit, let plan):
      return "With the \(area.plans[plan]), \(area.limits[limit].name) is \(facts.limit * 5); you see it at \(path)."
    case .compare(let first, let second):
      return "\(IntentVocabulary.sentence(area.features[first].name)) acts on single entries, while "
        + "\(area.features[second].name) acts on whole groups; both are found under \(path)."
    default:
      return "You find this under \(path)."
    }
  }

  private func foreign(
    _ words: ForeignVocabulary, object: Int, verb: Int, facts: IntentFacts, _ random: inout SeededRandom
  ) -> String {
    var order = Array(1..<words.answers.count)
    if random.chance(noise) { random.shuffle(&order) }
    if random.chance(noise * 0.5) { order.removeLast() }
    return ([0] + order).map { sentence in
      // Which fact a number of a sentence tells must be the same in every answer.
      var asked = sentence
      return words.answer(sentence, object: object, verb: verb, menu: facts.menu, team: facts.team) {
        asked += 1
        return [facts.minutes, facts.limit, facts.days][asked % 3]
      }
    }.joined(separator: words.code == "ja" ? "" : " ")
  }

  private func smallTalk(_ area: ProductArea, _ facts: IntentFacts, _ random: inout SeededRandom) -> String {
    let greeting = random.pick(["Hello!", "Hi there!", "Nice to hear from you!", "Sure!"])
    return "\(greeting) I am the assistant of \(area.product) and help with \(area.purpose). Ask me about "
      + "\(area.features[0].name), \(area.items[1].name) or \(area.limits[2].name), for example. If you would rather "
      + "talk to a person, \(facts.team) answers within \(facts.minutes) minutes on working days."
  }
}
