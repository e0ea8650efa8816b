import Foundation

/// Adds decoded blocks, in order, to the log: numbers strings, merges lines with the same id, keeps prompts once.
struct RequestReducer {
  private(set) var log = RequestLog()
  private(set) var recordsByFormat: [Int]
  private let keepsText: Bool
  private let keepsPlaces: Bool
  private let keepsIDs: Bool
  private var identities = RequestIdentities()
  /// Keeps the prefetching loads from being optimised away.
  private var prefetched: UInt64 = 0
  private var models: [ModelName: UInt32] = [:]
  private var users = Interner()
  private var tenants = Interner()
  private var tags = Interner()
  private var keys = KeyColumn()
  private var firstLine: [Int]
  /// Of each file, how many requests there were before it.
  private var firstRequest: [Int?]
  private var skips: [SkipReason: Int] = [:]
  private var spans = SpanTree()
  private var feedback = FeedbackJoin()
  /// By file.
  private var sessions: [Int: SessionUsage] = [:]
  private var batches = BatchJoin()
  private var maps: [DecoderMap] = []

  /// From a decoder's string numbers to the run's.
  private struct DecoderMap {
    var models = NumberMap()
    var users = NumberMap()
    var tenants = NumberMap()
    var tags = NumberMap()
    var keys = NumberMap()
  }

  /// Nil until a number is first met in line order, so that the run's numbers do not depend on the decoders.
  private struct NumberMap {
    private static let unset = UInt32.max
    private var numbers: [UInt32] = []

    subscript(local: UInt32) -> UInt32? {
      get {
        guard Int(local) < numbers.count, numbers[Int(local)] != Self.unset else { return nil }
        return numbers[Int(local)]
      }
      set {
        while numbers.count <= Int(local) { numbers.append(Self.unset) }
        numbers[Int(local)] = newValue ?? Self.unset
      }
    }
  }

  init(fileCount: Int, formatCount: Int, _ needs: IngestNeeds) {
    firstLine = Array(repeating: 1, count: fileCount)
    firstRequest = Array(repeating: nil, count: fileCount)
    recordsByFormat = Array(repeating: 0, count: formatCount)
    (keepsText, keepsPlaces, keepsIDs) = (needs.text, needs.places, needs.ids)
  }

  mutating func add(_ block: DecodedBlock, decoder: LineDecoder) {
    let first = firstLine[block.file]
    firstLine[block.file] += block.lines
    if firstRequest[block.file] == nil { firstRequest[block.file] = log.requests.count }
    log.counts.lines += block.lines
    log.counts.blank += block.blank
    for (reason, line) in block.rejects {
      reject(reason, file: block.file, line: first + line)
    }
    for reason in block.skips { skip(reason) }
    log.counts.records += block.records
    while maps.count <= decoder.index { maps.append(DecoderMap()) }
    prefetched &+= identities.prefetch(block.accepted)
    var notes = block.notes[...]
    for (position, line) in block.accepted.enumerated() {
      let about = notes.isEmpty ? RecordNotes() : take(&notes, upTo: position, block, decoder)
      add(
        line, about, block, decoder,
        place: RequestPlace(file: block.file, line: first + line.line, record: line.record))
    }
    _ = take(&notes, upTo: block.accepted.count, block, decoder)
  }

  private mutating func reject(_ reason: RejectReason, file: Int, line: Int) {
    log.rejects.add(reason, file: file, line: line)
    log.counts.rejected += 1
  }

  private mutating func skip(_ reason: SkipReason, count: Int = 1) {
    skips[reason, default: 0] += count
    log.counts.skipped += count
  }

  /// Notes about the record at `position`.
  private struct RecordNotes {
    var links = RecordLinks()
    var cumulative: CumulativeUsage?
  }

  private mutating func take(
    _ notes: inout ArraySlice<RecordNote>, upTo position: Int, _ block: DecodedBlock, _ decoder: LineDecoder
  ) -> RecordNotes {
    var about = RecordNotes()
    while let note = notes.first, note.position <= position {
      notes = notes.dropFirst()
      switch note.content {
      case .links(let links): about.links = links
      case .cumulative(let counts): about.cumulative = counts
      case .span(let links): spans.add(links)
      case .verdict(let value, let target): feedback.add(value, on: target)
      case .sessionModel(let local):
        sessions[block.file, default: SessionUsage()].model = number(of: decoder.models[Int(local)])
      case .sessionFork(let time): sessions[block.file, default: SessionUsage()].forkedAt = time
      }
    }
    return about
  }

