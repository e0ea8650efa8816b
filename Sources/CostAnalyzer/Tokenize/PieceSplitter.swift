/// Cuts a text into the pieces that byte pair encoding works on, as the patterns in `tiktoken_ext/openai_public.py`
/// (tiktoken 0.14.0) do. Written out by hand: no pattern needs more than one step back.
struct PieceSplitter {
  private let text: UnsafeBufferPointer<UInt8>
  private let kinds: UnsafeBufferPointer<UInt8>
  private let encoding: TokenEncoding

  /// - Parameter kinds: `ScalarKinds.table`.
  init(_ text: UnsafeBufferPointer<UInt8>, kinds: UnsafeBufferPointer<UInt8>, encoding: TokenEncoding) {
    self.text = text
    self.kinds = kinds
    self.encoding = encoding
  }

  /// Where the piece that starts at `start`, which lies before the end of the text, ends.
  @inline(__always)
  func end(from start: Int) -> Int {
    switch encoding {
    case .o200k: endO200k(from: start)
    case .cl100k: endCl100k(from: start)
    }
  }

  private func endO200k(from start: Int) -> Int {
    let first = character(at: start)
    if let end = cased(from: start, first) { return contraction(at: end) ?? end }
    if first.kind & Self.number != 0 { return digits(from: start) }
    if let end = symbols(from: start, first) {
      var end = end
      while end < text.count && (text[end] == 10 || text[end] == 13 || text[end] == 47) { end += 1 }
      return end
    }
    return spaces(from: start)
  }

  private func endCl100k(from start: Int) -> Int {
    if let end = contraction(at: start) { return end }
    let first = character(at: start)
    let letters = isPrefix(first.kind) ? start + first.length : start
    let end = run(of: Self.letter, from: letters)
    if end > letters { return end }
    if first.kind & Self.number != 0 { return digits(from: start) }
    if let end = symbols(from: start, first) { return run(of: Self.newline, from: end) }
    return spaces(from: start)
  }

  /// `[^\r\n\p{L}\p{N}]?[upper]*[lower]+`, else `[^\r\n\p{L}\p{N}]?[upper]+[lower]*`.
  @inline(__always)
  private func cased(from start: Int, _ first: Character) -> Int? {
    let afterPrefix = start + first.length
    // A mark may be the prefix or a letter of the word, in this order.
    let begin = isPrefix(first.kind) ? afterPrefix : start
    var capitals = begin
    var lastShared: Int?
    while capitals < text.count {
      let next = character(at: capitals)
      if next.kind & Self.upper == 0 { break }
      capitals += next.length
      if next.kind & Self.lower != 0 { lastShared = capitals }
    }
    let end = run(of: Self.lower, from: capitals)
    if end > capitals { return end }
    // The last character that counts as lower case, too, is given back to `[lower]+`.
    if let lastShared { return lastShared }
    if begin > start && first.kind & Self.lower != 0 { return afterPrefix }
    return capitals > begin ? capitals : nil
  }

  /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)`; without regard to case, ſ is an s.
  @inline(__always)
  private func contraction(at start: Int) -> Int? {
    guard start + 1 < text.count, text[start] == 39 else { return nil }
    let next = text[start + 1] | 0x20
    switch next {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
    default: break
    }
    guard start + 2 < text.count else { return nil }
    let last = text[start + 2] | 0x20
    switch next {
    case UInt8(ascii: "r"), UInt8(ascii: "v"): return last == UInt8(ascii: "e") ? start + 3 : nil
    case UInt8(ascii: "l"): return last == UInt8(ascii: "l") ? start + 3 : nil
    default: return text[start + 1] == 0xC5 && text[start + 2] == 0xBF ? start + 3 : nil
    }
  }

  /// `\p{N}{1,3}`
  private func digits(from start: Int) -> Int {
    var end = start
    for _ in 0..<3 where end < text.count {
      let next = character(at: end)
      if next.kind & Self.number == 0 { break }
      end += next.length
    }
    return end
  }

  /// ` ?[^\s\p{L}\p{N}]+`
  @inline(__always)
  private func symbols(from start: Int, _ first: Character) -> Int? {
    let begin = text[start] == 32 ? start + 1 : start
    let end = run(of: Self.symbol, from: begin)
    return end > begin ? end : nil
  }

  /// To the last line end of a run of white space; else all of it but the last character, which goes with what follows.
  private func spaces(from start: Int) -> Int {
    var end = start
    var last = start
    var lastNewline: Int?
    while end < text.count {
      let next = character(at: end)
      if next.kind & Self.space == 0 { break }
      last = end
      end += next.length
      if next.kind & Self.newline != 0 { lastNewline = end }
    }
    if end == text.count && encoding == .cl100k { return end }  // \s++$
    if let lastNewline { return lastNewline }
    return end == text.count || last == start ? end : last
  }

  private typealias Character = (kind: UInt8, length: Int)
  private static let letter = ScalarKinds.letter.rawValue
  private static let upper = ScalarKinds.upper.rawValue
  private static let lower = ScalarKinds.lower.rawValue
  private static let number = ScalarKinds.number.rawValue
  private static let space = ScalarKinds.space.rawValue
  private static let newline = ScalarKinds.newline.rawValue
  private static let symbol = ScalarKinds.symbol.rawValue

  /// `[^\r\n\p{L}\p{N}]`
  @inline(__always)
  private func isPrefix(_ kind: UInt8) -> Bool { kind & (Self.letter | Self.number | Self.newline) == 0 }

  @inline(__always)
  private func character(at index: Int) -> Character {
    let byte = text[index]
    if byte < 0x80 { return (kinds[Int(byte)], 1) }
    let (scalar, length) = UTF8Scalars.decode(text, at: index)
    return (kinds[Int(scalar)], length)
  }

  @inline(__always)
  private func run(of kind: UInt8, from start: Int) -> Int {
    var end = start
    while end < text.count {
      let next = character(at: end)
      if next.kind & kind == 0 { break }
      end += next.length
    }
    return end
  }
}
