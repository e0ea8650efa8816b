import CostAnalyzer

/// An inspection as one JSON object.
struct InspectionSummary: Encodable {
  struct Format: Encodable {
    var name: String
    var lines: Int
  }

  struct Reject: Encodable {
    var reason: String
    var explanation: String
    var count: Int
    /// `file:line` of the first ones.
    var places: [String]
  }

  struct Field: Encodable {
    var pointer: String
    var meanings: [String]
    var tellsFormat: Bool
    var value: String
  }

  struct Record: Encodable {
    var format: String
    var place: String
    var fields: [Field]
  }

  struct Model: Encodable {
    var model: String
    var responseModel: String
    var requests: Int
    var priceRow: String?
    var table: String?
    var explanation: String
  }

  struct Gap: Encodable {
    var missing: String
    var requests: Int
    var of: Int
    var consequence: String
  }

  struct Problem: Encodable {
    var path: String
    var reason: String
    var explanation: String
  }

  var filesFound: Int
  var filesRead: Int
  var filesCutShort: Int
  var isSample: Bool
  var lines: Int
  var requests: Int
  var duplicates: Int
  var rejected: Int
  var blank: Int
  var firstTime: String?
  var lastTime: String?
  var problems: [Problem]
  var formats: [Format]
  var rejects: [Reject]
  var records: [Record]
  var models: [Model]
  var gaps: [Gap]

  init(_ inspection: Inspection) {
    let log = inspection.log
    func place(_ file: Int, _ line: Int) -> String { "\(log.inputs[file].path):\(line)" }
    filesFound = inspection.filesFound
    filesRead = inspection.filesChosen
    filesCutShort = inspection.filesCutShort
    isSample = inspection.isSample
    lines = log.counts.lines
    requests = log.counts.accepted
    duplicates = log.counts.duplicates
    rejected = log.counts.rejected
    blank = log.counts.blank
    firstTime = inspection.span.map { Timestamp.text($0.lowerBound) }
    lastTime = inspection.span.map { Timestamp.text($0.upperBound) }
    problems = log.problems.map { Problem(path: $0.path, reason: $0.reason, explanation: $0.explanation) }
    for (file, end) in zip(log.inputs, log.ends) where end.end != .complete {
      problems.append(Problem(path: file.path, reason: end.end.name, explanation: end.end.explanation))
    }
    formats = log.counts.byFormat.map { Format(name: $0.name, lines: $0.lines) }
    rejects = log.rejects.entries.map { entry in
      Reject(
        reason: entry.reason.rawValue, explanation: entry.reason.explanation, count: entry.count,
        places: entry.places.map { place($0.file, $0.line) })
    }
    records = inspection.records.map { record in
      Record(
        format: record.format, place: place(record.place.file, record.place.line),
        fields: record.fields.map {
          Field(pointer: $0.pointer, meanings: $0.meanings, tellsFormat: $0.tellsFormat, value: $0.value)
        })
    }
    models = inspection.models.map { model in
      Model(
        model: model.name.requested, responseModel: model.name.responded, requests: model.requests,
        priceRow: model.resolution.row?.name, table: model.resolution.row == nil ? nil : model.table,
        explanation: model.resolution.summary)
    }
    gaps = inspection.gaps.map {
      Gap(missing: $0.missing, requests: $0.requests, of: $0.of, consequence: $0.consequence)
    }
  }
}
