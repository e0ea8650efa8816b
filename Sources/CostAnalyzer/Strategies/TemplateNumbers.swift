/// Which prompts are fillings of one template: the same system prompt and the same first words, digits aside.
///
/// Coarse on purpose: programs fill one text again and again, and no filling is looked for in the first words.
package struct TemplateNumbers: Sendable {
  /// Template of each prompt of the table, numbered by first appearance.
  package let byPrompt: [UInt32]
  /// The first words of each template.
  package let openings: [String]

  /// - Parameter words: how many count; with 0 the system prompt alone makes a template.
  package init(_ table: PromptTable, words: Int = 4) {
    struct Key: Hashable {
      var system: UInt64
      var opening: [UInt8]
    }
    var known: [Key: UInt32] = [:]
    var numbers: [UInt32] = []
    var openings: [String] = []
    for prompt in table.prompts {
      let text = table.texts[Int(table.keys[Int(prompt.key)].text)]
      let key = Key(system: table.scopes[Int(prompt.scope)].system, opening: Self.opening(text, words))
      let number = known[key] ?? UInt32(openings.count)
      if Int(number) == openings.count {
        known[key] = number
        openings.append(String(decoding: key.opening, as: UTF8.self))
      }
      numbers.append(number)
    }
    byPrompt = numbers
    self.openings = openings
  }

  /// The first words with `#` for every run of digits.
  private static func opening(_ text: [UInt8], _ words: Int) -> [UInt8] {
    var opening: [UInt8] = []
    for byte in text.split(separator: 32).prefix(words).joined(separator: [32]) {
      let isDigit = (48...57).contains(byte)
      if !isDigit || opening.last != 35 { opening.append(isDigit ? 35 : byte) }
    }
    return opening
  }

  /// What tables call a template: its number, and its words where enough users begin so and they may be shown.
  package func name(_ number: UInt32, users: Int, minUsers: Int, _ content: ContentPolicy) -> String {
    let opening = openings[Int(number)]
    guard users >= minUsers, !opening.isEmpty, let words = content.shown(opening) else {
      return "template \(number + 1)"
    }
    return "template \(number + 1): \(words) …"
  }
}
