import CostAnalyzer
import Foundation
import Testing

/// Pairs and which guards refuse them.
@Suite("Guards")
struct GuardTests {
  private static let guards = try! GuardSet()

  /// Names of the guards that refuse the pair; checks the laws on the way.
  private static func refusing(_ a: String, _ b: String, _ guards: GuardSet = guards) throws -> [String] {
    let normalizer = try TextNormalizer()
    func sign(_ text: String) -> GuardSet.Signature {
      guards.signature(
        of: GuardText(original: Array(text.utf8), normalized: Array(normalizer.normalized(text).utf8)))
    }
    let (x, y) = (sign(a), sign(b))
    let mask = guards.refusals(x, y, cosine: 0.9)
    #expect(mask == guards.refusals(y, x, cosine: 0.9), "symmetric")
    #expect(guards.refusals(x, x, cosine: 0.9) == 0 && guards.refusals(y, y, cosine: 0.9) == 0, "reflexive")
    return GuardSet.names.enumerated().filter { mask >> UInt8($0.offset) & 1 == 1 }.map(\.element)
  }

  @Test(
    "Differing quantities, dates and units are refused",
    arguments: [
      ("list 3 cities", "list 10 cities"), ("python 3.11 release", "python 3.12 release"),
      ("raise by 5%", "raise by 5"), ("a bag of 5 kg", "a bag of 5 lb"), ("pay $5 now", "pay €5 now"),
      ("two beds", "three beds"), ("a 6-year-old", "a 16-year-old"), ("open on Monday", "open on Tuesday"),
      ("the bill in January", "the bill in June"), ("the first chapter", "the third chapter"),
      ("twenty five users", "thirty five users"), ("a table at 7pm", "a table at 9pm"),
      ("what is due today", "what is due tomorrow"), ("the monthly price", "the yearly price"),
      ("the forecast", "the forecast for 2027"), ("chapter 1", "chapter"), ("one egg", "2 eggs"),
      ("price of 1.10", "price of 1.1"), ("it starts 2026-01-05", "it starts 2026-01-06"), ("价格是5元吗", "价格是6元吗"),
      ("the battery of the p60", "the battery of the p50"), ("5 million users", "5 thousand users"),
      ("how heavy is it in kg", "how heavy is it in lbs"), ("open at noon", "open at midnight"),
    ])
  func numbers(_ a: String, _ b: String) throws {
    #expect(try Self.refusing(a, b).contains("numbers"))
  }

  @Test(
    "One quantity written in two ways is the same",
    arguments: [
      ("two beds", "2 beds"), ("after 14 days", "after two weeks"), ("10GB of data", "10 GB of data"),
      ("15 percent", "15%"), ("fifteen percent", "15 %"), ("2,700 kWh", "2700 kwh"), ("move £50", "move fifty pounds"),
      ("at 7pm", "at 7 pm"), ("the 1st day", "the first day"), ("one egg", "1 egg"), ("which one is it", "which is it"),
      ("100k users", "100 thousand users"), ("due 2026-01-05?", "due 2026-01-05"), ("an 18-year-old", "18 years old"),
      ("on Monday", "on mondays"), ("in January", "in Jan"), ("may I go", "can I go"), ("90 minutes", "1.5 hours"),
      ("two hundred thousand people", "200000 people"), ("9:15 pm", "21:15"), ("a kilo of rice", "a kilo of rice"),
    ])
  func sameNumbers(_ a: String, _ b: String) throws {
    #expect(try !Self.refusing(a, b).contains("numbers"))
  }

  @Test(
    "Negations and opposites are refused",
    arguments: [
      ("how do I enable 2FA", "how do I disable 2FA"), ("is it safe", "is it not safe"), ("is it safe", "is it unsafe"),
      ("orders before May", "orders after May"), ("pay on time", "don't pay on time"),
      ("pay on time", "don’t pay on time"),
      ("foods to eat", "foods to avoid"), ("tea with milk", "tea without milk"),
      ("archive a project", "unarchive a project"),
      ("turning on the heating", "turning off the heating"), ("how to opt in", "how to opt out"),
      ("why it works", "why it fails to work"), ("some of them", "none of them"),
      ("increasing the limit", "how to reduce the limit"),
      ("is it legal", "is it illegal"), ("a structured answer", "an unstructured answer"),
      ("sounds good", "sounds bad"),
      ("Wie kann ich das aktivieren", "Wie kann ich das nicht aktivieren"),
    ])
  func negation(_ a: String, _ b: String) throws {
    #expect(try Self.refusing(a, b).contains("negation"))
  }

