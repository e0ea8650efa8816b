/// A chart as data; every kind draws itself.
package enum Chart: Sendable {
  case waterfall(WaterfallChart)
  case caching(CachingChart)
  case heatMap(CachingHeatMap)
  case daily(DailyChart)
  case clusters(ClusterChart)
  case burn(BurnChart)
  case latency(LatencyChart)

  package enum Kind: String, CodingKey, CaseIterable, Sendable {
    case waterfall, caching, heatMap = "heatmap", daily, clusters, burn, latency

    var title: String {
      switch self {
      case .waterfall: WaterfallChart.title
      case .caching: CachingChart.title
      case .heatMap: CachingHeatMap.title
      case .daily: DailyChart.title
      case .clusters: ClusterChart.title
      case .burn: BurnChart.title
      case .latency: LatencyChart.title
      }
    }
  }

  package var kind: Kind {
    switch self {
    case .waterfall: .waterfall
    case .caching: .caching
    case .heatMap: .heatMap
    case .daily: .daily
    case .clusters: .clusters
    case .burn: .burn
    case .latency: .latency
    }
  }

  private var drawing: any ChartDrawing {
    switch self {
    case .waterfall(let chart): chart
    case .caching(let chart): chart
    case .heatMap(let chart): chart
    case .daily(let chart): chart
    case .clusters(let chart): chart
    case .burn(let chart): chart
    case .latency(let chart): chart
    }
  }

  package var title: String { kind.title }
  /// Beside the report.
  package var fileName: String { "charts/\(kind.rawValue).svg" }
  /// What it shows, for who cannot see it; may hold names from the log.
  package var summary: String { drawing.summary }

  /// - Parameter style: CSS for a file of its own; nil inside a page that has it.
  package func svg(style: String?) -> String {
    let drawing = drawing
    return drawing.draw().document(id: kind.rawValue, title: title, summary: drawing.summary, style: style)
  }
}

protocol ChartDrawing: Codable, Sendable {
  static var title: String { get }
  /// One or two sentences that say what is to be seen.
  var summary: String { get }
  func draw() -> SVG
}

extension Chart: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Kind.self)
    func value<Value: Decodable>(_ kind: Kind) throws -> Value { try container.decode(Value.self, forKey: kind) }
    switch container.allKeys.first {
    case .waterfall: self = .waterfall(try value(.waterfall))
    case .caching: self = .caching(try value(.caching))
    case .heatMap: self = .heatMap(try value(.heatMap))
    case .daily: self = .daily(try value(.daily))
    case .clusters: self = .clusters(try value(.clusters))
    case .burn: self = .burn(try value(.burn))
    case .latency: self = .latency(try value(.latency))
    case nil:
      throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "a chart of no kind"))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Kind.self)
    func encode(_ chart: some Encodable) throws { try container.encode(chart, forKey: kind) }
    try encode(drawing)
  }
}
