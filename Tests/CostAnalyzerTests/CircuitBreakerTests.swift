import CostAnalyzer
import Foundation
import Testing

@Suite("Circuit breaker")
struct CircuitBreakerTests {
  @Test("The breaker trips on the request that brings spend above the multiple, cools down, and closes")
  func breaker() throws {
    // A dollar a minute for two hours, then six in one.
    func minute(_ minute: Int, _ second: Int = 0) -> String {
      Timestamp.text(utcTime("2026-01-05T00:00:00Z") + Int64(minute * 60 + second) * Timestamp.second)
    }
    var rows = (0..<120).map { (minute($0), "a", 1.0) }
    rows += (1...6).map { (minute(119, $0 * 5), "b", 10.0) }
    rows += [(minute(124), "c", 1), (minute(130), "a", 1)]
    var options = AnalysisOptions.Budgets()
    options.breaker.multiple = 3
    options.breaker.window = Lifetime("10m")!
    options.breaker.baseline = Lifetime("60m")!
    options.breaker.coolDown = Lifetime("10m")!
    let replay = try BudgetReplay(costLog(rows), options)
    // Ten dollars in ten minutes are usual: 10 + 10 + 10 + 10 > 30, on the third of the six.
    let trip = try #require(replay.trips.first)
    #expect(replay.trips.count == 1 && trip.time == utcTime(minute(119, 15)))
    #expect(trip.spent == 40_000_000_000_000 && trip.usual == 10_000_000_000_000)
    #expect(trip.refused == 4 && trip.refusedCost == 31_000_000_000_000 && trip.refusedUsers.count == 2)
    options.breaker.floorUSD = 100
    #expect(try BudgetReplay(costLog(rows), options).trips.isEmpty)
    options.breaker.floorUSD = 1
    options.breaker.baseline = Lifetime("2h")!
    #expect(try BudgetReplay(costLog(rows), options).trips.isEmpty, "not before a whole baseline is logged")
  }

  @Test("It trips and refuses as one that looks through everything served before, on random logs")
  func againstNaive() throws {
    var random = TestRandom(23)
    var trips = 0
    for _ in 0..<60 {
      var minute: Int64 = 0
      let rows = (0..<150).map { index -> (String, String, Double) in
        minute += Int64.random(in: 0...3, using: &random)
        let usd = Double([0, 1, 1, 2, 20].randomElement(using: &random)!)
        return (Timestamp.text(utcTime("2026-01-05") + minute * 60 * Timestamp.second), "u\(index % 7)", usd)
      }
      let log = try costLog(rows)
      var options = AnalysisOptions.Budgets()
      options.breaker.multiple = Double.random(in: 1.1...4, using: &random)
      options.breaker.window = Lifetime("\(Int.random(in: 1...12, using: &random))m")!
      options.breaker.baseline = Lifetime("\(Int.random(in: 5...60, using: &random))m")!
      options.breaker.coolDown = Lifetime("\(Int.random(in: 1...20, using: &random))m")!
      options.breaker.floorUSD = 5
      let (window, baseline) = (options.breaker.window.micros!, options.breaker.baseline.micros!)
      var served: [Request] = []
      var expected: [(time: Int64, refused: Int)] = []
      for request in log.all {
        if let last = expected.last, request.time < last.time + options.breaker.coolDown.micros! {
          expected[expected.count - 1].refused += 1
          continue
        }
        served.append(request)
        func spent(_ from: Int64, _ to: Int64) -> Double {
          served.filter { $0.time > from && $0.time <= to }.reduce(0) { $0 + Double($1.cost) }
        }
        let now = request.time
        let recent = spent(now - window, now)
        let usual = spent(now - window - baseline, now - window) * Double(window) / Double(baseline)
        if now - served[0].time >= window + baseline, recent > 5e12, recent > options.breaker.multiple! * usual {
          expected.append((now, 0))
        }
      }
      let replay = try BudgetReplay(log, options)
      #expect(
        replay.trips.map(\.time) == expected.map(\.time) && replay.trips.map(\.refused) == expected.map(\.refused))
      trips += expected.count
    }
    #expect(trips > 30)
  }
}
