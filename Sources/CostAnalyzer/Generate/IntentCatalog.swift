/// What exactly is asked; the numbers index the tables of the area or of the vocabulary.
enum IntentShape: Sendable, Hashable {
  enum Target: Sendable, Hashable { case feature, item, limit }

  case howTo(Target, object: Int, verb: Int, context: Int)
  case why(feature: Int, symptom: Int)
  case timing(item: Int, event: Int, after: Bool)
  case extra(item: Int, extra: Int, with: Bool)
  case number(limit: Int, value: Int)
  case plan(limit: Int, plan: Int)
  case compare(Int, Int)
  case foreign(language: Int, object: Int, verb: Int)
  case smallTalk(Int)
  case code(language: Int, task: Int)
  case sum(form: Int, a: Int, b: Int)
  case complex(form: Int, subject: Int, constraint: Int)
  /// The families below are filled with a moment, a person or a record before they are an intent of their own.
  case time(Int)
  case personal(Int)
  case template(Int)
}

/// One thing people ask an app.
struct CatalogIntent: Sendable {
  var area: Int
  var kind: IntentKind
  var shape: IntentShape
  var language: String?
}

/// All intents of all areas, made from the tables; the same for every seed.
struct IntentCatalog: Sendable {
  /// Groups of intents that are drawn from together.
  enum Pool: Int, CaseIterable, Sendable {
    case faq, foreign, smallTalk, code, sum, complex, time, personal, template
  }

  private(set) var intents: [CatalogIntent] = []
  /// Intent numbers by area and pool.
  private(set) var pools: [[[Int]]] = []
  /// Pairs that read alike and must not share an answer.
  private(set) var opposites: [(Int, Int)] = []

  static let shared = IntentCatalog()

  private init() {
    for area in ProductArea.all.indices {
      pools.append(Array(repeating: [], count: Pool.allCases.count))
      addHowTo(area)
      addPolicies(area)
      addForeign(area)
      addKnowledge(area)
      addFamilies(area)
    }
  }

  func pool(_ area: Int, _ pool: Pool) -> [Int] { pools[area][pool.rawValue] }

  @discardableResult
  private mutating func add(
    _ area: Int, _ pool: Pool, _ kind: IntentKind, _ shape: IntentShape, language: String? = nil
  ) -> Int {
    let number = intents.count
    intents.append(CatalogIntent(area: area, kind: kind, shape: shape, language: language))
    pools[area][pool.rawValue].append(number)
    return number
  }

  private mutating func addHowTo(_ area: Int) {
    let words = ProductArea.all[area]
    let targets: [(IntentShape.Target, Int, [IntentVocabulary.Verb])] = [
      (.feature, words.features.count, IntentVocabulary.featureVerbs),
      (.item, words.items.count, IntentVocabulary.itemVerbs),
      (.limit, words.limits.count, IntentVocabulary.limitVerbs),
    ]
    for (target, objects, verbs) in targets {
      for object in 0..<objects {
        for context in IntentVocabulary.contexts.indices {
          let first = intents.count
          for (verb, word) in verbs.enumerated() {
            let number = add(
              area, .faq, .faq, .howTo(target, object: object, verb: verb, context: context))
            if let opposite = word.opposite, opposite < verb { opposites.append((first + opposite, number)) }
          }
        }
      }
    }
  }

  private mutating func addPolicies(_ area: Int) {
    let words = ProductArea.all[area]
    for feature in words.features.indices {
      for symptom in IntentVocabulary.symptoms.indices {
        add(area, .faq, .faq, .why(feature: feature, symptom: symptom))
      }
      for other in words.features.indices where other > feature {
        add(area, .faq, .faq, .compare(feature, other))
      }
    }
    for item in words.items.indices {
      for event in words.events.indices {
        let before = add(area, .faq, .faq, .timing(item: item, event: event, after: false))
        opposites.append((before, add(area, .faq, .faq, .timing(item: item, event: event, after: true))))
      }
      for extra in words.extras.indices {
        let with = add(area, .faq, .faq, .extra(item: item, extra: extra, with: true))
        opposites.append((with, add(area, .faq, .faq, .extra(item: item, extra: extra, with: false))))
      }
    }
    for limit in words.limits.indices {
      var last: Int?
      for value in IntentVocabulary.numbers.indices {
        let number = add(area, .faq, .faq, .number(limit: limit, value: value))
        if let last { opposites.append((last, number)) }
        last = number
      }
      for plan in words.plans.indices { add(area, .faq, .faq, .plan(limit: limit, plan: plan)) }
    }
  }

  private mutating func addForeign(_ area: Int) {
    let languages = ForeignVocabulary.all
    for language in [area % languages.count, (area + 1) % languages.count] {
      let words = languages[language]
      for object in words.objects.indices {
        for verb in words.verbs.indices {
          let number = add(
            area, .foreign, .faq, .foreign(language: language, object: object, verb: verb), language: words.code)
          if verb % 2 == 1, verb < 4 { opposites.append((number - 1, number)) }
        }
      }
    }
  }

  private mutating func addKnowledge(_ area: Int) {
    for talk in KnowledgeQuestions.smallTalk.indices { add(area, .smallTalk, .smalltalk, .smallTalk(talk)) }
    for task in KnowledgeQuestions.codeTasks.indices {
      for language in KnowledgeQuestions.languages.indices {
        let number = add(area, .code, .code, .code(language: language, task: task))
        if [3, 5, 8].contains(task) {
          opposites.append((number - KnowledgeQuestions.languages.count, number))
        }
      }
    }
    for form in 0..<KnowledgeQuestions.sumForms {
      for a in [5, 15, 25] {
        for b in [120, 240, 480] { add(area, .sum, .math, .sum(form: form, a: a, b: b)) }
      }
    }
    for form in 0..<ComplexQuestions.forms {
      for subject in ComplexQuestions.subjects.indices {
        for constraint in ComplexQuestions.constraints.indices {
          add(area, .complex, .complex, .complex(form: form, subject: subject, constraint: constraint))
        }
      }
    }
  }

  private mutating func addFamilies(_ area: Int) {
    for question in VolatileQuestions.timeQuestions.indices { add(area, .time, .time, .time(question)) }
    for form in 0..<VolatileQuestions.personalForms { add(area, .personal, .personal, .personal(form)) }
    for template in 0..<RecordTemplates.count { add(area, .template, .template, .template(template)) }
  }
}
