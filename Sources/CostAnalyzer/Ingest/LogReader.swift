/// Reads logs into a `RequestLog`: blocks of lines are decoded in parallel and reduced in order, so the result does not
/// depend on the thread count. While one batch is decoded the next one is decompressed.
package struct LogReader {
  package var needs = IngestNeeds()
  package var limits = InputLimits()
  /// Needed when `needs.text` is set.
  package var settings: TextSettings?
  package var threads: Int
  /// A format of the user's own, asked first.
  package var mapping: LogMapping?
  /// Counts the tokens of requests without counts. Whoever sets another one checks it after reading.
  package var tokens = LazyTokenCounter.estimates
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
    // Of several files one may be another one in another wrapping.
    let sizes = needs.digestSizes ?? (files.count > 1 ? [] : nil)
    let reader = LineBlockReader(files: files, limits: limits, digestSizes: sizes)
    // One per worker: it sees blocks in file order, so it describes a prompt in the first block it meets it in, which is
    // the one that is reduced first.
    let formats = FormatList(mapping)
    let decoders = (0..<max(1, threads)).map {
      LineDecoder(index: $0, needs: needs, limits: limits, settings: settings, formats: formats, tokens: tokens)
    }
    var reducer = RequestReducer(
      fileCount: files.count, formatCount: formats.entries.count, needs)
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
    let copies = Self.copies(reader.ends)
    var log = reducer.finished(copies: copies.map(\.file))
    log.inputs = files
    log.ends = reader.ends
    log.problems =
      reader.problems
      + copies.map { copy in
        InputProblem(
          path: files[copy.file].path, reason: "repeated_file",
          explanation: "decodes to the same as \(files[copy.original].path); counted once")
      }
    log.counts.decodedBytes = reader.ends.reduce(0) { $0 + $1.decodedBytes }
    log.counts.byFormat = formats.entries.enumerated().compactMap { index, entry in
      reducer.recordsByFormat[index] == 0 ? nil : (entry.format.name, reducer.recordsByFormat[index])
    }
    let counts = log.counts
    precondition(
      counts.records == counts.accepted + counts.duplicates + counts.rejected + counts.skipped
        && counts.lines <= counts.blank + counts.records, "records read do not add up: \(counts)")
    return log
  }

  /// Inputs that decode to the same bytes as one before them.
  private static func copies(_ ends: [InputEnd]) -> [(file: Int, original: Int)] {
    var first: [DecodedDigest: Int] = [:]
    var copies: [(file: Int, original: Int)] = []
    for (file, end) in ends.enumerated() {
      guard let digest = end.digests.last, digest.bytes > 0, !end.isSample else { continue }
      if let original = first[digest] {
        copies.append((file, original))
      } else {
        first[digest] = file
      }
    }
    return copies
  }
}
