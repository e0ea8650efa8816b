/// Byte pair encoding over whole texts, as Llama 2 has it: spaces become "▁", there is no pre-tokenizer, and characters
/// outside the vocabulary become the tokens of their UTF-8 bytes.
package struct BytePairTokenizer: Tokenizer {
  package let unknown: Int32?
  private let vocabulary: TokenTable
  private let merges: MergeTable
  private let added: AddedTokens
  private let replacements: TextReplacements
  /// Ids of single ASCII characters, or -1.
  private let ascii: [Int32]
  /// Ids of "<0x00>" … "<0xFF>", or -1; empty without byte fallback.
  private let byteTokens: [Int32]
  private let fusesUnknown: Bool
  /// Tokens whose own text encodes to just them: such a word needs no merging.
  private var isWhole: [Bool] = []
  /// No rule joins something before a "▁" with it, so the words between can be encoded one by one. The "▁" is a token,
  /// too: an unknown one would join unknown characters on both sides.
  private let splitsAtSpace: Bool
  private static let space: [UInt8] = Array("▁".utf8)

  init(_ file: TokenizerFile) throws(AnalyzerError) {
    try Self.checkSupported(file)
    let model = file.root["model"]
    let entries = try file.vocabulary()
    let vocabulary = TokenTable(entries)
    self.vocabulary = vocabulary
    replacements = try TextReplacements(file)
    added = try AddedTokens(file)
    fusesUnknown = model["fuse_unk"].bool ?? false
    ascii = (0..<128).map { vocabulary.find([UInt8($0)]) ?? -1 }
    byteTokens =
      model["byte_fallback"].bool == true ? (0..<256).map { vocabulary.find(Self.byteToken(UInt8($0))) ?? -1 } : []
    if let name = model["unk_token"].bytes {
      guard let id = vocabulary.find(name) else { throw file.damaged("its unknown token is not in the vocabulary") }
      unknown = id
    } else {
      unknown = nil
    }
    let rules = try Self.rules(file)
    var merged: [MergeTable.Rule] = []
    merged.reserveCapacity(rules.count)
    for (left, right) in rules {
      guard let a = vocabulary.find(left), let b = vocabulary.find(right), let whole = vocabulary.find(left + right)
      else {
        let rule = String(decoding: left, as: UTF8.self) + " " + String(decoding: right, as: UTF8.self)
        throw file.damaged("its merge '\(rule)' is not in the vocabulary")
      }
      merged.append(MergeTable.Rule(left: a, right: b, merged: whole))
    }
    merges = MergeTable(merged)
    splitsAtSpace =
      vocabulary.find(Self.space) != nil
      && !rules.contains {
        $0.right.starts(with: Self.space) && !$0.left.suffix(3).elementsEqual(Self.space)
      }
    isWhole = wholeTokens(entries)
  }

  private static func checkSupported(_ file: TokenizerFile) throws(AnalyzerError) {
    let model = file.root["model"]
    if !file.root["pre_tokenizer"].isNull {
      throw file.unsupported("pre-tokenizer \(file.root["pre_tokenizer"]["type"].string ?? "without a type") with BPE")
    }
    for text: StaticString in ["continuing_subword_prefix", "end_of_word_suffix"]
    where model[text].bytes?.isEmpty == false {
      throw file.unsupported("BPE with \(text)")
    }
    if model["ignore_merges"].bool == true { throw file.unsupported("BPE with ignore_merges") }
    if !model["dropout"].isNull { throw file.unsupported("BPE with dropout") }
  }

  /// `model.merges`, as "left right" or as pairs.
  private static func rules(_ file: TokenizerFile) throws(AnalyzerError) -> [(left: [UInt8], right: [UInt8])] {
    guard let entries = file.root["model"]["merges"].array else { throw file.damaged("it has no merges") }
    var rules: [(left: [UInt8], right: [UInt8])] = []
    rules.reserveCapacity(entries.count)
    for entry in entries {
      let parts =
        entry.bytes.map { $0.split(separator: 32, omittingEmptySubsequences: false).map(Array.init) }
        ?? (entry.array ?? []).compactMap(\.bytes)
      guard parts.count == 2 else { throw file.damaged("one of its merges is not a pair") }
      rules.append((parts[0], parts[1]))
    }
    return rules
  }

  private static func byteToken(_ byte: UInt8) -> [UInt8] {
    let hex = String(byte, radix: 16, uppercase: true)
    return Array("<0x\(hex.count == 1 ? "0" : "")\(hex)>".utf8)
  }

  private func wholeTokens(_ entries: [(token: [UInt8], id: Int32)]) -> [Bool] {
    var isWhole = [Bool](repeating: false, count: Int(entries.map(\.id).max() ?? -1) + 1)
    var ids: [Int32] = []
    for (token, id) in entries {
      ids.removeAll(keepingCapacity: true)
      token.withUnsafeBufferPointer { mergeWord($0, into: &ids) }
      isWhole[Int(id)] = ids == [id]
    }
    return isWhole
  }

  package func id(of token: String) -> Int32? { added.id(of: Array(token.utf8)) ?? vocabulary.find(Array(token.utf8)) }

  package func encode(_ text: [UInt8]) -> [Int32] {
    var ids: [Int32] = []
    ids.reserveCapacity(text.count / 3 + 8)
    text.withUnsafeBufferPointer { text in
      added.split(text, into: &ids) { segment, ids in
        replacements.apply(segment).withUnsafeBufferPointer { encodeNormalized($0, into: &ids) }
      }
    }
    return ids
  }

  private func encodeNormalized(_ text: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]) {
    if !splitsAtSpace { return mergeWord(text, into: &ids) }
    var start = 0
    while start < text.count {
      var hash = TokenTable.emptyHash
      var end = start
      // Leading spaces belong to the word behind them.
      while isSpace(text, at: end) {
        for offset in 0..<3 { hash = TokenTable.extend(hash, text[end + offset]) }
        end += 3
      }
      while end < text.count && !isSpace(text, at: end) {
        hash = TokenTable.extend(hash, text[end])
        end += 1
      }
      let word = UnsafeBufferPointer(rebasing: text[start..<end])
      if let id = vocabulary.find(word, hash: hash), isWhole[Int(id)] {
        ids.append(id)
      } else {
        mergeWord(word, into: &ids)
      }
      start = end
    }
  }

  @inline(__always)
  private func isSpace(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
    index + 2 < text.count && text[index] == 0xE2 && text[index + 1] == 0x96 && text[index + 2] == 0x81
  }

  private func mergeWord(_ word: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]) {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: word.count) { symbols in
      let count = appendSymbols(of: word, to: symbols)
      merges.merge(UnsafeMutableBufferPointer(rebasing: symbols[..<count]), into: &ids)
    }
  }

  /// The characters of a word as ids, at most one a byte. Returns how many.
  private func appendSymbols(
    of word: UnsafeBufferPointer<UInt8>, to symbols: UnsafeMutableBufferPointer<Int32>
  ) -> Int {
    var count = 0
    func append(_ id: Int32) {
      symbols.initializeElement(at: count, to: id)
      count += 1
    }
    var index = 0
    var pendingUnknown = false
    while index < word.count {
      let length = word[index] < 0x80 ? 1 : UTF8Scalars.decode(word, at: index).length
      let character = UnsafeBufferPointer(rebasing: word[index..<index + length])
      index += length
      let id =
        length == 1 && character[0] < 0x80
        ? ascii[Int(character[0])] : vocabulary.find(character, hash: TokenTable.hash(character)) ?? -1
      if id >= 0 {
        if pendingUnknown, let unknown { append(unknown) }
        pendingUnknown = false
        append(id)
      } else if !byteTokens.isEmpty, character.allSatisfy({ byteTokens[Int($0)] >= 0 }) {
        // `tokenizers` leaves an unknown token that is still pending for behind these.
        for byte in character { append(byteTokens[Int(byte)]) }
      } else if let unknown {
        if pendingUnknown && !fusesUnknown { append(unknown) }
        pendingUnknown = true
      }
    }
    if pendingUnknown, let unknown { append(unknown) }
    return count
  }
}
