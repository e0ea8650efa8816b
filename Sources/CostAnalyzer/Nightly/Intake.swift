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
    let (files, refused) = InputFiles.identify(paths, threads: threads)
    problems += unknown + refused
    let contents = Set(files.map(\.sha256))
    let sources = try store.sources()
    let byContent = Dictionary(sources.map { ($0.sha256, $0) }) { $1 }
    // A log that was only renamed tonight is not what this name held before.
    let byPath = Dictionary(sources.filter { !contents.contains($0.sha256) }.map { ($0.path, $0) }) { $1 }
    var taken: Set<String> = []
    for file in files {
      if let source = byContent[file.sha256] {
        if source.path != file.path { try store.rename(source, to: file.path) }
        lines.append(Line(path: file.path, outcome: .known))
      } else if taken.insert(file.sha256).inserted {
        try take(file, after: byPath[file.path])
      } else {
        // Several empty files.
        lines.append(Line(path: file.path, outcome: .known))
      }
    }
  }

  private mutating func take(_ file: InputFile, after old: StoredSource?) throws {
    var reader = LogReader(settings: nil, threads: threads)
    reader.needs.text = false
    reader.needs.ids = true
    reader.limits = options.inputLimits
    reader.mapping = mapping
    reader.tokens = tokens
    var log = reader.read([file])
    try tokens.check()
    problems += log.problems + InputProblem.damage(log.inputs, log.ends)
    PriceBook(models: log.models, tables: tables).price(&log)
    var outcome = IntakeOutcome.added
    if let old {
      if InputFiles.sha256(ofFirst: old.bytes, of: file) == old.sha256 {
        outcome = .appended
      } else if Self.overlaps(log, old) {
        outcome = .rewritten
      }
    }
    let left = try store.take(log, file, replacing: outcome == .added ? nil : old, at: now)
    lines.append(
      Line(
        path: file.path, outcome: outcome, requests: log.counts.accepted, lines: log.counts.lines,
        rejected: log.counts.rejected, tooOld: left))
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
