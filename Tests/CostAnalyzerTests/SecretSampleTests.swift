import CostAnalyzer
import Testing

@Suite("Private data by kind")
struct SecretSampleTests {
  private static func rates(_ count: Int, _ make: (Int) -> (kind: String, text: String)) -> [String: (
    found: Int, of: Int
  )] {
    let redactor = Redactor()
    var rates: [String: (found: Int, of: Int)] = [:]
    for number in 0..<count {
      let (kind, text) = make(number)
      rates[kind, default: (0, 0)].of += 1
      if redactor.finding(in: text) != nil { rates[kind]!.found += 1 }
    }
    return rates
  }

  private static func show(_ title: String, _ rates: [String: (found: Int, of: Int)]) {
    let lines = rates.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value.found) of \($0.value.of)" }
    let (found, all) = rates.values.reduce((0, 0)) { ($0.0 + $1.found, $0.1 + $1.of) }
    print("\(title): \(found) of \(all)\n" + lines.joined(separator: "\n"))
  }

  @Test("Of 5,000 secrets among words, those of every kind are found")
  func recall() {
    var samples = SecretSamples(seed: 11)
    let rates = Self.rates(5_000) { number in
      let sample = samples.secret(number)
      return (sample.kind, samples.sentence(around: sample.text))
    }
    Self.show("secrets found", rates)
    #expect(rates.values.reduce(0) { $0 + $1.of } == 5_000 && rates.count >= 25)
    for (kind, rate) in rates {
      #expect(Double(rate.found) >= 0.99 * Double(rate.of), "\(kind): \(rate.found) of \(rate.of)")
    }
  }

  @Test("Of 5,000 near misses among words, few are taken for secrets")
  func falsePositives() {
    var samples = SecretSamples(seed: 12)
    let rates = Self.rates(5_000) { number in
      let sample = samples.nearMiss(number)
      return (sample.kind, samples.sentence(around: sample.text))
    }
    Self.show("near misses taken for secrets", rates)
    #expect(rates.values.reduce(0) { $0 + $1.of } == 5_000 && rates.count >= 18)
    for (kind, rate) in rates {
      #expect(Double(rate.found) <= 0.01 * Double(rate.of), "\(kind): \(rate.found) of \(rate.of)")
    }
  }
}
