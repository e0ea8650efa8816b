import Yams

/// Refuses a pair in different languages, told by script and, inside the Latin script, by stop words. A text that shows no
/// language is refused nothing. Word lists: `Data/languages.yaml`.
package struct LanguageGuard: PairGuard {
  package let name = "language"
  /// Languages of each stop word, by number.
  private var languages: [UInt64: [Int]] = [:]
  private var count = 0

  package struct Signature: Sendable, Equatable {
    /// Most frequent script of the letters; nil without letters.
    var script: Script?
    /// Number of the Latin language; nil when no language leads clearly.
    var language: Int?
  }

  enum Script: Sendable { case latin, greek, cyrillic, hebrew, arabic, devanagari, thai, kana, hangul, han, other }

  package init() throws {
    let yaml = String(decoding: PackageResources.languages_yaml, as: UTF8.self)
    let lists = try YAMLDecoder().decode([String: [String]].self, from: yaml)
    for (number, name) in lists.keys.sorted().enumerated() {
      for word in lists[name]! { languages[GuardWord.hash(word.utf8), default: []].append(number) }
    }
    count = lists.count
  }

  package func signature(of text: GuardText) -> Signature {
    var scripts: [Script: Int] = [:]
    var hits = [Int](repeating: 0, count: count)
    for word in text.words {
      for scalar in String(decoding: word.text, as: UTF8.self).unicodeScalars {
        if let script = Self.script(of: scalar) { scripts[script, default: 0] += 1 }
      }
      for language in languages[word.exact] ?? [] { hits[language] += 1 }
    }
    // Japanese writes most of its words in Han characters: kana decide.
    if scripts[.kana] != nil { return Signature(script: .kana) }
    let most = scripts.values.max()
    let script = scripts.filter { $0.value == most }.count == 1 ? scripts.first { $0.value == most }?.key : nil
    guard script == .latin, let best = hits.max(), best >= 2 else { return Signature(script: script) }
    // A lead of two words: languages share short words, and a misspelt one may be a word of another language.
    let others = hits.filter { $0 + 2 > best }.count
    return Signature(script: script, language: others == 1 ? hits.firstIndex(of: best) : nil)
  }

  package func refuses(_ a: Signature, _ b: Signature) -> Bool {
    guard let x = a.script, let y = b.script else { return false }
    if x != y { return true }
    guard let m = a.language, let n = b.language else { return false }
    return m != n
  }

  private static func script(of scalar: Unicode.Scalar) -> Script? {
    switch scalar.value {
    case 0x41...0x5A, 0x61...0x7A, 0xC0...0x24F, 0x1E00...0x1EFF: .latin
    case 0x370...0x3FF, 0x1F00...0x1FFF: .greek
    case 0x400...0x52F: .cyrillic
    case 0x590...0x5FF: .hebrew
    case 0x600...0x6FF, 0x750...0x77F: .arabic
    case 0x900...0x97F: .devanagari
    case 0xE00...0xE7F: .thai
    case 0x3040...0x30FF: .kana
    case 0x1100...0x11FF, 0xAC00...0xD7AF: .hangul
    case 0x3400...0x9FFF: .han
    default: scalar.properties.isAlphabetic ? .other : nil
    }
  }
}
