/// Answers to code, sums and long design questions.
enum KnowledgeAnswers {
  static func code(language: Int, task: Int, facts: IntentFacts, _ random: inout SeededRandom) -> String {
    let name = KnowledgeQuestions.languages[language]
    let goal = KnowledgeQuestions.codeTasks[task][0]
    let opening = random.pick([
      "Here is a \(name) function that \(goal):", "This \(name) version \(goal):",
      "You can do it like this in \(name):",
    ])
    let remarks = [
      "It needs one pass and about \(facts.limit) lines of memory.",
      "Empty input gives an empty result, and \(facts.days) test cases cover the edges.",
      "Errors are passed on to the caller with code \(facts.code).",
      "For more than \(facts.minutes * 1000) elements read the input in pieces.",
    ]
    let first = random.below(remarks.count)
    let body = bodies[language].joined(separator: "\n")
    return "\(opening)\n\n```\(name.asciiLowercased)\n\(body)\n```\n\n\(remarks[first]) "
      + remarks[(first + 1) % remarks.count]
  }

  /// A neutral skeleton in each language; the log needs code, not this code.
  private static let bodies: [[String]] = [
    [
      "def transform(items):", "    seen = set()", "    result = []", "    for item in items:",
      "        if item not in seen:", "            seen.add(item)", "            result.append(item)",
      "    return result",
    ],
    [
      "func transform(_ items: [String]) -> [String] {", "  var seen: Set<String> = []",
      "  return items.filter { seen.insert($0).inserted }", "}",
    ],
    [
      "export function transform(items: string[]): string[] {", "  const seen = new Set<string>();",
      "  return items.filter((item) => !seen.has(item) && seen.add(item));", "}",
    ],
    [
      "func Transform(items []string) []string {", "\tseen := map[string]bool{}", "\tvar result []string",
      "\tfor _, item := range items {", "\t\tif !seen[item] {", "\t\t\tseen[item] = true",
      "\t\t\tresult = append(result, item)", "\t\t}", "\t}", "\treturn result", "}",
    ],
    [
      "fn transform(items: Vec<String>) -> Vec<String> {", "    let mut seen = HashSet::new();",
      "    items.into_iter().filter(|item| seen.insert(item.clone())).collect()", "}",
    ],
    [
      "static List<String> transform(List<String> items) {", "    return new ArrayList<>(new LinkedHashSet<>(items));",
      "}",
    ],
    ["SELECT item, MIN(position) AS first_position", "FROM items", "GROUP BY item", "ORDER BY first_position;"],
    ["transform() {", "  awk '!seen[$0]++' \"$1\"", "}"],
  ]

  static func sum(form: Int, a: Int, b: Int, wrong: Bool, _ random: inout SeededRandom) -> String {
    let result = KnowledgeQuestions.sumResult(form, a, wrong ? b + 10 : b)
    let steps: String =
      switch form {
      case 0: "\(a) percent means \(a) divided by 100. Multiply \(b) by \(a), which is \(a * b), then divide by 100."
      case 1: "Subtract \(b) on both sides: \(a)x = \(a * 6). Then divide both sides by \(a)."
      case 2: "The tax is \(a) percent of \(b). Multiply \(b) by \(a), divide by 100, then add it to \(b)."
      default: "The area of a rectangle is its length times its width, so multiply \(a) by \(b)."
      }
    let check =
      "You can check it by doing the steps backwards: starting from the result you must arrive at the numbers "
      + "of the question again."
    return switch random.below(3) {
    case 0: "The result is \(wrong && form == 1 ? "7" : result). \(steps) \(check)"
    case 1: "\(steps) So the result is \(wrong && form == 1 ? "7" : result). \(check)"
    default: "Step by step: \(steps) Answer: \(wrong && form == 1 ? "7" : result). \(check)"
    }
  }

  static func complex(
    subject: String, constraint: String, facts: IntentFacts, _ random: inout SeededRandom
  ) -> String {
    let points = [
      "Assume \(facts.limit * 400) operations a second at the peak and \(facts.days) days of data that must stay "
        + "readable at any time.",
      "Give every operation a key that is written in the same transaction as its effect, so that a retry finds the key "
        + "and changes nothing.",
      "Split the work into \(facts.limit) partitions by tenant; one owner each keeps the order without a global lock.",
      "The main alternative is a consensus group, which costs about \(facts.minutes) ms more for each write and is "
        + "easier to reason about.",
      "When a part fails, its partition is read-only for at most \(facts.minutes) seconds and the queue in front of it "
        + "grows; nothing is lost.",
      "The invariant is that the sum of all effects equals the sum of all accepted keys; induction over the history "
        + "shows that every step keeps it.",
      "Measure the age of the oldest unprocessed entry and raise an alarm above \(facts.minutes * 2) seconds.",
      "Roll out to \(facts.days) percent of the tenants first, compare both paths for a week and keep the old one "
        + "switchable.",
      "The largest risk is a forgotten backfill; a dry run with code \(facts.code) in the log shows it early.",
    ]
    var order = Array(points.indices)
    if random.chance(0.5) { order.swapAt(2 + random.below(6), 2 + random.below(6)) }
    if random.chance(0.4) { order.remove(at: 3 + random.below(5)) }
    let opening = random.pick([
      "Here is how I would approach \(subject) \(constraint).", "Let us take \(subject) \(constraint) step by step.",
      "For \(subject) \(constraint) I suggest the following.",
    ])
    var lines = [opening]
    for (number, point) in order.enumerated() { lines.append("\(number + 1). \(points[point])") }
    return lines.joined(separator: "\n")
  }
}

extension String {
  /// Lower case without Unicode tables.
  fileprivate var asciiLowercased: String {
    String(decoding: utf8.map { $0 >= 65 && $0 <= 90 ? $0 + 32 : $0 }, as: UTF8.self)
  }
}
