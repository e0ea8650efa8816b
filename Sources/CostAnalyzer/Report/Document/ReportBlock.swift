/// One piece of a report. Words are Markdown written by us; anything from the log in it is escaped. Only bold, italic and code
/// are used.
package enum ReportBlock: Sendable {
  case heading(String)
  case paragraph(String)
  case quote(String)
  case list([String])
  case table(ReportTable)
  case chart(Chart)
  /// Text as it stands, with its language.
  case code(String, language: String)
}

extension ReportBlock: Codable {
  private enum Key: String, CodingKey { case heading, paragraph, quote, list, table, chart, code, language }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    func value<Value: Decodable>(_ key: Key) throws -> Value { try container.decode(Value.self, forKey: key) }
    switch container.allKeys.first(where: { $0 != .language }) {
    case .heading: self = .heading(try value(.heading))
    case .paragraph: self = .paragraph(try value(.paragraph))
    case .quote: self = .quote(try value(.quote))
    case .list: self = .list(try value(.list))
    case .table: self = .table(try value(.table))
    case .chart: self = .chart(try value(.chart))
    case .code: self = .code(try value(.code), language: try value(.language))
    case .language, nil:
      throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "a block of no kind"))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .heading(let text): try container.encode(text, forKey: .heading)
    case .paragraph(let text): try container.encode(text, forKey: .paragraph)
    case .quote(let text): try container.encode(text, forKey: .quote)
    case .list(let items): try container.encode(items, forKey: .list)
    case .table(let table): try container.encode(table, forKey: .table)
    case .chart(let chart): try container.encode(chart, forKey: .chart)
    case .code(let text, let language):
      try container.encode(text, forKey: .code)
      try container.encode(language, forKey: .language)
    }
  }
}
