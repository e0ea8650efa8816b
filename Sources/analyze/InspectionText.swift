import CostAnalyzer

/// An inspection for people.
struct InspectionText {
  private let inspection: Inspection
  private var log: RequestLog { inspection.log }
  private var counts: IngestCounts { inspection.log.counts }

  init(_ inspection: Inspection) { self.inspection = inspection }

  func text() -> String {
    [input(), formats(), rejects(), inspection.records.map(record).joined(separator: "\n"), time(), models(), gaps()]
      .filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private func input() -> String {
    let found = NumberText.grouped(inspection.filesFound)
    var text = "INPUT\n  \(found) file\(inspection.filesFound == 1 ? "" : "s")"
    let containers = Dictionary(grouping: log.ends, by: \.container.rawValue).mapValues(\.count)
    text += ": " + containers.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    text += "\n  \(NumberText.grouped(counts.lines)) line\(counts.lines == 1 ? "" : "s") read: "
    text += "\(NumberText.grouped(counts.accepted)) request\(counts.accepted == 1 ? "" : "s"), "
    text += "\(NumberText.grouped(counts.duplicates)) repeated ids, \(NumberText.grouped(counts.rejected)) rejects, "
    text += "\(NumberText.grouped(counts.blank)) blank\n"
    if inspection.isSample {
      var parts: [String] = []
      if inspection.filesChosen < inspection.filesFound {
        parts.append("\(inspection.filesChosen) of \(found) files, evenly spread")
      }
      if inspection.filesCutShort > 0 {
        parts.append("the beginning (about \(Inspection.sampleBytes >> 20) MiB) of \(inspection.filesCutShort) of them")
      }
      text += "  A SAMPLE: \(parts.joined(separator: ", ")). --all reads everything.\n"
    }
    for problem in log.problems.prefix(10) {
      text += "  \(HostileText.visible(problem.path)): \(HostileText.visible(problem.explanation, limit: 500))\n"
    }
    for (file, end) in zip(log.inputs, log.ends) where end.end != .complete {
      text += "  \(HostileText.visible(file.path)): \(end.end.explanation)\n"
    }
    return text
  }

  private func formats() -> String {
    if counts.byFormat.isEmpty { return "" }
    let lines = counts.lines - counts.blank
    var text = "FORMATS (share of lines)\n"
    for (name, count) in counts.byFormat.sorted(by: { ($1.lines, $0.name) < ($0.lines, $1.name) }) {
      text += "  \(pad(NumberText.percent(Double(count), of: Double(lines)), 8))  \(name)\n"
    }
    if counts.rejected > 0 {
      text += "  \(pad(NumberText.percent(Double(counts.rejected), of: Double(lines)), 8))  rejected\n"
    }
    return text
  }

  private func rejects() -> String {
    if counts.rejected == 0 { return "" }
    var text = "REJECTS (first places)\n"
    for entry in log.rejects.entries {
      text += "  \(NumberText.grouped(entry.count)) \(entry.reason.rawValue): \(entry.reason.explanation)\n"
      for place in entry.places.prefix(3) { text += "    \(self.place(place.file, place.line))\n" }
    }
    return text
  }

  private func place(_ file: Int, _ line: Int) -> String { "\(HostileText.visible(log.inputs[file].path)):\(line)" }

  private func record(_ record: Inspection.Record) -> String {
    var text = "A RECORD OF FORMAT \(record.format) (\(place(record.place.file, record.place.line)))\n"
    for field in record.fields {
      text += "  \(HostileText.visible(field.pointer)) = \(field.value)\n    -> \(field.readAs)\n"
    }
    return text
  }

  private func time() -> String {
    guard let span = inspection.span else { return "" }
    return "TIME\n  \(Timestamp.seconds(span.lowerBound)) to \(Timestamp.seconds(span.upperBound))\n"
  }

  private func models() -> String {
    if inspection.models.isEmpty { return "" }
    var text = "MODELS (prices: \(HostileText.visible(inspection.priceSource)))\n"
    for model in inspection.models.prefix(Self.shownModels) {
      let other =
        model.name.responded.isEmpty || model.name.responded == model.name.requested
        ? "" : ", answered by \(HostileText.visible(model.name.responded))"
      text +=
        "  \(HostileText.visible(model.name.display))\(other): \(NumberText.grouped(model.requests)) request\(model.requests == 1 ? "" : "s")\n"
      text += "    -> \(HostileText.visible(model.resolution.summary, limit: 500))\n"
      if let row = model.resolution.row {
        text += "       \(PriceText.rates(row))  [\(HostileText.visible(model.table))]\n"
      }
    }
    let more = inspection.models.count - Self.shownModels
    return more > 0 ? text + "  and \(NumberText.grouped(more)) more (--json lists all)\n" : text
  }

  private static let shownModels = 30

  private func gaps() -> String {
    if counts.accepted == 0 { return "" }
    if inspection.gaps.isEmpty { return "WHAT IS MISSING\n  nothing that a report needs\n" }
    var text = "WHAT IS MISSING\n"
    for gap in inspection.gaps {
      let share = gap.isTotal ? "no" : "not all"
      let part =
        gap.isTotal
        ? "" : " (\(NumberText.percent(Double(gap.requests), of: Double(gap.of))) of the requests are without)"
      text += "  \(share) \(gap.missing)\(part): \(gap.consequence)\n"
    }
    return text
  }

  private func pad(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}

extension FieldReading {
  /// What the field is read as, in words.
  var readAs: String {
    let parts = (tellsFormat ? ["tells the format"] : []) + meanings
    return parts.isEmpty ? "nothing here (another field says the same, or wins)" : parts.joined(separator: ", ")
  }
}
