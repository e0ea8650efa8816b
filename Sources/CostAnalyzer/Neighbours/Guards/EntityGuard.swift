/// Refuses a pair that names different things: places, companies, products, languages of a list, proper nouns told by
/// their capitals, quoted text and code identifiers.
///
/// Each side must name something that the other does not mention in any spelling; a listed name refuses also when the
/// other side names nothing of its kind, for it narrows the question ("the weather in Paris" / "the weather").
package struct EntityGuard: PairGuard {
  package let name = "entities"
  private let names: EntityNames

  package struct Signature: Sendable, Equatable {
    struct Name: Sendable, Equatable {
      var text: [UInt8]
      var stem: UInt64
      /// Hash of the initials of the run of capitalised words it stands in ("United Nations": un); 0 outside a run.
      var initials: UInt64 = 0
      /// Quoted or code, where every letter counts.
      var isLiteral = false
    }
    /// Listed names, by number.
    var listed: [EntityNames.Hit] = []
    /// Other names, by stem.
    var others: [Name] = []
    /// Stems of all words and initials of all runs, ascending.
    var mentioned: [UInt64] = []
  }

  package init(extraEntities: [String] = []) throws { names = try EntityNames(extra: extraEntities) }

  package func signature(of text: GuardText) -> Signature {
    var signature = Signature()
    // The normalised text lacks what was taken for a filler, the original may be cut.
    let lowered = text.originalWords.map { GuardWord(TextNormalizer.lowercased($0.text)).stem }
    var mentioned = Set(text.words.map(\.stem)).union(lowered)
    let (listed, covered) = names.find(in: text)
    signature.listed = listed
    var others: [UInt64: Signature.Name] = [:]
    for run in Self.properNames(text) {
      let initials = run.count > 1 ? GuardWord(run.compactMap { $0.text.first.map { $0 | 32 } }).stem : 0
      if initials != 0 { mentioned.insert(initials) }
      for word in run where !covered.contains(word.stem) {
        others[word.stem] = Signature.Name(
          text: word.text, stem: word.stem, initials: initials, isLiteral: word.isQuoted)
      }
    }
    signature.others = others.values.sorted { $0.stem < $1.stem }
    signature.mentioned = mentioned.sorted()
    return signature
  }

  /// Runs of words that are names by their form, lower-cased; code counts as quoted. Capitals at the start of a sentence say nothing, nor do those
  /// of a text that capitalises most of its words.
  private static func properNames(_ text: GuardText) -> [[GuardWord]] {
    let words = text.originalWords
    let spelled = words.filter { $0.text.first.map(GuardWord.isLetter) ?? false }
    let isTitle = spelled.count > 2 && spelled.filter { isCapital($0.text) }.count * 5 >= spelled.count * 3
    var runs: [[GuardWord]] = []
    var run: [GuardWord] = []
    for word in words {
      let isLiteral = word.isQuoted || isIdentifier(word.text)
      let isName =
        isLiteral
        || !isTitle && isCapital(word.text) && !isFirstPerson(word.text)
          && (!word.startsSentence || isAcronym(word.text))
      if isName {
        run.append(GuardWord(TextNormalizer.lowercased(word.text), isQuoted: isLiteral))
      } else if !run.isEmpty {
        runs.append(run)
        run = []
      }
    }
    return run.isEmpty ? runs : runs + [run]
  }

  private static func isCapital(_ word: [UInt8]) -> Bool {
    guard let first = word.first else { return false }
    if first < 128 { return (65...90).contains(first) }
    return String(decoding: word, as: UTF8.self).unicodeScalars.first?.properties.isUppercase ?? false
  }

  private static func isAcronym(_ word: [UInt8]) -> Bool {
    word.count > 1 && word.allSatisfy { (65...90).contains($0) }
  }

  /// "I", "I'm", "I've": the only English pronoun with a capital.
  private static func isFirstPerson(_ word: [UInt8]) -> Bool {
    word.count == 1 && word[0] == 73 || word.starts(with: [73, 39])
  }

  /// `snake_case` and `camelCase`.
  private static func isIdentifier(_ word: [UInt8]) -> Bool {
    if word.dropFirst().dropLast().contains(95) { return true }
    return zip(word, word.dropFirst()).contains { (97...122).contains($0) && (65...90).contains($1) }
  }

  package func refuses(_ a: Signature, _ b: Signature) -> Bool {
    if Self.isListedOnly(in: a, not: b) || Self.isListedOnly(in: b, not: a) { return true }
    if a.others.isEmpty || b.others.isEmpty { return false }
    let onlyA = Self.unmentioned(a, in: b)
    let onlyB = Self.unmentioned(b, in: a)
    func isMisspelt(_ name: Signature.Name, _ names: [Signature.Name]) -> Bool {
      !name.isLiteral && names.contains { !$0.isLiteral && WordForms.isMisspelling(name.text, $0.text) }
    }
    return onlyA.contains { !isMisspelt($0, onlyB) } && onlyB.contains { !isMisspelt($0, onlyA) }
  }

  /// Whether a listed name of `a` is missing in `b`. One that needs its capitals may stand there without them.
  private static func isListedOnly(in a: Signature, not b: Signature) -> Bool {
    a.listed.contains { hit in
      !b.listed.contains { $0.id == hit.id } && !(hit.casedStem != 0 && b.mentioned.containsSorted(hit.casedStem))
    }
  }

  private static func unmentioned(_ a: Signature, in b: Signature) -> [Signature.Name] {
    a.others.filter { name in
      !b.mentioned.containsSorted(name.stem) && (name.initials == 0 || !b.mentioned.containsSorted(name.initials))
    }
  }
}
