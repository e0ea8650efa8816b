/// BERT's tokenizer: words cut into the longest known pieces from left to right (Devlin et al. 2018, arXiv 1810.04805).
package struct WordPieceTokenizer: Tokenizer {
  package let unknown: Int32?
  private let unknownID: Int32
  private let words: TokenTable
  /// Pieces inside a word, without their prefix "##".
  private let continuations: TokenTable
  private let added: AddedTokens
  private let options: BertWords.Options
  private let longestWord: Int

  init(_ file: TokenizerFile) throws(AnalyzerError) {
    options = try Self.options(file)
    guard file.root["pre_tokenizer"]["type"].string == "BertPreTokenizer" else {
      throw file.unsupported("pre-tokenizer \(file.root["pre_tokenizer"]["type"].string ?? "none") with WordPiece")
    }
    let model = file.root["model"]
    let vocabulary = try file.vocabulary()
    let prefix = model["continuing_subword_prefix"].bytes ?? Array("##".utf8)
    words = TokenTable(vocabulary)
    continuations = TokenTable(
      vocabulary.filter { $0.token.starts(with: prefix) }.map { (Array($0.token.dropFirst(prefix.count)), $0.id) })
    added = try AddedTokens(file)
    longestWord = model["max_input_chars_per_word"].integer ?? 100
    guard let id = words.find(model["unk_token"].bytes ?? Array("[UNK]".utf8)) else {
      throw file.damaged("its unknown token is not in the vocabulary")
    }
    unknownID = id
    unknown = id
  }

  private static func options(_ file: TokenizerFile) throws(AnalyzerError) -> BertWords.Options {
    let normalizer = file.root["normalizer"]
    guard normalizer["type"].string == "BertNormalizer" else {
      throw file.unsupported("normalizer \(normalizer["type"].string ?? "none") with WordPiece")
    }
    var options = BertWords.Options()
    options.cleanText = normalizer["clean_text"].bool ?? true
    options.splitChinese = normalizer["handle_chinese_chars"].bool ?? true
    options.lowercase = normalizer["lowercase"].bool ?? true
    // Not stated means: as lowercase, which is how BERT did it.
    options.stripAccents = normalizer["strip_accents"].bool ?? options.lowercase
    return options
  }

  package func id(of token: String) -> Int32? { added.id(of: Array(token.utf8)) ?? words.find(Array(token.utf8)) }

  package func encode(_ text: [UInt8]) -> [Int32] {
    var ids: [Int32] = []
    ids.reserveCapacity(text.count / 3 + 4)
    text.withUnsafeBufferPointer { text in
      added.split(text, into: &ids) { segment, ids in
        let split = BertWords(segment, options)
        split.bytes.withUnsafeBufferPointer { bytes in
          var start = 0
          for end in split.ends {
            appendPieces(UnsafeBufferPointer(rebasing: bytes[start..<end]), to: &ids)
            start = end
          }
        }
      }
    }
    return ids
  }

  private func appendPieces(_ word: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
    if word.count > longestWord, word.count(where: { $0 & 0xC0 != 0x80 }) > longestWord {
      ids.append(unknownID)
      return
    }
    let first = ids.count
    var start = 0
    while start < word.count {
      let rest = UnsafeBufferPointer(rebasing: word[start...])
      guard let (id, length) = longestPiece(rest, in: start == 0 ? words : continuations) else {
        // A word that cannot be spelled to its end is unknown as a whole.
        ids.removeSubrange(first...)
        ids.append(unknownID)
        return
      }
      ids.append(id)
      start += length
    }
  }

  /// The longest prefix of `text` in `table`, and its length in bytes.
  private func longestPiece(_ text: UnsafeBufferPointer<UInt8>, in table: TokenTable) -> (id: Int32, length: Int)? {
    let longest = min(text.count, table.longest)
    return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: longest) { hashes in
      var hash = TokenTable.emptyHash
      for index in 0..<longest {
        hash = TokenTable.extend(hash, text[index])
        hashes.initializeElement(at: index, to: hash)
      }
      for length in stride(from: longest, to: 0, by: -1) {
        if let id = table.find(UnsafeBufferPointer(rebasing: text[..<length]), hash: hashes[length - 1]) {
          return (id, length)
        }
      }
      return nil
    }
  }
}
