import Foundation

/// Mean of fixed token vectors, scaled to length 1. No neural network, so hundreds of thousands of texts a second.
///
/// Reads two kinds of folder with `model.safetensors` and `tokenizer.json`:
/// - WordLlama (arXiv 2408.00690's idea, <https://github.com/dleemiller/WordLlama>): tensor `embedding.weight`.
/// - Model2Vec (<https://github.com/MinishLab/model2vec>): tensor `embeddings`, optionally `weights` (one factor a token)
///   and `mapping` (row of each token), and `config.json` with `max_length`. Unknown tokens count for nothing.
///
/// Rows have length 1 whether or not `config.json` asks for it; a cosine is the same either way.
package struct StaticEmbedder: Embedder {
  package let identity: String
  private let tokenizer: any Tokenizer
  /// Row-major, one row a token or a cluster of tokens; rows padded with zeros to `width`.
  private let table: [Float]
  package let dimensions: Int
  private let width: Int
  private let mapping: [Int]?
  private let weights: [Float]?
  private let dropsUnknown: Bool
  private let limits: Model2VecLimits?
  private static let chunk = 256

  /// Throws an `AnalyzerError` that names the file when one is missing, damaged, or does not fit the others.
  package init(directory: String) throws(AnalyzerError) {
    let weightsPath = directory + "/model.safetensors"
    let tokenizerPath = directory + "/tokenizer.json"
    let configPath = directory + "/config.json"
    let file = try SafetensorsFile(path: weightsPath)
    let description = try TokenizerFile(path: tokenizerPath)
    let isModel2Vec = file.tensors["embeddings"] != nil
    let tensor = isModel2Vec ? "embeddings" : "embedding.weight"
    let shape = try file.tensor(tensor).shape
    guard shape.count == 2, shape[0] > 0, shape[1] > 0 else {
      throw AnalyzerError(.input, "\(weightsPath): tensor '\(tensor)' has the shape \(shape), not tokens × dimensions")
    }
    dimensions = shape[1]
    width = VectorMatrix(count: 0, dimensions: dimensions).dimensions
    table = Self.padded(try file.floats(tensor), rows: shape[0], from: dimensions, to: width)
    tokenizer = try TokenizerFile.load(description)
    mapping = isModel2Vec && file.tensors["mapping"] != nil ? try file.integers("mapping") : nil
    weights = isModel2Vec && file.tensors["weights"] != nil ? try file.floats("weights") : nil
    dropsUnknown = isModel2Vec
    limits = isModel2Vec ? try Model2VecLimits(configPath: configPath, tokenizer: description) : nil
    let files = [weightsPath, tokenizerPath] + (isModel2Vec ? [configPath] : [])
    let fingerprint = try ModelFingerprint.short(paths: files)
    identity = "\(isModel2Vec ? "model2vec" : "wordllama")-\(dimensions)-\(fingerprint)"
    let tokens = try description.highestID() + 1
    guard mapping?.count ?? shape[0] >= tokens, weights?.count ?? tokens >= tokens,
      mapping?.allSatisfy({ (0..<shape[0]).contains($0) }) ?? true
    else {
      throw AnalyzerError(
        .input, "\(weightsPath) has too few rows for the \(tokens) tokens of \(tokenizerPath)",
        hint: "take both files from the same model")
    }
  }

  private static func padded(_ values: [Float], rows: Int, from dimensions: Int, to width: Int) -> [Float] {
    if dimensions == width { return values }
    var table = [Float](repeating: 0, count: rows * width)
    for row in 0..<rows {
      for column in 0..<dimensions { table[row * width + column] = values[row * dimensions + column] }
    }
    return table
  }

  /// Ids that the mean is taken over.
  package func tokens(_ text: [UInt8]) -> [Int32] {
    var ids = tokenizer.encode(limits?.cut(text) ?? text)
    if let longest = limits?.tokens, ids.count > longest { ids.removeLast(ids.count - longest) }
    if dropsUnknown, let unknown = tokenizer.unknown { ids.removeAll { $0 == unknown } }
    return ids
  }

  package func embed(_ texts: [[UInt8]], threads: Int) throws -> VectorMatrix {
    let chunks = (texts.count + Self.chunk - 1) / Self.chunk
    let parts = parallelMap(chunks, threads: threads) { index in
      let range = index * Self.chunk..<min(texts.count, (index + 1) * Self.chunk)
      var rows = [Float](repeating: 0, count: range.count * width)
      rows.withUnsafeMutableBufferPointer { rows in
        for text in range {
          let start = (text - range.lowerBound) * width
          let row = UnsafeMutableBufferPointer(rebasing: rows[start..<start + width])
          addVectors(of: tokens(texts[text]), to: row)
          VectorMatrix.normalize(row)
        }
      }
      return rows
    }
    var matrix = VectorMatrix(count: texts.count, dimensions: dimensions)
    var position = 0
    for part in parts {
      matrix.values.replaceSubrange(position..<position + part.count, with: part)
      position += part.count
    }
    return matrix
  }

  /// Token by token in text order, so the sum rounds the same way everywhere. The mean's divisor falls out when the row is
  /// scaled to length 1.
  private func addVectors(of ids: [Int32], to row: UnsafeMutableBufferPointer<Float>) {
    table.withUnsafeBufferPointer { table in
      let target = UnsafeMutableRawPointer(row.baseAddress!)
      for id in ids {
        let token = Int(id)
        let vector = UnsafeRawPointer(table.baseAddress! + (mapping?[token] ?? token) * width)
        let weight = weights?[token] ?? 1
        for offset in stride(from: 0, to: width * 4, by: 64) {
          let sum = target.loadUnaligned(fromByteOffset: offset, as: SIMD16<Float>.self)
          let term = vector.loadUnaligned(fromByteOffset: offset, as: SIMD16<Float>.self) * weight
          target.storeBytes(of: sum + term, toByteOffset: offset, as: SIMD16<Float>.self)
        }
      }
    }
  }
}

/// How much of a long text Model2Vec looks at: its first tokens, out of its first characters.
struct Model2VecLimits: Sendable {
  /// `max_length` of `config.json`: 512 unless stated, nil for no limit.
  let tokens: Int?
  /// `max_length` times the median length of a token.
  private let characters: Int

  init(configPath: String, tokenizer: TokenizerFile) throws(AnalyzerError) {
    let config: ExactJSON
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: configPath))
      config = try data.withUnsafeBytes { try ExactJSON($0) }
    } catch {
      throw AnalyzerError(
        .input, "cannot read \(configPath) of a Model2Vec model: it is missing or not JSON",
        hint: "copy config.json from the model's folder")
    }
    let isStated = config.members?.contains { $0.key == Array("max_length".utf8) } ?? false
    tokens = isStated ? config["max_length"].integer : 512
    characters = try (tokens ?? 0) * tokenizer.medianTokenLength()
  }

  func cut(_ text: [UInt8]) -> [UInt8] {
    // A character has at least one byte.
    guard tokens != nil, text.count > characters else { return text }
    var seen = 0
    for (index, byte) in text.enumerated() where byte & 0xC0 != 0x80 {
      if seen == characters { return Array(text[..<index]) }
      seen += 1
    }
    return text
  }
}