  @Test(
    "What only looks like a reversal is not refused",
    arguments: [
      ("how do I enable 2FA", "how can I enable 2FA"), ("buy and sell", "sell and buy"),
      ("does he like me or not", "does he like me"), ("how to prevent rust", "how to avoid rust"),
      ("the design of a sign", "the sign of a design"), ("not bad, not good", "good or bad"),
      ("No, it is not supported", "it isn't supported"), ("is it under the unit", "is it under the unit"),
    ])
  func noNegation(_ a: String, _ b: String) throws {
    #expect(try !Self.refusing(a, b).contains("negation"))
  }

  @Test(
    "Differing names, quotes and code are refused",
    arguments: [
      ("hours of the Camden branch", "hours of the Brixton branch"), ("weather in paris", "weather in london"),
      ("weather in paris", "weather"), ("sort a list in python", "sort a list in rust with Rust"),
      ("sort it in Go", "sort it in Java"), ("what does \"ephemeral\" mean", "what does \"ubiquitous\" mean"),
      ("what does `rebase` do", "what does `bisect` do"), ("call get_user_id here", "call set_user_id here"),
      ("use fetchAll", "use fetchOne"), ("is the US bigger", "is Canada bigger"),
      ("convert USD to CHF", "convert CAD to CHF"),
      ("does Hilton have a pool", "does Hilton have a pool in Rome"),
      ("the capital of Austria", "the capital of Australia"),
      ("курс в Москве", "курс в Казани"),
    ])
  func entities(_ a: String, _ b: String) throws {
    #expect(try Self.refusing(a, b).contains("entities"))
  }

  @Test(
    "One name in several spellings is the same",
    arguments: [
      ("hours of the Camden branch", "hours of the camden branch"), ("life in the UK", "life in the united kingdom"),
      ("flights to NYC", "flights to new york"), ("Where Is The Camden Branch Now", "where is the camden branch now"),
      ("WHERE IS IT NOW", "where is it now"), ("How is it", "Where is it"),
      ("what is the UN for", "what is the United Nations for"),
      ("is Voldemort bad", "is Voldermort bad"), ("write it in JS", "write it in javascript"),
      ("Can I go", "Could I go"),
      ("I'm lost, what do I do", "lost, what do I do"), ("is Italian food good", "is italian food good"),
    ])
  func sameEntities(_ a: String, _ b: String) throws {
    #expect(try !Self.refusing(a, b).contains("entities"))
  }

  @Test(
    "Exchanged roles are refused, moved phrases are not",
    arguments: [
      ("flights from Paris to London", "flights from London to Paris", true),
      ("convert miles to km", "convert km to miles", true),
      ("does a dog bite a cat", "does a cat bite a dog", true),
      ("is tea better than milk", "is milk better than tea", true),
      ("from new york to los angeles", "from los angeles to new york", true),
      ("move from Octopus to Bulb", "I want to move to Octopus", true),
      ("is there a discount on tickets", "on tickets, is there a discount", false),
      ("the capital of Austria", "Austria's capital", false), ("compare tea with milk", "compare milk with tea", false),
      ("the difference between tea and milk", "the difference between milk and tea", false),
      ("from paris to london", "to london from paris", false),
    ])
  func wordOrder(_ a: String, _ b: String, _ refused: Bool) throws {
    #expect(try Self.refusing(a, b).contains("word-order") == refused)
  }

  @Test(
    "Different languages are refused when both show theirs",
    arguments: [
      ("how do I reset the password of my account", "wie kann ich das passwort für mein konto ändern", true),
      ("what is the price", "какая цена", true), ("what is the price", "价格是多少", true), ("値段はいくらですか", "价格是多少", true),
      ("où est la gare", "where is the station", true), ("password reset", "passwort reset", false),
      ("what is a computer", "what is a komputer", false),
      ("¿dónde está la estación?", "¿dónde está la parada?", false),
      ("42", "what is this", false),
    ])
  func language(_ a: String, _ b: String, _ refused: Bool) throws {
    #expect(try Self.refusing(a, b).contains("language") == refused)
  }

