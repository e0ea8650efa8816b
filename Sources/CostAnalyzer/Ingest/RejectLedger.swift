/// Why a line is not a request.
package enum RejectReason: String, CaseIterable, Sendable, Error {
  case badJSON = "bad_json"
  case notAnObject = "not_an_object"
  case invalidUTF8 = "invalid_utf8"
  case nulByte = "nul_byte"
  case lineTooLong = "line_too_long"
  case cutLine = "cut_line"
  case unknownFormat = "unknown_format"
  case missingTime = "missing_time"
  case badTime = "bad_time"
  case missingModel = "missing_model"
  case badCount = "bad_count"
  case badCost = "bad_cost"
  case badField = "bad_field"
  case noAnswer = "no_answer"

  package var explanation: String {
    switch self {
    case .badJSON: "not valid JSON"
    case .notAnObject: "starts a JSON array, string, number or word, not an object"
    case .invalidUTF8: "bytes that are not UTF-8"
    case .nulByte: "contains a NUL byte"
    case .lineTooLong: "longer than input.maxLineBytes"
    case .cutLine: "last line of a damaged stream, cut in the middle"
    case .unknownFormat: "valid JSON of a shape that no format claims"
    case .missingTime: "no time stamp"
    case .badTime: "a time stamp that cannot be read, or before 1990 or after 2099"
    case .missingModel: "no model name"
    case .badCount: "a token count that is negative, fractional or above 2^31"
    case .badCost: "a cost that is negative or not a number"
    case .badField: "a field of the wrong type"
    case .noAnswer: "a batch request without an answer among the inputs, or with several of its custom_id"
    }
  }
}

/// One place where something was rejected.
package struct RejectPlace: Sendable, Equatable {
  package var file: Int
  /// 1-based.
  package var line: Int
}

/// Counts rejects by reason and keeps the first places of each.
package struct RejectLedger: Sendable, Equatable {
  package static let placesKept = 5
  package private(set) var counts: [Int] = Array(repeating: 0, count: RejectReason.allCases.count)
  package private(set) var places: [[RejectPlace]] = Array(repeating: [], count: RejectReason.allCases.count)

  package init() {}

  package mutating func add(_ reason: RejectReason, file: Int, line: Int) {
    let index = RejectReason.allCases.firstIndex(of: reason)!
    counts[index] += 1
    if places[index].count < Self.placesKept { places[index].append(RejectPlace(file: file, line: line)) }
  }

  package var total: Int { counts.reduce(0, +) }

  package subscript(reason: RejectReason) -> Int { counts[RejectReason.allCases.firstIndex(of: reason)!] }

  /// Reasons that occurred, in declaration order.
  package var entries: [(reason: RejectReason, count: Int, places: [RejectPlace])] {
    RejectReason.allCases.enumerated().compactMap { index, reason in
      counts[index] == 0 ? nil : (reason, counts[index], places[index])
    }
  }
}
