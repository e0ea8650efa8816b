import Foundation

/// Reads logs into a `RequestLog`: blocks of lines are decoded in parallel and reduced in order, so the result does not
/// depend on the thread count. While one batch is decoded the next one is decompressed.
package struct LogReader {
  package var needs = IngestNeeds()
  package var limits = InputLimits()
  /// Needed when `needs.text` is set.
  package var settings: TextSettings?
  package var threads: Int
  /// Called between batches with compressed bytes read and lines seen.
  package var progress: (@Sendable (_ bytes: Int, _ lines: Int) -> Void)?

  package init(settings: TextSettings?, threads: Int) {
    self.settings = settings
    self.threads = threads
  }

  private enum JobResult: Sendable {
    case read([LineBlock])
    case decoded(DecodedBlock)
  }

  package func read(_ files: [InputFile]) -> RequestLog {
    let reader = LineBlockReader(files: files, limits: limits)
    // One per worker: it sees blocks in file order, so it describes a prompt in the first block it meets it in, which is
    // the one that is reduced first.
    let decoders = (0..<max(1, threads)).map {
      LineDecoder(index: $0, needs: needs, limits: limits, settings: settings)
    }
    var reducer = RequestReducer(fileCount: files.count, keepsText: needs.text, keepsPlaces: needs.places)
    var batch = reader.nextBatch()
    while !batch.isEmpty {
      let current = batch
      let results = parallelMapWithWorkers(current.count + 1, threads: threads) { index, worker -> JobResult in
        index == 0 ? .read(reader.nextBatch()) : .decoded(decoders[worker].decode(current[index - 1]))
      }
      reader.recycle(current)
      batch = []
      for result in results {
        switch result {
        case .read(let next): batch = next
        case .decoded(let block): reducer.add(block, decoder: decoders[block.decoder])
        }
      }
      progress?(reader.bytesRead, reducer.log.counts.lines)
    }
    var log = reducer.finished()
    log.inputs = files
    log.ends = reader.ends
    log.problems = reader.problems
    log.counts.decodedBytes = reader.ends.reduce(0) { $0 + $1.decodedBytes }
    log.counts.byFormat = FormatRegistry.all.enumerated().compactMap { index, format in
      reducer.linesByFormat[index] == 0 ? nil : (format.name, reducer.linesByFormat[index])
    }
    let counts = log.counts
    precondition(
      counts.lines == counts.blank + counts.accepted + counts.duplicates + counts.rejected,
      "lines read do not add up: \(counts)")
    return log
  }
}

/// Adds decoded blocks, in order, to the log: numbers strings, merges lines with the same id, keeps prompts once.
struct RequestReducer {
  private(set) var log = RequestLog()
  private(set) var linesByFormat: [Int]
  private let keepsText: Bool
  private let keepsPlaces: Bool
  private var ids = IDTable()
  /// Keeps the prefetching loads from being optimised away.
  private var prefetched: UInt64 = 0
  private var models: [ModelName: UInt32] = [:]
  private var users = Interner()
  private var tenants = Interner()
  private var tags = Interner()
  private var firstLine: [Int]
  private var batches = BatchJoin()
  private var maps: [DecoderMap] = []

  /// From a decoder's string numbers to the run's.
  private struct DecoderMap {
    var models = NumberMap()
    var users = NumberMap()
    var tenants = NumberMap()
    var tags = NumberMap()
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

  init(fileCount: Int, keepsText: Bool, keepsPlaces: Bool) {
    firstLine = Array(repeating: 1, count: fileCount)
    linesByFormat = Array(repeating: 0, count: FormatRegistry.all.count)
    self.keepsText = keepsText
    self.keepsPlaces = keepsPlaces
  }

  mutating func add(_ block: DecodedBlock, decoder: LineDecoder) {
    let first = firstLine[block.file]
    firstLine[block.file] += block.lines
    log.counts.lines += block.lines
    log.counts.blank += block.blank
    for (reason, line) in block.rejects {
      log.rejects.add(reason, file: block.file, line: first + line)
      log.counts.rejected += 1
    }
    while maps.count <= decoder.index { maps.append(DecoderMap()) }
    prefetched &+= ids.prefetch(block.accepted)
    for line in block.accepted {
      add(line, block, decoder, place: RequestPlace(file: block.file, line: first + line.line))
    }
  }

  private mutating func add(
    _ line: DecodedLine, _ block: DecodedBlock, _ decoder: LineDecoder, place: RequestPlace
  ) {
    var request = line.request
    if !line.isQuestion { linesByFormat[Int(request.format)] += 1 }
    let local = line.request
    let map = decoder.index
    if let known = maps[map].models[local.model] {
      request.model = known
    } else {
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
    store(request, line, block, place)
  }

  /// The log with its string tables.
  mutating func finished() -> RequestLog {
    joinBatches()
    var log = log
    log.requests.forEach { request in
      if request.flags.contains(.estimated) { log.counts.estimated += 1 }
      if request.flags.contains(.contradictory) { log.counts.contradictory += 1 }
    }
    log.users = users.strings
    log.tenants = tenants.strings
    log.tagSets = tags.strings.map(Self.tagList)
    return log
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

  private mutating func store(
    _ request: Request, _ line: DecodedLine, _ block: DecodedBlock, _ place: RequestPlace
  ) {
    let index = log.requests.count
    if line.idHash != 0, let owner = ids.owner(of: line.idHash) {
      log.counts.duplicates += 1
      merge(request, line, block, place, into: owner)
      noteBatchAnswer(line, block, request: owner)
      return
    }
    log.counts.accepted += 1
    ids.append(line.idHash)
    log.requests.append(request)
    if keepsPlaces { log.places.append(place) }
    if keepsText {
      log.answerSketches.append(line.answerSketch)
      log.answerDigests.append(line.answerDigest)
    }
    keepAnswer(of: line, block, request: index)
    noteBatchAnswer(line, block, request: index)
  }

  /// One id is one request. The record that says most wins: success over error, then more output tokens, then the later
  /// one (stream fragments carry cumulative counts). The time is the earliest, whichever record wins, and what the winner
  /// does not say (a bare response has no prompt and no user) is taken from the other.
  private mutating func merge(
    _ request: Request, _ line: DecodedLine, _ block: DecodedBlock, _ place: RequestPlace, into owner: Int
  ) {
    let old = log.requests[owner]
    let wins = old.isError != request.isError ? old.isError : request.usage.output >= old.usage.output
    var merged = wins ? request : old
    let loser = wins ? old : request
    merged.time = min(old.time, request.time)
    if merged.latencyMs == Request.unknownLatency { merged.latencyMs = loser.latencyMs }
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
    if !line.embedding.isEmpty { log.prompts.setEmbedding(line.embedding, of: stored.prompt) }
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
      linesByFormat[Int(request.format)] += 1
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
      linesByFormat[Int(question.request.format)] += 1
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
    request.model = number(of: ModelName(requested: asked, responded: answering))
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