  @Test(
    "Different forms of answer are refused",
    arguments: [
      ("explain photosynthesis briefly", "explain photosynthesis in detail", true),
      ("explain photosynthesis", "explain photosynthesis in one sentence", true),
      ("answer as a table", "answer in bullet points", true), ("explain it like I'm five", "explain it", true),
      ("explain it in simple terms", "explain it in simple words", false), ("explain it", "can you explain it", false),
      ("traffic details", "traffic", false),
    ])
  func answerForm(_ a: String, _ b: String, _ refused: Bool) throws {
    #expect(try Self.refusing(a, b).contains("answer-form") == refused)
  }

  @Test(
    "Different scopes are refused",
    arguments: [
      ("the dose for adults", "the dose for children", true), ("the dose for kids", "the dose for children", false),
      ("home insurance", "car insurance", true), ("my account balance", "my joint account balance", true),
      ("the warranty", "the extended warranty", true), ("cook rice", "cook quinoa", true),
      ("rice with fish", "fish with rice", false), ("a shop", "a store", false),
    ])
  func scope(_ a: String, _ b: String, _ refused: Bool) throws {
    #expect(try Self.refusing(a, b).contains("scope") == refused)
  }

  @Test("A user's own words extend the lists")
  func additions() throws {
    var additions = GuardAdditions()
    additions.negations = ["hardly"]
    additions.antonyms = [["arm", "stand down | stow"]]
    additions.entities = ["acme alpha | acme a", "acme beta"]
    additions.classes = [["inner circle", "outer circle"]]
    let guards = try GuardSet(additions)
    for (a, b, name) in [
      ("it works", "it hardly works", "negation"), ("arm it", "stow it", "negation"),
      ("price of acme alpha", "price of acme beta", "entities"), ("the inner circle", "the outer circle", "scope"),
    ] {
      #expect(try Self.refusing(a, b).isEmpty, "\(a)")
      #expect(try Self.refusing(a, b, guards) == [name], "\(a)")
    }
    #expect(throws: AnalyzerError.self) { try NegationGuard(extraAntonyms: [["alone"]]) }
  }

  @Test("On random texts guards are symmetric and refuse no text and itself", arguments: [1, 2, 3])
  func laws(_ seed: UInt64) throws {
    var rng = SeededGenerator(seed)
    let words = [
      "from", "to", "Paris", "london", "not", "enable", "disabled", "2", "two", "5%", "one", "\"a\"", "first", "may",
      "In",
      "5 kg", "un", "unlock", "lock", "C++", "der", "die", "les", "briefly", "children", "adults", "US", "us", "—", "…",
      "’s",
      "don’t", "\u{1F600}", "价格", "7pm", "half", "ASAP", "foo_bar", "`x`", ".", "?", "thousand", "-3", "hello",
      "please",
    ]
    let texts = (0..<250).map { _ in
      (0..<Int.random(in: 0...7, using: &rng)).map { _ in words.randomElement(using: &rng)! }.joined(separator: " ")
    }
    let normalizer = try TextNormalizer()
    let signatures = texts.map { text in
      Self.guards.signature(
        of: GuardText(original: Array(text.utf8), normalized: Array(normalizer.normalized(text).utf8)))
    }
    var refused = 0
    for (i, x) in signatures.enumerated() {
      #expect(Self.guards.refusals(x, x, cosine: 1) == 0, "\(texts[i])")
      for (j, y) in signatures.enumerated() where j < i {
        let mask = Self.guards.refusals(x, y, cosine: 0.9)
        #expect(mask == Self.guards.refusals(y, x, cosine: 0.9), "\(texts[i]) / \(texts[j])")
        if mask != 0 { refused += 1 }
        let some = UInt8.random(in: 0...127, using: &rng)
        #expect(Self.guards.refuses(x, y, cosine: 0.9, guards: some) == (mask & some != 0))
      }
    }
    #expect(refused > 1000)
  }

