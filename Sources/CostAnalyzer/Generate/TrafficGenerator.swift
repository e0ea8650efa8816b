/// Makes the requests of a log one by one, in order of arrival. The same options make the same requests.
package struct TrafficGenerator: Sendable {
  package let options: GeneratorOptions
  private let catalog = IntentCatalog.shared
  private let population: UserPopulation
  private let delivery: RequestDelivery
  private let writer: AnswerWriter
  private var popularity: Popularity
  private var usageModel = UsageModel()
  private var registry = IntentRegistry()
  private var arrivals: ArrivalProcess
  private var nextArrival: Int64?
  private var bots: BotTraffic
  private var conversations = TimedQueue<Conversation>()
  private var produced = 0

  package init(_ options: GeneratorOptions) {
    self.options = options
    population = UserPopulation(users: options.users, seed: options.seed)
    delivery = RequestDelivery(options: options)
    writer = AnswerWriter(seed: options.seed, noise: options.answerNoise)
    popularity = Popularity(catalog: catalog, seed: options.seed, drift: options.drift)
    bots = BotTraffic(options: options)
    arrivals = ArrivalProcess(
      count: options.requests - bots.total, days: options.days, startEpochSeconds: options.startEpochSeconds,
      seed: options.seed)
    nextArrival = arrivals.next()
  }

  /// The next request, or nil after `options.requests` of them.
  package mutating func next() -> GeneratedRequest? {
    var random = SeededRandom(seed: options.seed, stream: 7, index: produced)
    let draft: Draft
    if let botTime = bots.nextTime, botTime < nextArrival ?? .max, let event = bots.next() {
      draft = botDraft(event, &random)
    } else if let time = nextArrival {
      nextArrival = arrivals.next()
      popularity.advance(to: Int((time / 1000 - options.startEpochSeconds) / 86_400))
      if let due = conversations.nextTime, due <= time, let conversation = conversations.pop() {
        draft = followUpDraft(conversation, time: time, &random)
      } else {
        draft = freshDraft(time: time, &random)
      }
    } else {
      return nil
    }
    let request = finish(draft, &random)
    produced += 1
    return request
  }

  /// What is known about an intent number of a request made so far.
  package func describe(intent: Int) -> IntentDescription { registry.describe(intent) }

  /// Pairs of intents that read alike and must not share an answer.
  package static var opposites: [(Int, Int)] { IntentCatalog.shared.opposites }

  /// Users that are programs.
  package static var botUsers: [String] { BotTraffic.users }

  /// The id of a request: looks random, and never occurs twice.
  package static func requestID(seed: UInt64, index: Int) -> String {
    "req-" + hexadecimal(seed: seed, index: index)
  }

  static func hexadecimal(seed: UInt64, index: Int) -> String {
    // SplitMix64 maps every state to another number, so distinct indices give distinct ids.
    var state = seed &+ UInt64(truncatingIfNeeded: index) &* 0x9e37_79b9_7f4a_7c15
    let digits = String(SeededRandom.splitMix(&state), radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}

extension TrafficGenerator {
  /// A question with its answer, before it is known how the call went.
  private struct Draft {
    var time: Int64
    var intent: Int
    var kind: IntentKind
    var area: Int
    var model: Int
    var user: Int?
    var userName: String
    var tenant: String
    var session: String?
    var temperature: Double?
    var maxTokens: Int?
    var messages: [GeneratedMessage]
    var answer: String
    var isWrong = false
    var wantsJSON = false
    var topic: Int?
    var chain = 0
    var turns = 1
  }

  private func system(_ area: Int) -> GeneratedMessage {
    GeneratedMessage(role: .system, content: SystemPrompts.all[area])
  }

  private mutating func freshDraft(time: Int64, _ random: inout SeededRandom) -> Draft {
    let (area, user) = population.draw(&random)
    let model =
      random.chance(options.ownModelShare) ? population.model(of: user, area: area) : TrafficModel.mix.draw(&random)
    let spec = ProductArea.all[area]
    let pool = IntentCatalog.Pool.allCases[KindMix.tables[area].draw(&random)]
    let suggested = pool == .faq && random.chance(0.28)
    let number = suggested ? popularity.suggested(area, &random) : popularity.draw(area, pool, &random)
    let intent = catalog.intents[number]
    let person = population.users[user]
    var draft = Draft(
      time: time, intent: number, kind: intent.kind, area: area, model: model, user: user, userName: person.name,
      tenant: person.tenant, session: "s-" + Self.hexadecimal(seed: ~options.seed, index: produced),
      temperature: temperature(spec, &random), maxTokens: random.chance(0.3) ? spec.maxTokens : nil,
      messages: [system(area)], answer: "")
    fill(&draft, intent, suggested: suggested, &random)
    return draft
  }

  /// Words the question and its answer.
  private mutating func fill(
    _ draft: inout Draft, _ intent: CatalogIntent, suggested: Bool, _ random: inout SeededRandom
  ) {
    let area = ProductArea.all[draft.area]
    let family = draft.intent
    let volatile = VolatileAnswers(writer: writer)
    let question: String
    switch intent.shape {
    case .time(let form):
      let hour = Int(draft.time / 3_600_000)
      draft.intent = registry.number(.time, family: family, hour)
      question = SurfaceNoise.apply(QuestionWriter.phrase(intent, &random), share: 0.3, &random)
      draft.answer = volatile.time(form, area: area, facts: facts(draft), hour: hour, &random)
    case .personal(let form):
      let number = 10_000 + random.below(80_000)
      let mail = random.chance(0.35) ? "\(draft.userName)@\(draft.tenant).example" : nil
      draft.intent = registry.number(.personal, family: family, draft.user ?? 0, number)
      question = VolatileQuestions.personalQuestion(form, random.below(2), number: number, mail: mail, area: area)
      draft.answer = volatile.personal(form, number: number, facts: facts(draft), &random)
    case .template(let template):
      // A few records are looked at again and again.
      let number = random.chance(0.05) ? 48_200 + random.below(15) : 10_000 + random.below(880_000)
      draft.intent = registry.number(.template, family: family, number)
      draft.wantsJSON = RecordTemplates.wantsJSON(template) && random.chance(0.96)
      let record = RecordTemplates.record(number, area: area, seed: options.seed)
      question = RecordTemplates.prompt(template, record)
      draft.answer = volatile.template(template, record, &random)
    default:
      draft.isWrong = random.chance(options.wrongShare)
      let invitesMore = [.faq, .complex, .code].contains(intent.kind) && intent.language == nil
      draft.topic = invitesMore ? family : nil
      // A suggested question is clicked, not typed.
      let phrase = QuestionWriter.phrase(intent, suggested: suggested, &random)
      question = SurfaceNoise.apply(phrase, share: suggested ? 0 : 0.31, &random)
      draft.answer = writer.answer(intent, number: family, wrong: draft.isWrong, &random)
    }
    draft.messages.append(GeneratedMessage(role: .user, content: question))
  }

  private func facts(_ draft: Draft) -> IntentFacts {
    IntentFacts(intent: draft.intent, area: ProductArea.all[draft.area], seed: options.seed)
  }

  private mutating func followUpDraft(
    _ conversation: Conversation, time: Int64, _ random: inout SeededRandom
  ) -> Draft {
    let area = ProductArea.all[conversation.area]
    let form = random.below(VolatileAnswers.followUps.count)
    let chain = conversation.chain * (VolatileAnswers.followUps.count + 1) + form + 1
    let person = population.users[conversation.user]
    var draft = Draft(
      time: time, intent: registry.number(.followup, family: conversation.topic, chain), kind: .followup,
      area: conversation.area, model: conversation.model, user: conversation.user, userName: person.name,
      tenant: person.tenant, session: conversation.session, temperature: conversation.temperature,
      maxTokens: conversation.maxTokens, messages: conversation.messages, answer: "")
    draft.topic = conversation.topic
    draft.chain = chain
    draft.turns = conversation.turns + 1
    draft.isWrong = random.chance(options.wrongShare)
    let right = IntentFacts(intent: conversation.topic, area: area, seed: options.seed)
    draft.answer = VolatileAnswers(writer: writer).followUp(
      form, draft.isWrong ? right.withWrongNumbers() : right, area: area, &random)
    let question = SurfaceNoise.apply(random.pick(VolatileAnswers.followUps[form]), share: 0.3, &random)
    draft.messages.append(GeneratedMessage(role: .user, content: question))
    return draft
  }

  private mutating func botDraft(_ event: BotTraffic.Event, _ random: inout SeededRandom) -> Draft {
    let area = BotTraffic.area(event.task)
    let family = IntentRegistry.botBase + event.task.rawValue
    let record = 10_000 + event.count * 7919 % 900_000
    let intent =
      switch event.task {
      case .healthCheck: family
      case .logLines: registry.number(.bot, family: family, record)
      case .statusPoll: registry.number(.bot, family: family, Int(event.time / 3_600_000))
      }
    let facts = IntentFacts(intent: intent, area: ProductArea.all[area], seed: options.seed)
    return Draft(
      time: event.time, intent: intent, kind: .bot, area: area,
      model: ProductArea.all[area].model, userName: BotTraffic.users[event.task.rawValue],
      tenant: UserPopulation.tenants[event.task.rawValue], temperature: 0, maxTokens: 200,
      messages: [
        system(area),
        GeneratedMessage(role: .user, content: BotTraffic.question(event.task, record: record)),
      ],
      answer: BotTraffic.answer(event.task, record: record, facts: facts))
  }

  private func temperature(_ area: ProductArea, _ random: inout SeededRandom) -> Double? {
    if random.chance(0.8) { return area.temperature }
    return random.pick([0, 0.2, 0.7, 1.0, nil])
  }

  /// Adds the call's parameters, token counts and log lines, and keeps the session open if the user asks on.
  private mutating func finish(_ draft: Draft, _ random: inout SeededRandom) -> GeneratedRequest {
    let area = ProductArea.all[draft.area]
    var modelNumber = draft.model
    let override = draft.kind != .bot && random.chance(0.02)
    if override { modelNumber = TrafficModel.mix.draw(&random) }
    let model = TrafficModel.all[modelNumber]
    let outcome = delivery.outcome(&random)
    let tools = draft.kind != .bot && random.chance(area.app == "code-assistant" ? 0.17 : 0.065)
    let toolCalls = tools && random.chance(0.5) ? random.within(1...2) : 0
    let batch =
      draft.kind == .bot
      ? BotTraffic.users[1] == draft.userName : draft.kind == .template && random.chance(0.08)
    let thinks = draft.kind == .complex && (model.family == .gemini || model.name == "claude-sonnet-4-5")
    let reasoning = thinks && random.chance(0.35) ? random.within(180...1600) : 0
    let toolText = tools ? ToolCatalog.definitions[draft.area] : nil
    let usage = usageModel.usage(
      area: draft.area, model: modelNumber, messages: draft.messages, tools: toolText?.utf8.count ?? 0,
      answer: draft.answer, toolCalls: toolCalls, reasoning: reasoning, time: draft.time, &random)
    let lines = delivery.lines(outcome, time: draft.time, answer: draft.answer, usage: usage, &random)
    let answered = outcome != .failed
    let dated = answered && random.chance(0.6) ? model.dated : nil
    let request = GeneratedRequest(
      index: produced, id: Self.requestID(seed: options.seed, index: produced), intent: draft.intent,
      kind: draft.kind, app: area.app, tenant: draft.tenant, user: draft.userName, session: draft.session,
      model: model.name, responseModel: dated, provider: model.provider,
      stream: outcome == .fragmented || draft.kind != .bot && !batch && random.chance(0.45),
      temperature: draft.temperature, maxTokens: draft.maxTokens, wantsJSON: draft.wantsJSON, tools: toolText,
      toolName: area.tools[produced % area.tools.count], toolCalls: answered ? toolCalls : 0, override: override,
      serviceTier: batch ? "batch" : nil,
      tags: ["app:\(area.app)", "tenant:\(draft.tenant)", random.chance(0.06) ? "env:staging" : "env:prod"],
      messages: draft.messages, feedback: answered ? feedback(draft, model.name, &random) : nil,
      costPicodollars: options.includeCost && answered
        ? UsageModel.cost(usage, model: modelNumber, batch: batch) : nil,
      isWrong: answered && draft.isWrong, lines: lines)
    if answered { keepOpen(draft, model: modelNumber, request, &random) }
    return request
  }

  private func feedback(_ draft: Draft, _ model: String, _ random: inout SeededRandom) -> Int? {
    guard draft.kind != .bot, random.chance(options.feedbackShare) else { return nil }
    if let planted = options.satisfaction[model] {
      let isComplex = [.complex, .code, .math].contains(draft.kind)
      return random.chance(max(0, planted - (isComplex ? options.complexPenalty : 0))) ? 1 : -1
    }
    return random.chance(draft.isWrong ? 0.2 : 0.85) ? 1 : -1
  }

  private mutating func keepOpen(
    _ draft: Draft, model: Int, _ request: GeneratedRequest, _ random: inout SeededRandom
  ) {
    guard let topic = draft.topic, let user = draft.user, let session = draft.session else { return }
    var conversation = Conversation(
      area: draft.area, user: user, session: session, model: model, temperature: draft.temperature,
      maxTokens: draft.maxTokens, topic: topic, chain: draft.chain, turns: draft.turns, messages: draft.messages)
    guard random.chance(conversation.continuing) else { return }
    conversation.messages.append(GeneratedMessage(role: .assistant, content: draft.answer))
    let last = request.lines[request.lines.count - 1]
    let due = last.timeMilliseconds + Int64(last.latencyMilliseconds) + Int64(random.within(12_000...150_000))
    conversations.push(conversation, at: due)
  }
}
