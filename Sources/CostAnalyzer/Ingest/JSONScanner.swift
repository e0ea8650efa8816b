import CTextScan

/// A set of JSON pointers that one walk over a line looks up. Built once per format, shared by all threads.
package final class FieldPlan: @unchecked Sendable {
  // SAFETY: the C plan is written only while it is built and read-only afterwards.
  fileprivate let handle: OpaquePointer
  package let count: Int
  package let pointers: [String]

  package init(_ pointers: [String]) {
    self.pointers = pointers
    let copies = pointers.map { strdup($0)! }
    defer { copies.forEach { free($0) } }
    let views = copies.map { Optional(UnsafePointer($0)) }
    guard let handle = views.withUnsafeBufferPointer({ ca_plan_new($0.baseAddress, $0.count) }) else {
      preconditionFailure("a field plan needs valid JSON pointers: \(pointers)")
    }
    self.handle = handle
    count = pointers.count
  }

  deinit { ca_plan_free(handle) }
}

/// The slices one walk found, indexed by the field enumeration of a format.
package struct Fields<Field: RawRepresentable<Int>> {
  package let base: UnsafePointer<ca_slice>
  package subscript(field: Field) -> ca_slice { base[field.rawValue] }
}

/// Scans JSON: simdjson finds the tokens, `ca_walk` the fields. One per thread; slices live as long as the scanned bytes and scratch do.
package final class JSONScanner {
  private let parser: OpaquePointer
  private var slots: [UnsafeMutableBufferPointer<ca_slice>] = []
  private var depth = 0
  /// Unescaped text of the current line.
  let scratch = Scratch()
  /// A value of the current line turned out to be bad JSON. Values, and the escapes in a text, are read only when
  /// somebody asks for them.
  package private(set) var sawDamage = false

  package init() {
    guard let parser = ca_parser_new() else { preconditionFailure("simdjson could not allocate a parser") }
    self.parser = parser
  }

  deinit {
    ca_parser_free(parser)
    slots.forEach { $0.deallocate() }
  }

  /// Forgets the previous line: its slices, its structure and the scratch text. Must come before every other line, also one
  /// in the same memory.
  package func beginLine() {
    ca_parser_forget(parser)
    scratch.reset()
    beginWalk()
  }

  /// Forgets the slices of the line, which will be walked once more.
  func beginWalk() {
    depth = 0
    sawDamage = false
  }

  /// The next record of the line: damage in the one before is not its own.
  func beginRecord() { sawDamage = false }

  private func nextSlots(_ count: Int) -> UnsafeMutableBufferPointer<ca_slice> {
    if depth == slots.count { slots.append(.allocate(capacity: max(64, count))) }
    if slots[depth].count < count {
      slots[depth].deallocate()
      slots[depth] = .allocate(capacity: count)
    }
    depth += 1
    return slots[depth - 1]
  }

  /// Walks one JSON object. The bytes need `ca_padding()` readable bytes behind them.
  package func walk<Field: RawRepresentable<Int>>(
    _ plan: FieldPlan, _ text: UnsafeRawBufferPointer, as: Field.Type
  ) -> (status: ca_status, fields: Fields<Field>) {
    let target = nextSlots(plan.count)
    let bytes = text.baseAddress?.assumingMemoryBound(to: CChar.self)
    let status = ca_walk(parser, plan.handle, bytes, text.count, target.baseAddress)
    if status != CA_OK { sawDamage = true }
    return (status, Fields(base: UnsafePointer(target.baseAddress!)))
  }

  /// Slots of the current line can be taken again by the next walk once their fields are not needed any more.
  func releasing<T>(_ body: () throws -> T) rethrows -> T {
    let saved = depth
    defer { depth = saved }
    return try body()
  }

  /// The elements of an array slice; nil when it is damaged or longer than `max`.
  package func elements(_ array: ca_slice, max: Int = 65_536) -> UnsafeBufferPointer<ca_slice>? {
    var target = nextSlots(64)
    var found = 0
    guard ca_elements(parser, array.start, Int(array.length), target.baseAddress, target.count, &found) == CA_OK else {
      sawDamage = true
      return nil
    }
    if found > max { return nil }
    if found > target.count {
      depth -= 1
      target = nextSlots(found)
      guard ca_elements(parser, array.start, Int(array.length), target.baseAddress, target.count, &found) == CA_OK
      else { return nil }
    }
    return UnsafeBufferPointer(rebasing: target[..<found])
  }

  /// Keys and values of an object slice, in turn; nil when it is damaged.
  func members(_ object: ca_slice) -> UnsafeBufferPointer<ca_slice>? {
    var room = 64
    while true {
      let target = nextSlots(2 * room)
      var found = 0
      guard ca_members(parser, object.start, Int(object.length), target.baseAddress, room, &found) == CA_OK else {
        sawDamage = true
        return nil
      }
      if found <= room { return UnsafeBufferPointer(rebasing: target[..<(2 * found)]) }
      depth -= 1
      room = found
    }
  }

  /// The array or object that stands as JSON in a text; nil for other text.
  func embedded(_ slice: ca_slice) -> ca_slice? {
    let inner = nested(slice)
    return inner.isPresent ? inner : nil
  }

  /// A copy that can be scanned, valid until the next line.
  func keep(_ text: [UInt8], as kind: ca_kind) -> ca_slice {
    let target = scratch.take(text.count)
    target.copyBytes(from: text)
    return ca_slice(text: UnsafeRawBufferPointer(target), kind: kind)
  }

  private enum NoField: Int { case none }
  private static let nothing = FieldPlan([])

  /// The object or array that stands as JSON in a text, or the slice itself when it is one. Absent for any other text, and
  /// for JSON that a length limit has cut.
  package func nested(_ slice: ca_slice) -> ca_slice {
    if slice.is(CA_OBJECT) || slice.is(CA_ARRAY) { return slice }
    guard slice.looksLikeJSON, let first = slice.bytes.first else { return ca_slice() }
    let text = text(slice)
    guard text.count > 0 else { return ca_slice() }
    let inner = ca_slice(
      start: text.baseAddress?.assumingMemoryBound(to: CChar.self), length: UInt32(text.count),
      kind: first == 123 ? CA_OBJECT.rawValue : CA_ARRAY.rawValue)
    let before = sawDamage
    let isWhole = releasing {
      first == 123 ? walk(Self.nothing, text, as: NoField.self).status == CA_OK : elements(inner) != nil
    }
    if isWhole { return inner }
    sawDamage = before
    return ca_slice()
  }

  /// The text of a string slice without its escapes; empty for anything that is not a string or is badly escaped.
  package func text(_ slice: ca_slice) -> UnsafeRawBufferPointer {
    guard slice.is(CA_STRING), slice.length > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    if memchr(slice.start, 92, Int(slice.length)) == nil { return slice.bytes }
    let target = scratch.take(Int(slice.length))
    let written = ca_unescape(slice.start, Int(slice.length), target.baseAddress!.assumingMemoryBound(to: CChar.self))
    if written < 0 { sawDamage = true }
    return UnsafeRawBufferPointer(start: target.baseAddress, count: max(0, written))
  }
}

