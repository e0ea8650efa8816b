import Crypto
import Foundation

/// Takes the requests of new inputs into the state, each once.
struct Intake {
  /// What became of one input.
  struct Line: Sendable {
    var path: String
    var outcome: IntakeOutcome
    var requests = 0
    var lines = 0
    var rejected = 0
    /// Requests of days whose requests were dropped already.
    var tooOld = 0
  }

  private(set) var lines: [Line] = []
  private(set) var problems: [InputProblem] = []
  /// Tonight's files, each content once.
  private(set) var files: [InputFile] = []
  /// Sources that were told of.
  private var told: Set<Int64> = []
  private let store: StateStore
  private let options: AnalysisOptions
  private let mapping: LogMapping?
  private let tables: [PriceTable]
  private let tokens: LazyTokenCounter
  private let threads: Int
  /// UTC microseconds.
  private let now: Int64

  init(
    _ store: StateStore, _ options: AnalysisOptions, tokens: LazyTokenCounter, threads: Int, now: Int64
  ) throws {
    (self.store, self.options, self.tokens, self.threads, self.now) = (store, options, tokens, threads, now)
    mapping = try options.input.mapping.map { try LogMapping(file: $0) }
    tables = try options.priceTables()
  }

  mutating func take(_ arguments: [String]) throws {
    let (paths, unknown) = InputFiles.discover(arguments)
    let (found, refused) = InputFiles.identify(paths, threads: threads)
    files = found
    problems += unknown + refused
    var known = KnownLogs(try store.sources(), present: Set(files.map(\.sha256)))
    // A log under a new name finds itself before the one that took its name is asked.
    let newNames = files.filter { known.before($0) == nil }
    let oldNames = files.filter { known.before($0) != nil }
    for file in newNames + oldNames { try take(file, &known) }
  }

  private mutating func take(_ file: InputFile, _ known: inout KnownLogs) throws {
    if let source = known.same(as: file) {
      if source.path != file.path { try store.rename(source, to: file) }
      return tell(source, as: file)
    }
    var log = read(file, sizes: known.sizes)
    try tokens.check()
    let digests = log.ends.first?.digests ?? []
    if let source = known.same(as: digests) {
      problems += InputProblem.damage(log.inputs, log.ends)
      if known.isLost(source) {
        try store.rename(source, to: file)
        var wrapped = source
        (wrapped.path, wrapped.sha256, wrapped.bytes) = (file.path, file.sha256, file.bytes)
        known.put(wrapped, inPlaceOf: source)
      }
      lines.append(Line(path: file.path, outcome: .known))
      return
    }
    PriceBook(models: log.models, tables: tables).price(&log)
    var (old, outcome) = (known.beginning(of: digests), IntakeOutcome.appended)
    if old == nil, let before = known.before(file) {
      if InputFiles.sha256(ofFirst: before.bytes, of: file) == before.sha256 {
        old = before
      } else if Self.overlaps(log, before) {
        (old, outcome) = (before, .rewritten)
      }
    }
    let source = try store.take(log, file, replacing: old, as: old == nil ? .added : outcome, at: now)
    known.put(source, inPlaceOf: old)
    tell(source, as: file)
  }

  private func read(_ file: InputFile, sizes: [Int]) -> RequestLog {
    var reader = LogReader(settings: nil, threads: threads)
    reader.needs.text = false
    reader.needs.ids = true
    reader.needs.digestSizes = sizes
    reader.limits = options.inputLimits
    reader.mapping = mapping
    reader.tokens = tokens
    return reader.read([file])
  }

  /// What a source was when it was taken in, if that was tonight: a night that was killed and is run again says the same.
  private mutating func tell(_ source: StoredSource, as file: InputFile) {
    let intake = source.intake
    let isOfTonight = intake.readAt.prefix(10) == Timestamp.text(now).prefix(10)
    guard isOfTonight, told.insert(source.number).inserted else {
      lines.append(Line(path: file.path, outcome: .known))
      return
    }
    if var problem = intake.problem {
      problem.path = file.path
      problems.append(problem)
    }
    lines.append(
      Line(
        path: file.path, outcome: intake.outcome, requests: intake.requests, lines: intake.lines,
        rejected: intake.rejected, tooOld: intake.tooOld))
  }

  /// A file that speaks of another time than what its name held before is the next one of a rotated log.
  private static func overlaps(_ log: RequestLog, _ old: StoredSource) -> Bool {
    guard let first = old.firstTime, let last = old.lastTime else { return true }
    var isWithin = false
    log.requests.forEach { isWithin = isWithin || ($0.time >= first && $0.time <= last) }
    return isWithin
  }
}

extension InputFiles {
  /// SHA-256 of the first bytes of a file; nil where it has fewer.
  static func sha256(ofFirst count: Int, of file: InputFile) -> String? {
    guard count <= file.bytes, let handle = FileHandle(forReadingAtPath: file.path) else { return nil }
    defer { try? handle.close() }
    var hash = SHA256()
    var left = count
    while left > 0, let chunk = try? handle.read(upToCount: min(left, 1 << 20)), !chunk.isEmpty {
      hash.update(data: chunk)
      left -= chunk.count
    }
    return left > 0 ? nil : hash.finalize().map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }
}
