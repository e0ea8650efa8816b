import CostAnalyzer
import Foundation
import Testing

@Suite("Alerts from night to night")
struct AlertTests {
  private static func subject(_ number: Int) -> Alert.Subject {
    .init(Alert.Subject.Area.allCases[number % Alert.Subject.Area.allCases.count], "n\(number)", "higher")
  }

  @Test("Random nights: what is new, goes on since when, is over and was missed is what the list of all nights says")
  func memory() throws {
    var rng = SeededGenerator(41)
    for _ in 0..<15 {
      let scratch = try Scratch()
      let store = try StateStore(path: scratch.path("state.sqlite"))
      var nights: [(day: Int, subjects: Set<Int>, arrived: Bool?)] = []
      var day = 20_000
      for _ in 0..<14 {
        day += [1, 1, 3].randomElement(using: &rng)!
        let subjects = Set((0..<5).filter { _ in Bool.random(using: &rng) })
        // From the list alone: a run of nights without a gap.
        func first(_ number: Int, before index: Int) -> Int {
          var start = index
          while start > 0, nights[start - 1].subjects.contains(number) { start -= 1 }
          return start < nights.count ? nights[start].day : day
        }
        let before = nights.last?.subjects ?? []
        let lastArrived = nights.lastIndex { $0.arrived == true } ?? -1
        let missed = nights.indices.filter { $0 > lastArrived && nights[$0].arrived == false }
        var told: Set<String> = []
        for index in missed {
          for number in nights[index].subjects where index == 0 || !nights[index - 1].subjects.contains(number) {
            let end = (index...nights.count).first { $0 == nights.count || !nights[$0].subjects.contains(number) }!
            if end < nights.count || !subjects.contains(number) { told.insert("\(number) \(nights[index].day)") }
          }
        }
        // Another run of the same night, interrupted or on another log, changes nothing that is said.
        if Bool.random(using: &rng) {
          let other = AlertChanges([Self.subject(9), Self.subject(0)], since: try store.alerts(before: day), on: day)
          try store.remember(night: day, other, ClusterHistory())
        }
        let arrived: Bool? = [nil, false, true].randomElement(using: &rng)!
        for _ in 0..<2 {
          let found = AlertChanges(
            subjects.sorted().map(Self.subject), since: try store.alerts(before: day), on: day)
          func described(_ alerts: [Alert]) -> Set<String> {
            Set(alerts.map { "\($0.subject.name.dropFirst()) \($0.firstNight)" })
          }
          #expect(described(found.new) == Set(subjects.subtracting(before).map { "\($0) \(day)" }))
          #expect(
            described(found.goingOn)
              == Set(subjects.intersection(before).map { "\($0) \(first($0, before: nights.count))" }))
          #expect(
            described(found.over)
              == Set(before.subtracting(subjects).map { "\($0) \(first($0, before: nights.count))" }))
          #expect(found.missedNights == missed.map { nights[$0].day })
          #expect(described(found.missed) == told)
          try store.remember(night: day, found, ClusterHistory())
          if let arrived { try store.remember(noticeArrived: arrived, on: day) }
        }
        nights.append((day, subjects, arrived))
      }
      #expect(try store.check().isEmpty)
    }
  }

  @Test("A notice that arrived has arrived, also when its night is run again and the next one does not")
  func notices() throws {
    let scratch = try Scratch()
    let store = try StateStore(path: scratch.path("state.sqlite"))
    for (day, arrived) in [(10, false), (11, true), (11, false), (12, false), (12, false)] {
      try store.remember(night: day, AlertChanges(), ClusterHistory())
      try store.remember(noticeArrived: arrived, on: day)
    }
    #expect(try store.alerts(before: 11).missedNights == [10])
    #expect(try store.alerts(before: 12).missedNights == [])
    #expect(try store.alerts(before: 13).missedNights == [12])
  }

  @Test("A subject told twice is one alert")
  func twice() {
    let found = AlertChanges([Self.subject(1), Self.subject(1)], since: .init(), on: 5)
    #expect(found.new.count == 1 && found.goingOn.isEmpty)
  }
}
