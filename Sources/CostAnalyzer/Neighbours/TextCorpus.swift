import CTextScan

/// Texts to look for near duplicates in: one `{"text": …}` a line, or the cache keys of a log.
package struct TextCorpus: Sendable {
  package struct Entry: Sendable, Equatable {
    /// Index into `texts`.
    package var text: UInt32
    /// How often it stands in the input.
    package var count: Int
    /// Where a text stands first; nil for a key of a log.
    package var place: RejectPlace?
  }

  package private(set) var files: [InputFile]
  package private(set) var problems: [InputProblem] = []
  /// Distinct texts: as they stand, or normalised for the keys of a log.
  package private(set) var texts: [[UInt8]] = []
  /// The texts of a log with their capitals.
  private var cased: [[UInt8]] = []
  package private(set) var entries: [Entry] = []
  /// Entries that may be neighbours: all, or those of one cache scope each.
  package private(set) var groups: [[UInt32]] = []
  package private(set) var lines = 0
  package private(set) var rejects = RejectLedger()
  package private(set) var isLog = false

  /// Reads texts, or, where the first JSON object has none, a log.
  package init(paths: [String], options: AnalysisOptions, threads: Int) throws {
    let (found, missing) = InputFiles.discover(paths)
    let (files, refused) = InputFiles.identify(found, threads: threads)
    self.files = files
    problems = missing + refused
    guard !files.isEmpty else {
      throw AnalyzerError(
        .input, "no input could be read" + (problems.first.map { ": \($0.path): \($0.explanation)" } ?? ""),
        hint: "give files of {\"text\": …} lines, or logs")
    }
    isLog = !readTexts(options.inputLimits)
    if isLog {
      if files.contains(where: { $0.path == "-" }) {
        throw AnalyzerError(
          .input, "the first line of standard input is no {\"text\": …}", hint: "a log must be a file here")
      }
      try readLog(options, threads: threads)
    }
    if texts.isEmpty {
      let first = rejects.entries.first.map { entry in
        let place = entry.places.first.map { "\(files[$0.file].path):\($0.line): " } ?? ""
        return "; \(place)\(entry.reason.explanation)"
      }
      throw AnalyzerError(
        .input, "the input holds no text (\(lines) lines read, \(rejects.total) rejected)" + (first ?? ""),
        hint: "a line is {\"text\": \"…\"}, or a request of a format in docs/log-formats.md with its prompt")
    }
  }

  /// What an embedder gets of the texts.
  func embedded(seesCase: Bool) -> [[UInt8]] {
    if seesCase { return cased.isEmpty ? texts : cased }
    return isLog ? texts : texts.map(TextNormalizer.lowercased)
  }

  private enum Field: Int { case text }

  /// False when the first JSON object has no text.
  private mutating func readTexts(_ limits: InputLimits) -> Bool {
    let reader = LineBlockReader(files: files, limits: limits)
    let scanner = JSONScanner()
    let plan = FieldPlan(["/text"])
    var entryOf: [Hash128: UInt32] = [:]
    var lineOfFile = [Int](repeating: 0, count: files.count)
    var isUndecided = true
    var isText = true
    while isText {
      let batch = reader.nextBatch()
      if batch.isEmpty { break }
      for block in batch where isText {
        for _ in 0..<block.overlongBefore {
          lineOfFile[block.file] += 1
          lines += 1
          rejects.add(.lineTooLong, file: block.file, line: lineOfFile[block.file])
        }
        block.forEachLine { line, isCut in
          lineOfFile[block.file] += 1
          lines += 1
          if !isText || line.allSatisfy({ $0 == 32 || $0 == 13 || $0 == 9 }) { return }
          let place = RejectPlace(file: block.file, line: lineOfFile[block.file])
          scanner.beginLine()
          let (status, fields) = scanner.walk(plan, line, as: Field.self)
          let text = scanner.text(fields[.text])
          if status != CA_OK || scanner.sawDamage {
            // Says nothing of what the other lines are.
            rejects.add(isCut ? .cutLine : .badJSON, file: place.file, line: place.line)
            return
          }
          if fields[.text].is(CA_STRING) {
            if !text.isEmpty { add(text, at: place, &entryOf) }
          } else if isUndecided {
            isText = false
          } else {
            rejects.add(.unknownFormat, file: place.file, line: place.line)
          }
          isUndecided = false
        }
      }
      reader.recycle(batch)
    }
    guard isText else {
      lines = 0
      rejects = RejectLedger()
      return false
    }
    problems += reader.problems + InputProblem.damage(files, reader.ends)
    groups = [(0..<UInt32(entries.count)).map { $0 }]
    return true
  }

  private mutating func add(_ text: UnsafeRawBufferPointer, at place: RejectPlace, _ entryOf: inout [Hash128: UInt32]) {
    let hash = Hash128(text)
    if let known = entryOf[hash] {
      entries[Int(known)].count += 1
      return
    }
    entryOf[hash] = UInt32(entries.count)
    entries.append(Entry(text: UInt32(texts.count), count: 1, place: place))
    texts.append(Array(text))
  }

  private mutating func readLog(_ options: AnalysisOptions, threads: Int) throws {
    var reader = LogReader(settings: try TextSettings(extraFillers: options.normalize.extraFillers), threads: threads)
    reader.limits = options.inputLimits
    reader.needs.scope = options.cache.scope
    reader.needs.key = options.cache.key
    reader.needs.maxAnswerBytes = 0
    let log = reader.read(files)
    lines = log.counts.lines
    rejects = log.rejects
    problems += log.problems + InputProblem.damage(log.inputs, log.ends)
    texts = log.prompts.texts
    cased = texts.indices.map { log.prompts.embedded(UInt32($0), seesCase: true) }
    entries = log.prompts.keys.map { Entry(text: $0.text, count: 0, place: nil) }
    groups = [[UInt32]](repeating: [], count: log.prompts.groups.count)
    for (entry, key) in log.prompts.keys.enumerated() { groups[Int(key.group)].append(UInt32(entry)) }
    log.requests.forEach { request in
      if request.prompt != Request.noText { entries[Int(log.prompts.prompts[Int(request.prompt)].key)].count += 1 }
    }
  }
}
