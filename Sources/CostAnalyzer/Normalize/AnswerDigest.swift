import CTextScan

/// What is kept of an answer to tell whether another says the same: 16-bit hashes of its distinct words, 64 bytes in all.
///
/// Three lists of the smallest hashes (bottom-k sketches, Cohen & Kaplan 2007): words with a digit and a yes or no at the
/// start; names, which are words with a capital inside a sentence, all words of the first code block and those of JSON
/// string fields; other words of four bytes or more. Facts tell right answers from wrong ones; answers to similar questions
/// share their other words anyway.
package struct AnswerDigest: Sendable, Equatable {
  package enum Kind: Int, CaseIterable, Sendable {
    case number, name, word
    /// Places in `marks`.
    package var places: Range<Int> {
      switch self {
      case .number: 0..<12
      case .name: 12..<20
      case .word: 20..<32
      }
    }
  }

  /// Each list rises; 0 fills what is not used, at its end.
  package var marks = SIMD32<UInt16>()

  package init() {}

  package init(_ text: UnsafeRawBufferPointer) {
    var counts = (0, 0, 0)
    AnswerWords.forEach(text) { mark, kind in
      switch kind {
      case .number: insert(mark, .number, &counts.0)
      case .name: insert(mark, .name, &counts.1)
      case .word: insert(mark, .word, &counts.2)
      }
    }
  }

  package var isEmpty: Bool { marks == SIMD32() }

  /// The marks of one list.
  package func list(_ kind: Kind) -> [UInt16] { kind.places.map { marks[$0] }.filter { $0 != 0 } }

  private mutating func insert(_ mark: UInt16, _ kind: Kind, _ count: inout Int) {
    let first = kind.places.lowerBound
    let isFull = count == kind.places.count
    if isFull && mark >= marks[first + count - 1] { return }
    var place = first + count
    while place > first && marks[place - 1] > mark { place -= 1 }
    if place > first && marks[place - 1] == mark { return }
    if !isFull { count += 1 }
    var move = first + count - 1
    while move > place {
      marks[move] = marks[move - 1]
      move -= 1
    }
    marks[place] = mark
  }
}

/// Cuts text into the words that `AnswerDigest` holds.
enum AnswerWords {
  /// Hash of a word in small letters (ASCII), never 0; words longer than 32 bytes count by their first 32.
  @inline(__always)
  static func forEach(_ text: UnsafeRawBufferPointer, _ body: (UInt16, AnswerDigest.Kind) -> Void) {
    var start = 0
    var hasDigit = false
    var startsSentence = true
    var isFirst = true
    var context = FactContext()
    withUnsafeTemporaryAllocation(byteCount: 32, alignment: 8) { lower in
      for index in 0...text.count {
        let byte = index < text.count ? text[index] : 32
        let isDigit = byte &- 48 < 10
        if (byte | 32) &- 97 < 26 || isDigit || byte >= 128 {
          if isDigit { hasDigit = true }
          continue
        }
        if index > start {
          let length = min(32, index - start)
          for offset in 0..<length {
            let letter = text[start + offset]
            lower[offset] = letter &- 65 < 26 ? letter | 32 : letter
          }
          let mark = UInt16(truncatingIfNeeded: ca_hash64(lower.baseAddress!, length, 0) >> 48)
          let isCapital = text[start] &- 65 < 26
          if hasDigit || isFirst && isYesOrNo(lower, length) {
            body(max(1, mark), .number)
          } else if context.isFact || isCapital && !startsSentence {
            body(max(1, mark), .name)
          } else if length >= 4 {
            body(max(1, mark), .word)
          }
          startsSentence = false
          isFirst = false
          context.sawWord()
        }
        context.saw(byte)
        if byte == 46 || byte == 33 || byte == 63 || byte == 58 || byte == 10 { startsSentence = true }
        start = index + 1
        hasDigit = false
      }
    }
  }

  private static func isYesOrNo(_ lower: UnsafeMutableRawBufferPointer, _ length: Int) -> Bool {
    length == 3 && lower[0] == 121 && lower[1] == 101 && lower[2] == 115
      || length == 2 && lower[0] == 110 && lower[1] == 111
  }

  /// Whether a word stands in the first fenced code block, or in a string that follows a colon (a JSON field).
  private struct FactContext {
    private var fences = 0
    private var ticks = 0
    private var isField = false
    private var last: UInt8 = 0

    var isFact: Bool { fences == 1 || isField }

    mutating func sawWord() { (last, ticks) = (0, 0) }

    @inline(__always)
    mutating func saw(_ delimiter: UInt8) {
      if delimiter == 96 {
        ticks += 1
        if ticks == 3 { fences += 1 }
      } else {
        ticks = 0
      }
      if delimiter == 34 { isField = !isField && last == 58 }
      if delimiter > 32 { last = delimiter }
    }
  }

  /// The hashes of all words of a question, rising, each once.
  static func marks(_ text: [UInt8]) -> [UInt16] {
    var marks: [UInt16] = []
    text.withUnsafeBytes { bytes in
      var start = 0
      var lower = [UInt8](repeating: 0, count: 32)
      for index in 0...bytes.count {
        let byte = index < bytes.count ? bytes[index] : 32
        if (byte | 32) &- 97 < 26 || byte &- 48 < 10 || byte >= 128 { continue }
        if index > start {
          let length = min(32, index - start)
          for offset in 0..<length {
            let letter = bytes[start + offset]
            lower[offset] = letter &- 65 < 26 ? letter | 32 : letter
          }
          let hash = lower.withUnsafeBytes { ca_hash64($0.baseAddress!, length, 0) }
          marks.append(max(1, UInt16(truncatingIfNeeded: hash >> 48)))
        }
        start = index + 1
      }
    }
    marks.sort()
    var distinct: [UInt16] = []
    for mark in marks where mark != distinct.last { distinct.append(mark) }
    return distinct
  }
}