/// Bump memory for the texts of one line.
final class Scratch {
  private var chunks: [UnsafeMutableRawBufferPointer] = []
  private var chunk = 0
  private var used = 0

  deinit { chunks.forEach { $0.deallocate() } }

  func reset() {
    // One giant line must not hold its memory for the rest of the run.
    while chunks.count > 2 { chunks.removeLast().deallocate() }
    if let last = chunks.last, last.count > 1 << 20 { chunks.removeLast().deallocate() }
    chunk = 0
    used = 0
  }

  /// `count` bytes with JSON padding behind them, valid until `reset`.
  func take(_ count: Int) -> UnsafeMutableRawBufferPointer {
    let needed = count + ca_padding()
    while chunk < chunks.count && chunks[chunk].count - used < needed {
      chunk += 1
      used = 0
    }
    if chunk == chunks.count { chunks.append(.allocate(byteCount: max(needed, 1 << 17), alignment: 64)) }
    defer { used += needed }
    return UnsafeMutableRawBufferPointer(rebasing: chunks[chunk][used..<used + count])
  }
}

extension ca_slice {
  init(text: UnsafeRawBufferPointer, kind: ca_kind) {
    self.init(
      start: text.baseAddress?.assumingMemoryBound(to: CChar.self), length: UInt32(text.count), kind: kind.rawValue)
  }

