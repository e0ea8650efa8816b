/// Cuts JSON that is not one record a line into lines: an array of records (also several, one behind the other), and
/// records that go over several lines. Streams: nothing but the state below is kept.
///
/// Only structure is looked at, strings and brackets; whether a record is good JSON is for its reader to say. Line breaks
/// inside a record become blanks, so that record number N of a file is line N.
final class RecordSource: ByteSource {
  private let inner: any ByteSource
  private var insideArray = false
  /// Open brackets of the record at hand.
  private var depth = 0
  private var insideString = false
  private var isEscaped = false
  /// Some byte of the record at hand was written.
  private var insideRecord = false
  private var isDone = false

  init(_ inner: any ByteSource) { self.inner = inner }

  /// Whether text that begins like this needs cutting: an array of objects, or an object whose brace stands alone on its line.
  static func isNeeded(_ head: UnsafeRawBufferPointer) -> Bool {
    var bytes = head[...]
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    bytes = bytes.drop(while: isBlank)
    guard let first = bytes.popFirst() else { return false }
    if first == UInt8(ascii: "[") { return bytes.drop(while: isBlank).first == UInt8(ascii: "{") }
    let rest = bytes.drop { $0 == 32 || $0 == 9 || $0 == 13 }
    return first == UInt8(ascii: "{") && rest.first == 10
  }

  var end: StreamEnd {
    let end = inner.end
    return isDone && end == .complete && (insideArray || depth > 0) ? .openArray : end
  }

  func read(into target: UnsafeMutableRawBufferPointer) -> Int {
    while true {
      let got = inner.read(into: target)
      if got == 0 {
        isDone = true
        return 0
      }
      let kept = cut(target, got)
      if kept > 0 { return kept }
    }
  }

  /// Rewrites the first `count` bytes in place, which never needs more room.
  /// - Returns: how many bytes are left.
  func cut(_ bytes: UnsafeMutableRawBufferPointer, _ count: Int) -> Int {
    var kept = 0
    func keep(_ byte: UInt8) {
      bytes[kept] = byte
      kept += 1
    }
    func endRecord() {
      if insideRecord { keep(10) }
      insideRecord = false
    }
    for index in 0..<count {
      let byte = bytes[index]
      if insideString {
        keep(byte == 10 ? 32 : byte)
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          insideString = false
        }
        continue
      }
      if depth == 0 {
        switch byte {
        case UInt8(ascii: "[") where !insideArray && !insideRecord: insideArray = true
        case UInt8(ascii: ",") where insideArray: endRecord()
        case UInt8(ascii: "]") where insideArray:
          endRecord()
          insideArray = false
        case 10 where !insideArray: endRecord()
        // Of a byte order mark, also where files were put together.
        case _ where !insideRecord && (byte == 0xEF || byte == 0xBB || byte == 0xBF): break
        case _ where Self.isBlank(byte): if insideRecord { keep(32) }
        default:
          insideRecord = true
          keep(byte)
          enter(byte)
        }
        continue
      }
      keep(byte == 10 || byte == 13 ? 32 : byte)
      switch byte {
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: enter(byte)
      }
    }
    return kept
  }

  private func enter(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): insideString = true
    case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
    default: break
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }
}
