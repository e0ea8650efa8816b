/// Collects what the log hides: which requests mean the same, and which only look like it.
struct TruthWriter {
  /// Request indices by intent, in order of arrival; the ids follow from the index.
  private var members: [[UInt32]] = []
  private var wrong: [UInt32] = []
  private var retried = 0
  private var fragmented = 0
  private var failed = 0
  private var withoutUsage = 0

  mutating func note(_ request: GeneratedRequest) {
    while members.count <= request.intent { members.append([]) }
    members[request.intent].append(UInt32(request.index))
    if request.isWrong { wrong.append(UInt32(request.index)) }
    let last = request.lines[request.lines.count - 1]
    if last.isError { failed += 1 } else if last.usage == nil { withoutUsage += 1 }
    if request.lines.count > 1 {
      if request.lines[0].isError { retried += 1 } else { fragmented += 1 }
    }
  }

  var intentCount: Int { members.count { !$0.isEmpty } }

  /// One intent a line, so that the file can be read by eye and by line.
  func write(to path: String, generator: TrafficGenerator, summary: GeneratorSummary) throws {
    let file = try CompressedFileWriter(path: path)
    let seed = generator.options.seed
    var out = JSONLineBuffer()
    out.raw("{\"schema\":\"truth/1\",\"seed\":")
    out.raw("\(seed)")
    for (name, value) in [
      ("requests", summary.requests), ("lines", summary.lines), ("duplicate_lines", summary.duplicateLines),
      ("errors", summary.errorLines), ("retried_requests", retried), ("fragmented_requests", fragmented),
      ("failed_requests", failed), ("missing_usage_requests", withoutUsage),
    ] {
      out.raw(",\"\(name)\":")
      out.int(value)
    }
    out.raw(",\n\"bots\":")
    out.strings(TrafficGenerator.botUsers)
    out.raw(",\n\"wrong_ids\":")
    writeIDs(wrong, seed, into: &out)
    out.raw(",\n\"opposites\":[")
    var isFirst = true
    for (one, other) in TrafficGenerator.opposites where isAsked(one) && isAsked(other) {
      if !isFirst { out.raw(",") }
      isFirst = false
      out.raw("[\(one),\(other)]")
    }
    out.raw("],\n\"intents\":[")
    isFirst = true
    for intent in members.indices where isAsked(intent) {
      out.raw(isFirst ? "\n" : ",\n")
      isFirst = false
      writeIntent(intent, generator.describe(intent: intent), seed, into: &out)
      try file.write(out.bytes)
      out.removeAll()
    }
    out.raw("\n]}\n")
    try file.write(out.bytes)
    try file.finish()
  }

  private func isAsked(_ intent: Int) -> Bool { intent < members.count && !members[intent].isEmpty }

  private func writeIntent(
    _ intent: Int, _ description: IntentDescription, _ seed: UInt64, into out: inout JSONLineBuffer
  ) {
    out.raw("{\"intent\":")
    out.int(intent)
    out.raw(",\"kind\":")
    out.string(description.kind.rawValue)
    if let family = description.family {
      out.raw(",\"family\":")
      out.int(family)
    }
    if let language = description.language {
      out.raw(",\"language\":")
      out.string(language)
    }
    out.raw(",\"ids\":")
    writeIDs(members[intent], seed, into: &out)
    out.raw("}")
  }

  private func writeIDs(_ indices: [UInt32], _ seed: UInt64, into out: inout JSONLineBuffer) {
    out.raw("[")
    for (position, index) in indices.enumerated() {
      out.raw(position > 0 ? ",\"" : "\"")
      out.raw(TrafficGenerator.requestID(seed: seed, index: Int(index)))
      out.raw("\"")
    }
    out.raw("]")
  }
}
