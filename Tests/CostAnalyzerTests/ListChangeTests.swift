import CostAnalyzer
import Foundation
import Testing

@Suite("The pre-cache list from night to night")
struct ListChangeTests {
  @Test("New, gone and changed entries are counted; on the first night only what there is")
  func counts() {
    let first = ListChange(["a": "1", "b": "2"], since: nil)
    #expect(first.entries == 2 && first.added == nil && first.text == "2 entries.")
    let second = ListChange(["b": "2", "c": "3", "d": "4"], since: ["a": "1", "b": "x", "d": "4"])
    #expect(second.entries == 3 && second.added == 1 && second.removed == 1 && second.otherAnswer == 1)
    #expect(second.text == "3 entries; since the night before 1 new, 1 gone, 1 with another answer.")
  }

  @Test("The state gives the list of the night before, also when that was empty, and again when the night is run again")
  func memory() throws {
    let scratch = try Scratch()
    let store = try StateStore(path: scratch.path("state.sqlite"))
    #expect(try store.list(before: 10) == nil)
    try store.remember(list: ["a": "1"], on: 10)
    #expect(try store.list(before: 10) == nil && store.list(before: 11) == ["a": "1"])
    for _ in 0..<2 {
      #expect(try store.list(before: 12) == ["a": "1"])
      try store.remember(list: [:], on: 12)
    }
    #expect(try store.list(before: 13) == [:])
    try store.remember(list: ["b": "2", "c": "3"], on: 13)
    #expect(try store.list(before: 14) == ["b": "2", "c": "3"] && store.list(before: 13) == [:])
    #expect(try store.list(before: 12) == nil, "older lists are forgotten")
  }

  @Test("A night says what became of the list, and its key stays when more is asked")
  func nights() throws {
    let scratch = try Scratch()
    let store = try StateStore(path: scratch.path("state.sqlite"))
    func day(_ number: Int, _ questions: [String]) throws -> String {
      let lines = questions.flatMap { question in
        (0..<8).map { index in
          var line = TrafficLine()
          (line.question, line.user) = (question, "u-\(index % 4)")
          line.answer = "About \(question.reversed()): see the handbook."
          line.minute = number * 1440 + index
          return line
        }
      }
      return try scratch.write(TrafficLine.log(lines), to: "day\(number).jsonl")
    }
    let logs = [
      try day(0, ["How do I rename a project?", "Where is last month's invoice?"]),
      try day(1, ["How do I rename a project?", "Translate the form into Finnish"]),
    ]
    func night(_ number: Int) throws -> Nightly {
      let now = Timestamp.second * (1_767_600_000 + Int64(number + 1) * 86_400)
      var request = Nightly.Request(
        inputs: Array(logs[...number]), analysis: Analysis.Request(inputs: []), now: now)
      request.windowDays = 1
      let night = try Nightly(request, store)
      try store.remember(list: night.list, on: Timestamp.dayNumber(now))
      return night
    }
    let first = try night(0)
    #expect(first.listChange == ListChange(first.list, since: nil) && first.listChange.entries == 2)
    let second = try night(1)
    #expect(second.listChange.added == 1 && second.listChange.removed == 1 && second.listChange.otherAnswer == 0)
    #expect(Set(first.list.keys).intersection(second.list.keys).count == 1)
    #expect(NightChapter(second).markdown.contains("2 entries; since the night before 1 new, 1 gone"))
  }
}
