import Foundation

/// The shape of a BERT encoder: `config.json` of the model, and the sequence limit of `sentence_bert_config.json`.
struct BertConfiguration: Sendable, Equatable {
  var hidden: Int
  var inner: Int
  var layers: Int
  var heads: Int
  var vocabulary: Int
  /// Under the square root of every layer normalisation.
  var epsilon: Float
  /// Longest sequence in tokens, [CLS] and [SEP] included; what is longer is cut at the end.
  var longest: Int

  var headWidth: Int { hidden / heads }

  /// Reads the two files of a sentence-transformers model directory.
  init(directory: URL) throws(AnalyzerError) {
    let config = try Self.read(ConfigFile.self, directory.appendingPathComponent("config.json"))
    let limits = try Self.read(LimitFile.self, directory.appendingPathComponent("sentence_bert_config.json"))
    hidden = config.hiddenSize
    inner = config.intermediateSize
    layers = config.numHiddenLayers
    heads = config.numAttentionHeads
    vocabulary = config.vocabSize
    epsilon = config.layerNormEps
    longest = min(limits.maxSeqLength, config.maxPositionEmbeddings)
    let path = directory.appendingPathComponent("config.json").path
    guard config.modelType == "bert", config.hiddenAct == "gelu",
      config.positionEmbeddingType ?? "absolute" == "absolute"
    else {
      throw AnalyzerError(
        .input, "\(path) describes another network than BERT with exact GELU and absolute positions",
        hint: "use all-MiniLM-L6-v2 or another BERT sentence encoder")
    }
    guard hidden > 0, heads > 0, layers > 0, inner > 0, longest > 2, hidden % heads == 0,
      headWidth % 16 == 0, inner % 16 == 0
    else {
      throw AnalyzerError(
        .input, "\(path): \(heads) heads over \(hidden) hidden units, with \(inner) inner units, cannot be computed",
        hint: "heads and the inner layer must be multiples of 16 wide")
    }
  }

  private struct ConfigFile: Decodable {
    let modelType: String
    let hiddenAct: String
    let hiddenSize: Int
    let intermediateSize: Int
    let numHiddenLayers: Int
    let numAttentionHeads: Int
    let vocabSize: Int
    let layerNormEps: Float
    let maxPositionEmbeddings: Int
    let positionEmbeddingType: String?
  }

  private struct LimitFile: Decodable { let maxSeqLength: Int }

  private static func read<File: Decodable>(_: File.Type, _ url: URL) throws(AnalyzerError) -> File {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      return try decoder.decode(File.self, from: Data(contentsOf: url))
    } catch {
      throw AnalyzerError(
        .input, "cannot use \(url.path): \(error)",
        hint: "name the directory of a sentence-transformers model, or run 'analyze setup embeddings' again")
    }
  }
}
