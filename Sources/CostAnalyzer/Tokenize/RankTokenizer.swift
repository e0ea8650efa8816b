import Foundation

/// Byte pair encoding by a tiktoken rank file: the ids of `tiktoken`'s `encode_ordinary`, text for text. What looks like a
/// special token (`<|endoftext|>`) is ordinary text, as in a message of a chat.
package struct RankTokenizer: Sendable {
  package let encoding: TokenEncoding
  private let vocabulary: TokenTable
  private let merges: MergeTable
  /// Ids of the 256 single bytes.
  private let bytes: [Int32]
  private let kinds: [UInt8]

  /// - Parameter rankFile: lines of "base64 rank", ranks rising from 0; throws where it is something else.
  package init(_ encoding: TokenEncoding, rankFile: [UInt8]) throws(AnalyzerError) {
    let entries = try RankFile.read(rankFile)
    let vocabulary = TokenTable(entries)
    bytes = (0...255).map { vocabulary.find([UInt8($0)]) ?? -1 }
    guard bytes.allSatisfy({ $0 >= 0 }) else { throw RankFile.damaged("a single byte has no rank") }
    // Tokens join whenever their bytes make a token, so every cut of a token into two tokens is a rule; its rank is the
    // token's.
    var rules: [MergeTable.Rule] = []
    rules.reserveCapacity(entries.count * 5)
    for (token, id) in entries where token.count > 1 {
      token.withUnsafeBufferPointer { token in
        var hash = TokenTable.emptyHash
        for cut in 1..<token.count {
          hash = TokenTable.extend(hash, token[cut - 1])
          let left = UnsafeBufferPointer(rebasing: token[..<cut])
          let right = UnsafeBufferPointer(rebasing: token[cut...])
          guard let a = vocabulary.find(left, hash: hash), let b = vocabulary.find(right, hash: TokenTable.hash(right))
          else { continue }
          rules.append(MergeTable.Rule(left: a, right: b, merged: id))
        }
      }
    }
    self.encoding = encoding
    self.vocabulary = vocabulary
    merges = MergeTable(rules, ranks: rules.map { UInt32($0.merged) })
    kinds = ScalarKinds.table
  }

  package func encode(_ text: [UInt8]) -> [Int32] {
    var ids: [Int32] = []
    ids.reserveCapacity(text.count / 3 + 8)
    text.withUnsafeBytes { append($0, to: &ids) }
    return ids
  }

  /// Tokens of a UTF-8 text.
  package func count(_ text: UnsafeRawBufferPointer) -> Int {
    var ids: [Int32] = []
    ids.reserveCapacity(text.count / 3 + 8)
    append(text, to: &ids)
    return ids.count
  }

  package func count(_ text: [UInt8]) -> Int { text.withUnsafeBytes { count($0) } }

  private func append(_ text: UnsafeRawBufferPointer, to ids: inout [Int32]) {
    let text = text.assumingMemoryBound(to: UInt8.self)
    kinds.withUnsafeBufferPointer { kinds in
      let splitter = PieceSplitter(text, kinds: kinds, encoding: encoding)
      var start = 0
      while start < text.count {
        let end = splitter.end(from: start)
        appendPiece(UnsafeBufferPointer(rebasing: text[start..<end]), to: &ids)
        start = end
      }
    }
  }

  @inline(__always)
  private func appendPiece(_ piece: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
    if piece.count <= vocabulary.longest, let id = vocabulary.find(piece, hash: TokenTable.hash(piece)) {
      ids.append(id)
      return
    }
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: piece.count) { symbols in
      for (index, byte) in piece.enumerated() { symbols.initializeElement(at: index, to: bytes[Int(byte)]) }
      merges.merge(UnsafeMutableBufferPointer(rebasing: symbols[..<piece.count]), into: &ids)
    }
  }
}

/// A tiktoken rank file: one token a line, "base64 rank".
enum RankFile {
  static func damaged(_ reason: String) -> AnalyzerError {
    AnalyzerError(
      .input, "not a tiktoken rank file: \(reason)", hint: "analyze setup tokenizers fetches the right ones")
  }

  static func read(_ file: [UInt8]) throws(AnalyzerError) -> [(token: [UInt8], id: Int32)] {
    var entries: [(token: [UInt8], id: Int32)] = []
    for line in file.split(separator: 10) {
      guard let space = line.firstIndex(of: 32), let token = decode(base64: line[..<space]), !token.isEmpty,
        let rank = Int32(String(decoding: line[(space + 1)...], as: UTF8.self)), rank == entries.count
      else { throw damaged("line \(entries.count + 1)") }
      entries.append((token, rank))
    }
    return entries
  }

  /// Nil where the text is not base64 with padding.
  private static func decode(base64 text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count.isMultiple(of: 4) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    var bits: UInt32 = 0
    let body = text.prefix { $0 != 61 }
    guard text.count - body.count <= 2, text.dropFirst(body.count).allSatisfy({ $0 == 61 }) else { return nil }
    for (index, character) in body.enumerated() {
      let value = values[Int(character)]
      if value == 0xFF { return nil }
      bits = bits << 6 | UInt32(value)
      if index % 4 > 0 { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(6 - index % 4 * 2))) }
    }
    return bytes
  }

  private static let values: [UInt8] = {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    return (0...255).map { byte in alphabet.firstIndex(of: UInt8(byte)).map(UInt8.init) ?? 0xFF }
  }()
}