  package func `is`(_ kind: ca_kind) -> Bool { self.kind == kind.rawValue }
  /// Neither absent nor null.
  package var isPresent: Bool { kind > CA_NULL.rawValue }
  package var isTrue: Bool { `is`(CA_TRUE) }
  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: Int(length)) }
  /// A string that begins like an object or an array.
  var looksLikeJSON: Bool { isFilledString && (bytes.first == 123 || bytes.first == 91) }
  /// A string that says something.
  package var isFilledString: Bool { `is`(CA_STRING) && length > 0 }

  /// Hash of an id; 0 for anything that is none.
  var identity: UInt64 {
    guard isFilledString || `is`(CA_NUMBER), !saysNothing, !isZero else { return 0 }
    return max(1, ca_hash64(start, Int(length), 0))
  }

  /// Words that loggers write for null.
  var saysNothing: Bool {
    switch length {
    case 0: return true
    case 1: return equals("-")
    case 3: return equals("n/a") || equals("N/A") || equals("nil")
    case 4: return equals("None") || equals("none") || equals("null") || equals("NULL")
    case 7: return equals("unknown") || equals("Unknown")
    case 9: return equals("undefined")
    default: return false
    }
  }

  /// A UUID or trace id of zeros.
  private var isZero: Bool { (length == 32 || length == 36) && bytes.allSatisfy { $0 == 48 || $0 == 45 } }

  package func equals(_ text: StaticString) -> Bool {
    Int(length) == text.utf8CodeUnitCount && memcmp(start, text.utf8Start, Int(length)) == 0
  }

  func starts(with text: StaticString) -> Bool {
    Int(length) >= text.utf8CodeUnitCount && memcmp(start, text.utf8Start, text.utf8CodeUnitCount) == 0
  }

  /// The number, or the number in a string (int64 as JSON strings are common).
  package var double: Double? {
    guard `is`(CA_NUMBER) || isFilledString, length < 64 else { return nil }
    if let short = shortDecimal { return short }
    return isDecimal ? Double(String(decoding: bytes, as: UTF8.self)) : nil
  }
}

extension ca_slice {
  private static let powersOfTen: [Double] = [
    1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
  ]

  /// A number of at most fifteen digits, with or without a point: both the digits and the power of ten are doubles, and a
  /// quotient is rounded correctly (Clinger 1990). Nil for anything else.
  private var shortDecimal: Double? {
    guard length <= 16 else { return nil }
    var digits: UInt64 = 0
    var point: Int?
    for (index, byte) in bytes.enumerated() {
      if byte == 46, point == nil {
        point = index
      } else if byte &- 48 < 10 {
        digits = digits * 10 + UInt64(byte &- 48)
      } else {
        return nil
      }
    }
    let count = Int(length) - (point == nil ? 0 : 1)
    guard (1...15).contains(count), point != 0, point != Int(length) - 1 else { return nil }
    return Double(digits) / Self.powersOfTen[point.map { Int(length) - 1 - $0 } ?? 0]
  }

  /// Sign, digits, point, exponent. `Double` reads hexadecimal, `inf` and `nan` too, and a number is handed over
  /// unread.
  private var isDecimal: Bool {
    bytes.allSatisfy { (48...57).contains($0) || $0 == 43 || $0 == 45 || $0 == 46 || $0 == 69 || $0 == 101 }
  }
}

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
