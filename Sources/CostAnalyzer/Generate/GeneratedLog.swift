/// Puts the lines of overlapping requests into the order of their times.
struct LineSequencer {
  struct Item: Sendable {
    var request: GeneratedRequest
    var line: Int
  }

  private var queue = TimedQueue<Item>()

  mutating func add(_ request: GeneratedRequest) {
    for line in request.lines.indices {
      queue.push(Item(request: request, line: line), at: request.lines[line].timeMilliseconds)
    }
  }

  /// The next line that no later request can precede: requests come in order of their first line.
  mutating func next(before time: Int64) -> Item? {
    guard let first = queue.nextTime, first <= time else { return nil }
    return queue.pop()
  }
}

/// Writes the log, zstd when `path` ends in `.zst`, and, if asked, what is true about it.
///
/// Streams: memory holds a minute of lines, the open sessions, and the intents met so far.
package func writeGeneratedLog(
  options: GeneratorOptions, format: GeneratedFormat, to path: String, truthPath: String? = nil
) throws -> GeneratorSummary {
  try options.validate()
  let file = try CompressedFileWriter(path: path)
  var generator = TrafficGenerator(options)
  var sequencer = LineSequencer()
  var truth = TruthWriter()
  var buffer = JSONLineBuffer()
  var summary = GeneratorSummary()

  func drain(before time: Int64) throws {
    while let item = sequencer.next(before: time) {
      buffer.removeAll()
      LogLineWriter.write(item.request, line: item.line, format: format, into: &buffer)
      try file.write(buffer.bytes)
      summary.lines += 1
      if item.line > 0 { summary.duplicateLines += 1 }
      if item.request.lines[item.line].isError { summary.errorLines += 1 }
    }
  }

  while let request = generator.next() {
    // Strictly before: a line at the same millisecond keeps its place behind the request that came first.
    try drain(before: request.timeMilliseconds - 1)
    sequencer.add(request)
    truth.note(request)
    summary.requests += 1
  }
  try drain(before: .max)
  try file.finish()
  summary.intents = truth.intentCount
  summary.logBytes = file.plainBytes
  summary.fileBytes = file.fileBytes
  if let truthPath { try truth.write(to: truthPath, generator: generator, summary: summary) }
  return summary
}
