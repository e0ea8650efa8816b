import Foundation

/// What BERT's normaliser does with each character.
///
/// Exactly as the Python package does, which has frozen tables: character categories of Unicode 8 and canonical
/// decompositions of Unicode 9, whatever the machine's Unicode is. Letters and case are always the newest.
struct BertCharacters: Sendable {
  struct Traits: OptionSet, Sendable {
    let rawValue: UInt8
    static let space = Traits(rawValue: 1)
    static let punctuation = Traits(rawValue: 2)
    /// A control or format character other than tab and line ends, or private use: `clean_text` drops it.
    static let control = Traits(rawValue: 4)
    /// A nonspacing mark: `strip_accents` drops it.
    static let mark = Traits(rawValue: 8)
    static let chinese = Traits(rawValue: 16)
    static let hasLowercase = Traits(rawValue: 32)
    static let decomposes = Traits(rawValue: 64)
    /// A combining class other than zero: canonical order may move it.
    static let combines = Traits(rawValue: 128)
  }

  static let shared = BertCharacters()
  /// Planes 0 and 1; the others are worked out when they occur.
  private let table: [Traits]
  private let decompositions: [UInt32: [UInt32]]

  private init() {
    var decompositions: [UInt32: [UInt32]] = [:]
    for range in Self.decomposingRanges {
      for value in range {
        guard let scalar = Unicode.Scalar(value), Self.isOf(scalar.properties, unicode: 9) else { continue }
        let parts = String(Character(scalar)).decomposedStringWithCanonicalMapping.unicodeScalars.map(\.value)
        if parts != [value] { decompositions[value] = parts }
      }
    }
    self.decompositions = decompositions
    table = (0..<0x20000).map { Self.traits($0, decompositions) }
  }

  @inline(__always)
  func traits(_ scalar: UInt32) -> Traits {
    scalar < 0x20000 ? table[Int(scalar)] : Self.traits(scalar, decompositions)
  }

  /// The full canonical decomposition, in canonical order.
  func decomposition(_ scalar: UInt32) -> [UInt32] {
    if Self.hangul.contains(scalar) {
      let index = scalar - Self.hangul.lowerBound
      let lead = 0x1100 + index / 588
      let vowel = 0x1161 + index % 588 / 28
      return index % 28 == 0 ? [lead, vowel] : [lead, vowel, 0x11A7 + index % 28]
    }
    return decompositions[scalar] ?? [scalar]
  }

  func lowercase(_ scalar: UInt32) -> [UInt32] {
    Unicode.Scalar(scalar)?.properties.lowercaseMapping.unicodeScalars.map(\.value) ?? [scalar]
  }

  func combiningClass(_ scalar: UInt32) -> UInt8 {
    Unicode.Scalar(scalar)?.properties.canonicalCombiningClass.rawValue ?? 0
  }

  private static let hangul: Range<UInt32> = 0xAC00..<0xD7A4
  /// Every block with canonical decompositions, Hangul apart.
  private static let decomposingRanges: [Range<UInt32>] = [
    0xC0..<0x2000, 0x2000..<0x2C00, 0x3000..<0x3100, 0xF900..<0xFB50, 0x11000..<0x11A00, 0x1D100..<0x1D200,
    0x2F800..<0x2FA20,
  ]
  /// Unified and compatibility ideographs, as BERT's first implementation listed them.
  private static let ideographs: [ClosedRange<UInt32>] = [
    0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F, 0x2B920...0x2CEAF,
    0xF900...0xFAFF, 0x2F800...0x2FA1F,
  ]
  /// Characters whose category changed after Unicode 8.
  private static let formerPunctuation: Set<UInt32> = [0x166D, 0x111C9]
  private static let formerMarks: Set<UInt32> = [0x1734, 0x1171E]
  private static let laterMarks: Set<UInt32> = [0x1885, 0x1886, 0xA9BD, 0x111C9]

  private static func isOf(_ properties: Unicode.Scalar.Properties, unicode major: Int) -> Bool {
    properties.age.map { $0.major < major || ($0.major == major && $0.minor == 0) } ?? false
  }

  private static func traits(_ value: UInt32, _ decompositions: [UInt32: [UInt32]]) -> Traits {
    guard let scalar = Unicode.Scalar(value) else { return [] }
    let properties = scalar.properties
    var traits: Traits = []
    if properties.isWhitespace { traits.insert(.space) }
    if properties.changesWhenLowercased { traits.insert(.hasLowercase) }
    if hangul.contains(value) || decompositions[value] != nil { traits.insert(.decomposes) }
    if ideographs.contains(where: { $0.contains(value) }) { traits.insert(.chinese) }
    if properties.canonicalCombiningClass.rawValue != 0 && isOf(properties, unicode: 9) { traits.insert(.combines) }
    switch properties.generalCategory {
    case .control where value == 9 || value == 10 || value == 13: break
    case .control, .privateUse: traits.insert(.control)
    case .format where isOf(properties, unicode: 8): traits.insert(.control)
    case .nonspacingMark where isOf(properties, unicode: 8) && !laterMarks.contains(value): traits.insert(.mark)
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      if isOf(properties, unicode: 8) { traits.insert(.punctuation) }
    case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol:
      // BERT counts every printable ASCII character that is neither letter nor digit.
      if value < 128 { traits.insert(.punctuation) }
    default: break
    }
    if formerPunctuation.contains(value) { traits.insert(.punctuation) }
    if formerMarks.contains(value) { traits.insert(.mark) }
    return traits
  }
}
