/// What the split patterns of the encodings ask of a character, as bits, for every Unicode scalar.
struct ScalarKinds: OptionSet {
  let rawValue: UInt8

  /// \p{L}
  static let letter = ScalarKinds(rawValue: 1)
  /// [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]
  static let upper = ScalarKinds(rawValue: 2)
  /// [\p{Ll}\p{Lm}\p{Lo}\p{M}]
  static let lower = ScalarKinds(rawValue: 4)
  /// \p{N}
  static let number = ScalarKinds(rawValue: 8)
  /// \s
  static let space = ScalarKinds(rawValue: 16)
  /// [\r\n]
  static let newline = ScalarKinds(rawValue: 32)
  /// [^\s\p{L}\p{N}]
  static let symbol = ScalarKinds(rawValue: 64)

  init(rawValue: UInt8) { self.rawValue = rawValue }

  init(_ scalar: Unicode.Scalar) {
    if scalar == "\r" || scalar == "\n" {
      self = [.space, .newline]
      return
    }
    // tiktoken 0.14.0 has the tables of Unicode 16; what came later is unassigned there.
    if let age = scalar.properties.age, age.major > 16 {
      self = .symbol
      return
    }
    self =
      switch scalar.properties.generalCategory {
      case .uppercaseLetter, .titlecaseLetter: [.letter, .upper]
      case .lowercaseLetter: [.letter, .lower]
      case .modifierLetter, .otherLetter: [.letter, .upper, .lower]
      case .nonspacingMark, .spacingMark, .enclosingMark: [.symbol, .upper, .lower]
      case .decimalNumber, .letterNumber, .otherNumber: .number
      default: scalar.properties.isWhitespace ? .space : .symbol
      }
  }

  /// One byte a scalar, so that a lookup is one load. Takes some milliseconds to fill, once a process.
  static let table: [UInt8] = (0..<0x110000).map { value in
    guard assigned.contains(where: { $0.contains(value) }), let scalar = Unicode.Scalar(UInt32(value)) else {
      return ScalarKinds.symbol.rawValue
    }
    return ScalarKinds(scalar).rawValue
  }

  /// Planes that have characters with properties; asking for those of all scalars takes four times as long.
  private static let assigned = [0..<0x4_0000, 0xE_0000..<0xE_1000]
}
