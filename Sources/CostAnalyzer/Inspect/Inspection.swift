/// What a log is, seen through the eyes of a run: formats, one record of each read field by field, rejects, models with
/// their prices, and what is not in it. Nothing is replayed.
package struct Inspection: Sendable {
  /// Decoded bytes of each file and number of files that are looked at unless all is asked for.
  package static let sampleBytes = 1 << 20
  package static let sampleFiles = 100

  package struct Model: Sendable {
    package var name: ModelName
    package var requests: Int
    package var resolution: PriceResolution
    package var table: String
  }

  /// A record that a format claims, field by field.
  package struct Record: Sendable {
    package var format: String
    package var place: RequestPlace
    package var fields: [FieldReading]
  }

  /// Files that were found, those of them that were looked at, and those of these that were not read to their end.
  package let filesFound: Int
  package let filesChosen: Int
  package var filesCutShort: Int { log.ends.filter(\.isSample).count }
  package var isSample: Bool { filesCutShort > 0 || filesChosen < filesFound }
  package let log: RequestLog
  package let records: [Record]
  package let models: [Model]
  package let priceSource: String
  package let gaps: [LogGap]
  /// UTC microseconds of the first and last request; nil without requests.
  package let span: ClosedRange<Int64>?

  /// - Parameters:
  ///   - inputs: files, directories, globs, or `-`.
  ///   - all: Read everything instead of a sample.
  ///   - tokens: counts the tokens of requests without counts.
  package init(
    inputs: [String], all: Bool, options: AnalysisOptions, tokens: LazyTokenCounter = .estimates, threads: Int
  ) throws {
    let (paths, missing) = InputFiles.discover(inputs)
    let chosen = all ? paths : Self.spread(paths, Self.sampleFiles)
    let (files, refused) = InputFiles.examine(chosen)
    filesFound = paths.count
    filesChosen = chosen.count
    var reader = LogReader(settings: try TextSettings(options, tokens: nil), threads: threads)
    let mapping = try options.input.mapping.map { try LogMapping(file: $0) }
    reader.mapping = mapping
    reader.tokens = tokens
    reader.limits = options.inputLimits
    reader.limits.maxBytesPerFile = all ? nil : Self.sampleBytes
    reader.needs.places = true
    reader.needs.scope = options.cache.scope
    var log = reader.read(files)
    try tokens.check()
    log.problems = missing + refused + log.problems
    if files.isEmpty {
      throw AnalyzerError(
        .input, "no input could be read" + (log.problems.first.map { ": \($0.path): \($0.explanation)" } ?? ""),
        hint: "give log files, directories, globs, or - for standard input")
    }

    let book = PriceBook(models: log.models, tables: try options.priceTables())
    book.price(&log)
    var counts = [Int](repeating: 0, count: log.models.count)
    var first = Int64.max
    var last = Int64.min
    log.requests.forEach { request in
      counts[Int(request.model)] += 1
      (first, last) = (min(first, request.time), max(last, request.time))
    }
    span = first <= last ? first...last : nil
    models = Self.merged(
      zip(book.entries, counts).map {
        Model(name: $0.name, requests: $1, resolution: $0.resolution, table: $0.table)
      }
    ).filter { $0.requests > 0 }
      .sorted { ($1.requests, $0.name.display, $0.name.responded) < ($0.requests, $1.name.display, $1.name.responded) }
    priceSource = book.source
    gaps = LogGap.all(
      in: log, models: models, tokens: log.counts.estimated > 0 ? try tokens.get() : try TokenCounter())
    records = Self.records(
      of: log, FormatList(mapping).entries.map(\.format), limits: reader.limits,
      Redactor(patterns: options.privacy.patterns))
    self.log = log
  }

  /// A model that answers by its own name is the same model as one whose answer bears none.
  private static func merged(_ models: [Model]) -> [Model] {
    var merged: [ModelName: Model] = [:]
    for var model in models {
      if model.name.responded == model.name.requested { model.name.responded = "" }
      model.requests += merged[model.name]?.requests ?? 0
      merged[model.name] = model
    }
    return Array(merged.values)
  }

  /// `count` of the paths, evenly spread, the first and the last among them.
  static func spread(_ paths: [String], _ count: Int) -> [String] {
    if paths.count <= count { return paths }
    return (0..<count).map { paths[$0 * (paths.count - 1) / (count - 1)] }
  }

  /// The first record of each format. Standard input cannot be read twice.
  private static func records(
    of log: RequestLog, _ formats: [any LineFormat], limits: InputLimits, _ redactor: Redactor
  ) -> [Record] {
    var places: [(format: Int, place: RequestPlace)] = []
    for index in 0..<log.requests.count {
      let format = Int(log.requests[index].format)
      if !places.contains(where: { $0.format == format }) { places.append((format, log.places[index])) }
    }
    return places.sorted { $0.format < $1.format }.compactMap { format, place in
      let file = log.inputs[place.file]
      if file.path == "-" { return nil }
      var found: [FieldReading]?
      LogReader.line(place.line, of: file, limits: limits) { line in
        found = FieldProbe.readings(of: line, format: formats[format], redactor: redactor)
      }
      return found.map { Record(format: formats[format].name, place: place, fields: $0) }
    }
  }
}

extension LogReader {
  /// Hands one line of a file to the body.
  fileprivate static func line(
    _ number: Int, of file: InputFile, limits: InputLimits, _ body: (UnsafeRawBufferPointer) -> Void
  ) {
    let reader = LineBlockReader(files: [file], limits: limits)
    var next = 1
    while case let batch = reader.nextBatch(), !batch.isEmpty {
      for block in batch {
        next += block.overlongBefore
        block.forEachLine { line, _ in
          if next == number { body(line) }
          next += 1
        }
        if next > number { return }
      }
      reader.recycle(batch)
    }
  }
}
