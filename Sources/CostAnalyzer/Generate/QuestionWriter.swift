/// Puts an intent into words: a template, synonyms and surface noise.
enum QuestionWriter {
  /// The words of a catalog intent before noise. Families are worded by whoever fills them.
  static func phrase(_ intent: CatalogIntent, suggested: Bool = false, _ random: inout SeededRandom) -> String {
    let area = ProductArea.all[intent.area]
    // Most people use the wording the help page suggests.
    let usual = suggested || random.chance(0.7)
    func template(_ count: Int) -> Int { usual ? 0 : random.below(count) }
    func name(_ term: ProductArea.Term) -> String { usual || random.chance(0.7) ? term.name : term.alias }
    func word(_ words: [String]) -> String { usual || random.chance(0.6) ? words[0] : random.pick(words) }

    switch intent.shape {
    case .howTo(let target, let object, let verb, let context):
      let (term, verbs) = objectAndVerb(area, target, object)
      return IntentVocabulary.howTo(
        template(IntentVocabulary.howToTemplates), verb: word(verbs[verb].words), object: name(term),
        context: IntentVocabulary.contexts[context])
    case .why(let feature, let symptom):
      return IntentVocabulary.why(
        template(5), object: name(area.features[feature]), symptom: word(IntentVocabulary.symptoms[symptom]))
    case .timing(let item, let event, let after):
      return IntentVocabulary.timing(
        template(5), object: name(area.items[item]), after: after, event: area.events[event])
    case .extra(let item, let extra, let with):
      return IntentVocabulary.extra(
        template(4), object: name(area.items[item]), with: with, extra: area.extras[extra])
    case .number(let limit, let value):
      return IntentVocabulary.number(
        template(4), limit: name(area.limits[limit]), number: IntentVocabulary.numbers[value])
    case .plan(let limit, let plan):
      return IntentVocabulary.plan(template(4), thing: name(area.limits[limit]), plan: area.plans[plan])
    case .compare(let first, let second):
      return IntentVocabulary.compare(
        template(4), first: name(area.features[first]), second: name(area.features[second]))
    case .foreign(let language, let object, let verb):
      let words = ForeignVocabulary.all[language]
      return words.question(template(words.questions.count), object: object, verb: verb)
    case .smallTalk(let talk):
      return word(KnowledgeQuestions.smallTalk[talk])
    case .code(let language, let task):
      return KnowledgeQuestions.code(
        template(4), language: KnowledgeQuestions.languages[language], task: word(KnowledgeQuestions.codeTasks[task]))
    case .sum(let form, let a, let b):
      return KnowledgeQuestions.sum(form, template(2), a, b)
    case .complex(let form, let subject, let constraint):
      return ComplexQuestions.text(
        form, template(2), subject: ComplexQuestions.subjects[subject],
        constraint: ComplexQuestions.constraints[constraint])
    case .time(let question):
      return VolatileQuestions.timeQuestion(question, template(2), area: area)
    case .personal, .template:
      preconditionFailure("worded with its data")
    }
  }

  static func objectAndVerb(
    _ area: ProductArea, _ target: IntentShape.Target, _ object: Int
  ) -> (term: ProductArea.Term, verbs: [IntentVocabulary.Verb]) {
    switch target {
    case .feature: (area.features[object], IntentVocabulary.featureVerbs)
    case .item: (area.items[object], IntentVocabulary.itemVerbs)
    case .limit: (area.limits[object], IntentVocabulary.limitVerbs)
    }
  }
}