  /// Fills in what the file has said before; nil where the record is counted without becoming a request.
  private mutating func continued(
    _ request: Request, _ counts: CumulativeUsage, namesModel: Bool, place: RequestPlace
  ) -> Request? {
    var request = request
    var session = sessions[place.file] ?? SessionUsage()
    if namesModel { session.model = request.model }
    let usage = session.call(counts, at: request.time)
    sessions[place.file] = session
    guard let model = session.model else {
      reject(.missingModel, file: place.file, line: place.line)
      return nil
    }
    guard let usage else {
      log.counts.duplicates += 1
      recordsByFormat[Int(request.format)] += 1
      return nil
    }
    (request.model, request.usage) = (model, usage)
    return request
  }

  private mutating func add(
    _ line: DecodedLine, _ about: RecordNotes, _ block: DecodedBlock, _ decoder: LineDecoder, place: RequestPlace
  ) {
    var request = line.request
    let local = line.request
    let map = decoder.index
    let namesModel = about.cumulative == nil || !decoder.models[Int(local.model)].display.isEmpty
    if let known = maps[map].models[local.model] {
      request.model = known
    } else if namesModel {
      request.model = number(of: decoder.models[Int(local.model)])
      maps[map].models[local.model] = request.model
    }
    if let known = maps[map].users[local.user] {
      request.user = known
    } else {
      request.user = users.intern(decoder.users[local.user])
      maps[map].users[local.user] = request.user
    }
    if let known = maps[map].tenants[local.tenant] {
      request.tenant = known
    } else {
      request.tenant = tenants.intern(decoder.tenants[local.tenant])
      maps[map].tenants[local.tenant] = request.tenant
    }
    if let known = maps[map].tags[local.tags] {
      request.tags = known
    } else {
      request.tags = tags.intern(decoder.tags[local.tags])
      maps[map].tags[local.tags] = request.tags
    }
    if line.isQuestion { return hold(request, line, block, place) }
    if request.prompt != Request.noText { request.prompt = prompt(line, block) }
    if let counts = about.cumulative {
      guard let whole = continued(request, counts, namesModel: namesModel, place: place) else { return }
      request = whole
    }
    recordsByFormat[Int(request.format)] += 1
    store(request, line, about.links, block, decoder, place)
  }

  /// The log with its string tables, verdicts joined, wrappers of other calls and what copies of files repeat taken out.
  ///
  /// - Parameter copies: files that say what another one said before them.
  mutating func finished(copies: [Int] = []) -> RequestLog {
    joinBatches()
    log.counts.unmatchedFeedback = feedback.resolve(
      &log.requests, owner: { [identities] in identities.owner(of: $0) },
      spans: { [spans] in spans.requestOfSpan })
    log.keys = keys.column
    if keepsIDs {
      for index in 0..<log.requests.count { log.idHashes.append(identities.identity(of: index)) }
    }
    drop(copies)
    var log = log
    log.keyNames = keys.names
    log.requests.forEach { request in
      if request.feedback != .none { log.counts.rated += 1 }
      if request.flags.contains(.estimated) { log.counts.estimated += 1 }
      if request.flags.contains(.contradictory) { log.counts.contradictory += 1 }
      if request.flags.contains(.otherFees), !request.flags.contains(.billed) { log.counts.otherFees += 1 }
    }
    log.skips = SkipReason.allCases.compactMap { reason in skips[reason].map { (reason, $0) } }
    log.users = users.strings
    log.tenants = tenants.strings
    log.tagSets = tags.strings.map(Self.tagList)
    return log
  }

