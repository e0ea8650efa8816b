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
    try Self.checkPooling(directory)
    let paths = Self.files(directory)
    let config = try Self.read(ConfigFile.self, paths[0])
    let limits = try Self.read(LimitFile.self, paths[1])
    hidden = config.hiddenSize
    inner = config.intermediateSize
    layers = config.numHiddenLayers
    heads = config.numAttentionHeads
    vocabulary = config.vocabSize
    epsilon = config.layerNormEps
    longest = min(limits.maxSeqLength, config.maxPositionEmbeddings)
    let path = paths[0]
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

  /// Other ways of making one vector of many would give other vectors without a sign of it. A folder that does not say how
  /// holds what 'analyze setup embeddings' fetched.
  private static func checkPooling(_ directory: URL) throws(AnalyzerError) {
    let path = directory.appendingPathComponent("1_Pooling/config.json").path
    guard FileManager.default.fileExists(atPath: path) else { return }
    guard try read(PoolingFile.self, path).poolingModeMeanTokens else {
      throw AnalyzerError(
        .input, "\(path) asks for another pooling than the mean over tokens", hint: "use all-MiniLM-L6-v2")
    }
  }

  static func files(_ directory: URL) -> [String] {
    ["config.json", "sentence_bert_config.json"].map { directory.appendingPathComponent($0).path }
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
  private struct PoolingFile: Decodable { let poolingModeMeanTokens: Bool }

  private static func read<File: Decodable>(_: File.Type, _ path: String) throws(AnalyzerError) -> File {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      return try decoder.decode(File.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw AnalyzerError(
        .input, "cannot use \(path): \(error)",
        hint: "name the directory of a sentence-transformers model, or run 'analyze setup embeddings' again")
    }
  }
}
