/// An answer of a Redis server in RESP2.
package enum RedisReply: Sendable, Equatable {
  case simple(String)
  case failure(String)
  case integer(Int64)
  /// Nil where there is no such key.
  case bulk([UInt8]?)

  /// The reply at the start of some bytes and how long it is; nil while it is not whole.
  ///
  /// - Throws: for bytes that are no reply. Arrays are none: no command of ours asks for one.
  package static func parse(_ bytes: ArraySlice<UInt8>) throws(AnalyzerError) -> (reply: RedisReply, length: Int)? {
    guard let end = lineEnd(bytes) else {
      if bytes.count > 1 << 16 { throw noReply }
      return nil
    }
    let text = String(decoding: bytes[(bytes.startIndex + 1)..<end], as: UTF8.self)
    let head = end + 2 - bytes.startIndex
    switch bytes.first! {
    case UInt8(ascii: "+"): return (.simple(text), head)
    case UInt8(ascii: "-"): return (.failure(text), head)
    case UInt8(ascii: ":"):
      guard let value = Int64(text) else { throw noReply }
      return (.integer(value), head)
    case UInt8(ascii: "$"):
      guard let count = Int(text), count >= -1, count <= 512 << 20 else { throw noReply }
      if count == -1 { return (.bulk(nil), head) }
      let start = bytes.startIndex + head
      guard bytes.endIndex >= start + count + 2 else { return nil }
      return (.bulk(Array(bytes[start..<start + count])), head + count + 2)
    default: throw noReply
    }
  }

  private static var noReply: AnalyzerError {
    AnalyzerError(.output, "the server does not answer as Redis does", hint: "check --url")
  }

  /// Where CR LF stands.
  private static func lineEnd(_ bytes: ArraySlice<UInt8>) -> Int? {
    var at = bytes.startIndex
    while at + 1 < bytes.endIndex {
      if bytes[at] == 13 && bytes[at + 1] == 10 { return at }
      at += 1
    }
    return nil
  }
}