  private mutating func drop(_ copies: [Int]) {
    let wrappers = wrappers()
    var repeats: Set<Int> = []
    for file in copies {
      guard let first = firstRequest[file] else { continue }
      let next = firstRequest[(file + 1)...].lazy.compactMap { $0 }.first ?? log.requests.count
      // What has an id is in the other file's request already.
      repeats.formUnion((first..<next).filter { !wrappers.contains($0) })
    }
    log.remove(wrappers.union(repeats))
    log.counts.accepted -= wrappers.count + repeats.count
    log.counts.duplicates += repeats.count
    if !wrappers.isEmpty { skip(.agentSpan, count: wrappers.count) }
  }

  /// Requests that say again what the calls below them say; their verdicts go to those.
  private mutating func wrappers() -> Set<Int> {
    let wrappers = spans.wrappers { [log] in
      let request = log.requests[$0]
      return .init(
        prompt: request.usage.promptTokens, output: UInt64(request.usage.output),
        isEstimated: request.flags.contains(.estimated))
    }
    for (wrapper, call) in wrappers where log.requests[call].feedback == .none {
      log.requests[call].feedback = log.requests[wrapper].feedback
    }
    let dropped = Set(wrappers.map(\.wrapper))
    for index in dropped { recordsByFormat[Int(log.requests[index].format)] -= 1 }
    return dropped
  }

  private mutating func number(of name: ModelName) -> UInt32 {
    if let known = models[name] { return known }
    models[name] = UInt32(log.models.count)
    log.models.append(name)
    return UInt32(log.models.count - 1)
  }

  private mutating func prompt(_ line: DecodedLine, _ block: DecodedBlock) -> UInt32 {
    if let known = log.prompts.index(of: line.rawKey) { return known }
    if let held = batches.takeDescription(of: line.rawKey) { return log.prompts.add(held) }
    precondition(line.newPrompt >= 0, "a prompt was described in a block that is reduced later")
    return log.prompts.add(block.newPrompts[line.newPrompt])
  }

  /// 0 for no key.
  private mutating func number(ofKey local: UInt32, _ decoder: LineDecoder) -> UInt32 {
    if local == 0 { return 0 }
    if let known = maps[decoder.index].keys[local] { return known }
    let number = keys.number(of: decoder.keys[local - 1])
    maps[decoder.index].keys[local] = number
    return number
  }

  private mutating func store(
    _ request: Request, _ line: DecodedLine, _ links: RecordLinks, _ block: DecodedBlock, _ decoder: LineDecoder,
    _ place: RequestPlace
  ) {
    let index = log.requests.count
    let key = number(ofKey: line.key, decoder)
    if let owner = identities.owner(of: line, links) {
      log.counts.duplicates += 1
      keys.set(key, of: owner, requests: log.requests.count)
      merge(request, line, block, place, into: owner)
      identities.join(line, links, to: owner)
      link(links, to: owner)
      noteBatchAnswer(line, block, request: owner)
      return
    }
    identities.add(line, links, request: index)
    link(links, to: index)
    log.counts.accepted += 1
    log.requests.append(request)
    keys.set(key, of: index, requests: log.requests.count)
    if keepsPlaces { log.places.append(place) }
    if keepsText {
      log.answerSketches.append(line.answerSketch)
      log.answerDigests.append(line.answerDigest)
    }
    keepAnswer(of: line, block, request: index)
    noteBatchAnswer(line, block, request: index)
  }

  private mutating func link(_ links: RecordLinks, to request: Int) {
    if links.isEmpty { return }
    if links.trace != 0 { feedback.add(trace: links.trace, request: request) }
    spans.add(links)
    spans.addCall(links, request: request)
  }

  /// One id is one request. What the winning record does not say (a bare response has no prompt and no user) is taken from
  /// the other.
  private mutating func merge(
    _ request: Request, _ line: DecodedLine, _ block: DecodedBlock, _ place: RequestPlace, into owner: Int
  ) {
    let old = log.requests[owner]
    let both = Request.merged(old, request)
    var merged = both.request
    let wins = both.laterWins
    let loser = wins ? old : request
    if users[merged.user].isEmpty { merged.user = loser.user }
    if tenants[merged.tenant].isEmpty { merged.tenant = loser.tenant }
    if tags[merged.tags].isEmpty { merged.tags = loser.tags }
    // Sketch and answer belong to the record that has the prompt.
    let textIsNew = request.prompt != Request.noText && (wins || old.prompt == Request.noText)
    if merged.prompt == Request.noText { merged.prompt = loser.prompt }
    log.requests[owner] = merged
    if keepsText && textIsNew {
      log.answerSketches[owner] = line.answerSketch
      log.answerDigests[owner] = line.answerDigest
    }
    if keepsPlaces && textIsNew { log.places[owner] = place }
    if textIsNew { keepAnswer(of: line, block, request: owner) }
  }