  @Test("Classes differ when looking at every class says so", arguments: [1, 2, 3])
  func exclusiveClasses(_ seed: UInt64) {
    var rng = SeededGenerator(seed)
    var classes = ExclusiveClasses()
    classes.add(["aa", "bb | b2", "cc"])
    classes.add(["dd", "ee"], isNarrowing: true)
    classes.add(["ff", "gg", "hh | h2 h3"])
    classes.add(["ii", "aa jj"])
    let members = [
      "aa": (0, 0), "bb": (0, 1), "cc": (0, 2), "dd": (1, 0), "ee": (1, 1), "ff": (2, 0), "gg": (2, 1), "ii": (3, 0),
    ]
    let names = members.keys.sorted()
    for _ in 0..<2000 {
      func text() -> [String] {
        (0..<Int.random(in: 0...4, using: &rng)).map { _ in names.randomElement(using: &rng)! }
      }
      let (a, b) = (text(), text())
      let differ = (0...3).contains { number in
        let (x, y) = (Set(a.filter { members[$0]!.0 == number }), Set(b.filter { members[$0]!.0 == number }))
        return number == 1 ? x != y : !x.subtracting(y).isEmpty && !y.subtracting(x).isEmpty
      }
      func signed(_ words: [String]) -> ExclusiveClasses.Members {
        classes.members(in: GuardWord.words(of: Array(words.joined(separator: " ").utf8)))
      }
      #expect(classes.differ(signed(a), signed(b)) == differ, "\(a) / \(b)")
    }
  }

  @Test("Edit distance and Jaccard overlap are what their definitions give")
  func overlaps() {
    func distance(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Int {
      guard let x = a.last, let y = b.last else { return max(a.count, b.count) }
      let (p, q) = (a.dropLast(), b.dropLast())
      var best = min(distance(p, q) + (x == y ? 0 : 1), distance(p, b) + 1, distance(a, q) + 1)
      if p.last == y && q.last == x { best = min(best, distance(p.dropLast(), q.dropLast()) + 1) }
      return best
    }
    var rng = SeededGenerator(8)
    for _ in 0..<300 {
      func word() -> [UInt8] {
        (0..<Int.random(in: 0...5, using: &rng)).map { _ in UInt8.random(in: 97...99, using: &rng) }
      }
      let (a, b) = (word(), word())
      #expect(WordForms.editDistance(a, b) == distance(a[...], b[...]))
      let (x, y) = (Set(a.map(UInt64.init)), Set(b.map(UInt64.init)))
      let union = x.union(y).count
      #expect(
        PairFeatures.jaccard(x.sorted(), y.sorted())
          == (union == 0 ? 1 : Double(x.intersection(y).count) / Double(union)))
    }
  }

  @Test(
    "Inflections of a word share a stem, other words do not",
    arguments: [
      (["enable", "enables", "enabled", "enabling"], "enter"), (["stop", "stops", "stopped", "stopping"], "step"),
      (["city", "cities"], "cite"), (["box", "boxes"], "boss"), (["class", "classes"], "clause"),
      (["sell", "selling"], "seal"),
    ])
  func stems(_ forms: [String], _ other: String) {
    let stems = Set((forms + [other]).map { Array(WordForms.stem(Array($0.utf8)[...])) })
    #expect(stems.count == 2)
  }

  @Test("Any bytes make a signature")
  func anyBytes() throws {
    var rng = SeededGenerator(9)
    for _ in 0..<400 {
      let bytes = (0..<Int.random(in: 0...40, using: &rng)).map { _ in UInt8.random(in: 0...255, using: &rng) }
      let signature = Self.guards.signature(of: GuardText(original: bytes, normalized: bytes))
      #expect(Self.guards.refusals(signature, signature, cosine: 1) == 0)
    }
  }

  @Test(
    "On the trap pairs the guards refuse nine in ten of the different and one in ten of the same",
    .enabled(if: TestData.hasShared, "no ../shared"))
  func traps() throws {
    let file = try PairFile(path: try #require(TestData.shared) + "/data/questions/trap_pairs_dev.jsonl")
    var (same, different) = (0, 0)
    for pair in file.pairs where try !Self.refusing(pair.a, pair.b).isEmpty {
      if pair.same { same += 1 } else { different += 1 }
    }
    #expect(file.pairs.count == 300)
    #expect(different >= 130 && same <= 12, "\(different) of 150, \(same) of 150")
  }
}
