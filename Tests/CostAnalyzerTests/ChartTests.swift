import CostAnalyzer
import Foundation
import Testing

/// What charts show is what the files say.
@Suite("Charts")
struct ChartTests {
  private static func data(_ kind: Chart.Kind) throws -> JSONValue {
    let document = try ReportDocument(json: try #require(SamplePages.full.files["report.json"]), path: "")
    let chart = try #require(document.charts.first { $0.kind == kind })
    return try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(chart))[kind.rawValue] ?? .null
  }

  private static func usd(_ value: JSONValue?) throws -> Int128 {
    guard case .string(let text)? = value else {
      throw AnalyzerError(.input, "no amount: \(String(describing: value))")
    }
    return Int128(try #require(MoneyText.parse(decimal: text.utf8)))
  }

  @Test("Days add up to the bill, by day and by model")
  func daily() throws {
    let data = try Self.data(.daily)
    let daily = parseCSV(try #require(SamplePages.full.files["daily.csv"]))
    let days = data["days"]!.elements
    #expect(days.count > 3)
    for (day, cost) in zip(days, column("cost_usd", of: daily)) {
      let sum = try day["usd"]!.elements.reduce(0) { $0 + (try Self.usd($1)) }
      #expect(MoneyText.exact(sum) == cost)
    }
    let models = parseCSV(try #require(SamplePages.full.files["models.csv"]))
    let costs = Dictionary(
      zip(column("model", of: models), column("cost_usd", of: models)), uniquingKeysWith: { a, _ in a })
    for (number, name) in data["series"]!.elements.enumerated() where name.string != "others" {
      let sum = try days.reduce(0) { $0 + (try Self.usd($1["usd"]!.elements[number])) }
      #expect(MoneyText.exact(sum) == costs[name.string ?? ""])
    }
  }

  @Test("The waterfall starts at the bill, steps by what each lever adds, and ends at what is left")
  func waterfall() throws {
    let data = try Self.data(.waterfall)
    let joint = try #require(SamplePages.full.analysis.joint)
    #expect(try Self.usd(data["bill"]) == joint.bill)
    let steps = data["steps"]!.elements
    #expect(try steps.map { try Self.usd($0["saving"]?["usd"]) } == joint.levers.map(\.waterfall))
    #expect(try steps.reduce(0) { $0 + (try Self.usd($1["saving"]?["usd"])) } == joint.saving)
    let svg = SamplePages.text("charts/waterfall.svg")
    #expect(svg.contains(">\(MoneyText.readable(joint.bill - joint.saving))</text>"))
    for lever in joint.levers { #expect(svg.contains(">\(lever.title)</text>")) }
  }

  @Test("The curve of clusters rises to what all of them save, which is all clusters that are asked twice")
  func clusters() throws {
    let points = try Self.data(.clusters)["points"]!.elements
    let saved = try points.map { try Self.usd($0["saved"]) }
    #expect(saved == saved.sorted() && saved.count > 5)
    // Every request that may be cached but the first of its cluster, from the clusters of the replay itself.
    let candidates = try #require(SamplePages.full.analysis.candidates)
    #expect(saved.last! >= candidates.shown.reduce(0) { $0 + $1.cluster.saved })
    #expect(saved.first! >= candidates.shown[0].cluster.saved)
    let steps = zip(saved, saved.dropFirst()).map { $1 - $0 }
    let ranks = try points.map { point -> Int in
      guard case .int(let rank)? = point["clusters"] else { throw AnalyzerError(.input, "no rank") }
      return rank
    }
    // The largest saving first: no step is steeper than the one before.
    let slopes = zip(steps, zip(ranks, ranks.dropFirst())).map { Double($0) / Double($1.1 - $1.0) }
    #expect(zip(slopes, slopes.dropFirst()).allSatisfy { $0 >= $1 })
  }

  @Test("Budget burn ends at what was spent in the window, and crosses the limit where the replay says")
  func burn() throws {
    let data = try Self.data(.burn)
    let analysis = SamplePages.full.analysis
    let replay = try #require(analysis.budgets?.replay)
    guard case .int(let start)? = data["start"], case .int(let end)? = data["end"] else {
      throw AnalyzerError(.input, "times")
    }
    let window = try #require(replay.windows.first { $0.start == Int64(start) })
    var spent: Int128 = 0
    for index in 0..<analysis.log.requests.count {
      let request = analysis.log.requests[index]
      if request.time >= Int64(start) && request.time < Int64(end) { spent += Int128(request.cost) }
    }
    let points = data["points"]!.elements
    #expect(try Self.usd(points.last?["spent"]) == spent && spent == window.used + window.refusedCost)
    let allowed = try Self.usd(data["allowed"])
    let exhausted = try #require(window.exhausted)
    for point in points {
      guard case .int(let time)? = point["time"] else { continue }
      if Int64(time) < exhausted {
        #expect(try Self.usd(point["spent"]) < allowed)
      } else {
        #expect(try Self.usd(point["spent"]) >= allowed)
      }
    }
  }

  @Test(
    "The heat map is the unlimited, guarded part of semantic_cache.csv; its frame is the deployed setting or the recommended"
  )
  func heatMap() throws {
    let data = try Self.data(.heatMap)
    let rows = parseCSV(try #require(SamplePages.full.files["semantic_cache.csv"]))
    var net: [String: String] = [:]
    for row in rows.dropFirst() where row[2] == "inf" && row[4] != "none" { net["\(row[0]) \(row[1])"] = row[13] }
    #expect(rows[0][13] == "net_usd" && rows[0][4] == "guards")
    let ttls = data["ttls"]!.elements.compactMap(\.string)
    for (threshold, amounts) in zip(data["thresholds"]!.elements, data["net"]!.elements) {
      guard case .number(let cosine) = threshold else { throw AnalyzerError(.input, "threshold") }
      for (ttl, amount) in zip(ttls, amounts.elements) {
        #expect(amount.string == net["\(NumberText.fixed(cosine, 2)) \(ttl)"])
      }
    }
    #expect(data["marked"]!.elements.count == 2)
  }

  @Test("Waiting saved grows with looser thresholds and starts at the exact cache")
  func latency() throws {
    let bars = try Self.data(.latency)["bars"]!.elements
    #expect(bars.count == 5 && bars[0]["name"]?.string == "exact cache")
    let rows = parseCSV(try #require(SamplePages.full.files["exact_cache.csv"]))
    let deployed = try #require(rows.first { $0[0] == "24h" && $0[1] == "inf" && $0[2] == "lru" })
    let seconds: [Double] = bars.compactMap {
      switch $0["seconds"] {
      case .number(let value): value
      case .int(let value): Double(value)
      default: nil
      }
    }
    #expect(seconds.count == 5 && seconds[0] > 0)
    #expect(abs(seconds[0] - Double(deployed[try #require(rows[0].firstIndex(of: "saved_seconds"))])!) < 1)
  }

  @Test("Saving against wrong hits has a point for every threshold that was verified")
  func caching() throws {
    let points = try Self.data(.caching)["points"]!.elements
    #expect(!points.isEmpty)
    for point in points {
      guard case .object(let wrong)? = point["wrong"] else { throw AnalyzerError(.input, "no interval") }
      #expect(Set(wrong.keys) == ["estimate", "lower", "upper"])
    }
  }
}