  /// The answer a cache would hold: that of the first request with the prompt.
  private mutating func keepAnswer(of line: DecodedLine, _ block: DecodedBlock, request: Int) {
    let stored = log.requests[request]
    guard stored.prompt != Request.noText else { return }
    if !line.embedding.isEmpty { log.prompts.setEmbedding(Array(block.vectors[line.embedding]), of: stored.prompt) }
    let owner = log.prompts.prompts[Int(stored.prompt)].answerRequest
    guard !stored.isError, !line.answer.isEmpty, owner == -1 || owner == request else { return }
    log.prompts.setAnswer(block.answers[line.answer], of: stored.prompt, request: request)
  }

  private mutating func noteBatchAnswer(_ line: DecodedLine, _ block: DecodedBlock, request: Int) {
    guard line.joinHash != 0 else { return }
    batches.add(BatchJoin.Answer(request: request, text: Array(block.answers[line.answer])), id: line.joinHash)
  }

  /// Keeps a batch's question until its answer is known. Its prompt is no prompt of the log before that.
  private mutating func hold(_ request: Request, _ line: DecodedLine, _ block: DecodedBlock, _ place: RequestPlace) {
    let prompt = request.prompt == Request.noText ? nil : line.rawKey
    if line.newPrompt >= 0 { batches.keep(block.newPrompts[line.newPrompt], of: line.rawKey) }
    if batches.add(BatchJoin.Question(request: request, prompt: prompt, place: place), id: line.joinHash) {
      log.counts.duplicates += 1
      recordsByFormat[Int(request.format)] += 1
    }
  }

  /// An answered question is a further line of its answer's request; one without an answer is rejected.
  private mutating func joinBatches() {
    var unanswered = batches.repeats
    for (question, answer) in batches.pairs {
      guard let answer else {
        unanswered.append(question.place)
        continue
      }
      log.counts.duplicates += 1
      recordsByFormat[Int(question.request.format)] += 1
      join(question, answer)
    }
    unanswered.sort { ($0.file, $0.line) < ($1.file, $1.line) }
    for place in unanswered { log.rejects.add(.noAnswer, file: place.file, line: place.line) }
    log.counts.rejected += unanswered.count
  }

  private mutating func join(_ question: BatchJoin.Question, _ answer: BatchJoin.Answer) {
    var request = log.requests[answer.request]
    let answering = log.models[Int(request.model)].answering
    let asked = log.models[Int(question.request.model)].requested
    request.model = number(
      of: ModelName(requested: asked, responded: answering, seller: log.models[Int(request.model)].seller))
    if users[request.user].isEmpty { request.user = question.request.user }
    if question.request.flags.contains(.hot) { request.flags.insert(.hot) }
    if let key = question.prompt, request.prompt == Request.noText {
      request.prompt = log.prompts.index(of: key) ?? log.prompts.add(batches.takeDescription(of: key)!)
      // A training set needs prompt and answer on one line: it does not take this request.
      if keepsPlaces { log.places[answer.request] = question.place }
      let isFirst = log.prompts.prompts[Int(request.prompt)].answerRequest == -1
      if isFirst, !request.isError, !answer.text.isEmpty {
        log.prompts.setAnswer(answer.text[...], of: request.prompt, request: answer.request)
      }
    }
    log.requests[answer.request] = request
  }

  /// `["a","b"]`, or one bare tag.
  private static func tagList(_ text: String) -> [String] {
    if text.isEmpty { return [] }
    if text.hasPrefix("["), let list = try? JSONDecoder().decode([String].self, from: Data(text.utf8)) { return list }
    return [text]
  }
}
