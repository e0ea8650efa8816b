import Yams

/// Refuses a pair that asks for answers of different form: short or detailed, one sentence or a list, a table, code, for
/// beginners. Phrases: `Data/answerform.yaml`.
package struct AnswerFormGuard: PairGuard {
  package let name = "answer-form"
  private var forms = PhraseTable()

  /// Bit f: the text asks for form f.
  package typealias Signature = UInt32

  package init() throws {
    let yaml = String(decoding: PackageResources.answerform_yaml, as: UTF8.self)
    let lists = try YAMLDecoder().decode([String: [String]].self, from: yaml)
    for (number, name) in lists.keys.sorted().enumerated() {
      for phrase in lists[name]! { forms.add(phrase, id: number) }
    }
  }

  package func signature(of text: GuardText) -> UInt32 { forms.ids(in: text.words).reduce(0) { $0 | 1 << UInt32($1) } }

  package func refuses(_ a: UInt32, _ b: UInt32) -> Bool { a != b }
}
