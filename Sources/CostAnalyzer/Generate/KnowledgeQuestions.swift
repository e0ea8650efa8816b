/// Questions that need no product knowledge: small talk, code, sums.
enum KnowledgeQuestions {
  static let smallTalk: [[String]] = [
    ["Hi", "Hello", "Hi there", "Good morning"],
    ["Thanks", "Thank you very much", "Great, thank you"],
    ["Who are you?", "What are you?", "Are you a human or a machine?"],
    ["What can you do?", "What can you help me with?", "Which questions can I ask you?"],
    ["Tell me a joke", "Do you know a joke?", "Make me laugh"],
    ["How are you?", "How are you doing today?"],
    ["Can I talk to a human?", "I want to speak to a real person", "Connect me with an agent"],
    ["Goodbye", "Bye", "See you"],
    ["Do you speak German?", "Which languages do you speak?"],
    ["Is this chat private?", "Who can read what I write here?"],
  ]

  static let languages: [String] = ["Python", "Swift", "TypeScript", "Go", "Rust", "Java", "SQL", "Bash"]

  /// What the code is to do, in two wordings.
  static let codeTasks: [[String]] = [
    [
      "removes duplicate lines from a text file and keeps the order", "drops repeated lines of a file, order unchanged",
    ],
    [
      "parses a date like 2026-01-31 and returns the day of the week",
      "returns the weekday of a date such as 2026-01-31",
    ],
    [
      "retries a request up to 3 times with a growing delay",
      "repeats a failed call at most 3 times, waiting longer each time",
    ],
    [
      "retries a request up to 5 times with a fixed delay", "repeats a failed call at most 5 times with the same pause",
    ],
    ["sorts a list of records ascending by name", "orders records by name, A to Z"],
    ["sorts a list of records descending by name", "orders records by name, Z to A"],
    ["counts the words of a text without case", "gives the number of times each word occurs, ignoring case"],
    ["reads a CSV file with a header row", "loads a CSV whose first line holds the column names"],
    ["reads a CSV file without a header row", "loads a CSV that has no line of column names"],
    ["finds the longest common prefix of a list of words", "returns the beginning all words share"],
    ["checks whether brackets are balanced", "tells if every bracket in a text is closed"],
    ["splits a list into chunks of 10", "cuts a list into pieces of ten elements"],
    ["validates an e-mail address", "tells if a text is a plausible mail address"],
    ["merges two sorted lists", "joins two ordered lists into one ordered list"],
    ["computes the median of a list of numbers", "returns the middle value of some numbers"],
    ["watches a folder and prints new files", "reports every file that appears in a directory"],
  ]

  static func code(_ template: Int, language: String, task: String) -> String {
    switch template {
    case 0: "Write a \(language) function that \(task)."
    case 1: "Show me \(language) code that \(task)"
    case 2: "In \(language), I need a function which \(task). Please add a test."
    default: "How would you write something in \(language) that \(task)?"
    }
  }

  static let sumForms = 4

  static func sum(_ form: Int, _ template: Int, _ a: Int, _ b: Int) -> String {
    switch (form, template) {
    case (0, 0): "What is \(a)% of \(b)?"
    case (0, _): "Calculate \(a) percent of \(b)"
    case (1, 0): "Solve \(a)x + \(b) = \(a * 6 + b) for x."
    case (1, _): "Find x if \(a)x + \(b) = \(a * 6 + b)"
    case (2, 0): "How much is \(b) plus \(a)% tax?"
    case (2, _): "Add \(a) percent tax to \(b). What is the total?"
    case (3, 0): "What is the area of a rectangle with sides \(a) and \(b)?"
    default: "A rectangle is \(a) long and \(b) wide. How big is its area?"
    }
  }

  /// The result as text, two decimals where it needs them.
  static func sumResult(_ form: Int, _ a: Int, _ b: Int) -> String {
    func hundredths(_ value: Int) -> String {
      value % 100 == 0 ? "\(value / 100)" : "\(value / 100).\(value % 100 / 10)\(value % 10)"
    }
    return switch form {
    case 0: hundredths(a * b)
    case 1: "6"
    case 2: hundredths((100 + a) * b)
    default: "\(a * b)"
    }
  }
}
