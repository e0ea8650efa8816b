import ArgumentParser
import CostAnalyzer
import Foundation

struct EmbedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed", abstract: "Turn texts into vectors with an installed embedding model, or show their tokens.",
    discussion: """
      FILE holds one JSON object a line with the key "text". The last line of the output is a JSON object with the model's
      identity and the seconds of the embedding alone. Vectors are written as 32-bit floats, row by row, without padding.

      EXAMPLES
        analyze embed questions.jsonl --embedder ~/.local/share/llm-cost-analyzer/embeddings/wordllama
        analyze embed questions.jsonl --embedder model/ --out vectors.f32
        analyze embed questions.jsonl --embedder model/ --tokens
      """)

  @Argument(help: "JSON Lines with a text each.", completion: .file(extensions: ["jsonl"]))
  var file: String

  @Option(help: "Folder of a model: model.safetensors and tokenizer.json.", completion: .directory)
  var embedder: String

  @Option(help: "Threads; the vectors do not depend on it.")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: "Of a transformer's products: float32 or bfloat16.")
  var precision = EncoderPrecision.float32

  @Flag(help: "Print the token ids of each text, one JSON array a line, and embed nothing.")
  var tokens = false

  @Option(help: "File for the vectors.", completion: .file())
  var out: String?

  func validate() throws {
    if threads < 1 { throw ValidationError("--threads must be at least 1") }
  }

  func run() throws {
    let texts = try readTexts()
    let folder = InstalledEmbeddings.find(embedder) ?? embedder
    let start = ProcessUsage.now()
    if tokens {
      let tokenizer = try TokenizerFile.load(path: folder + "/tokenizer.json")
      let loaded = ProcessUsage.now()
      let ids = texts.map { tokenizer.encode($0) }
      let done = ProcessUsage.now()
      for row in ids { Terminal.out("[" + row.map(String.init).joined(separator: ",") + "]") }
      return try summary(nil, texts.count, start, loaded, done)
    }
    let model = try ModelFolder.open(folder, precision: precision)
    let loaded = ProcessUsage.now()
    let vectors = try model.embed(texts, threads: threads)
    let done = ProcessUsage.now()
    if let out { try write(vectors, dimensions: model.dimensions, to: out) }
    try summary(model.identity, texts.count, start, loaded, done)
  }

  private func readTexts() throws -> [[UInt8]] {
    struct Line: Decodable { let text: String }
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: file))
    } catch {
      throw AnalyzerError(.input, "cannot read \(file): \(error.localizedDescription)", hint: "check the path")
    }
    let decoder = JSONDecoder()
    return try data.split(separator: 10).enumerated().map { index, line in
      guard let value = try? decoder.decode(Line.self, from: line) else {
        throw AnalyzerError(
          .input, "\(file), text \(index + 1): no JSON object with a \"text\"", hint: "write {\"text\": \"…\"} a line")
      }
      return Array(value.text.utf8)
    }
  }

  private func write(_ vectors: VectorMatrix, dimensions: Int, to path: String) throws {
    var bytes = Data(capacity: vectors.count * dimensions * 4)
    for row in 0..<vectors.count {
      vectors.row(row).prefix(dimensions).withUnsafeBytes { bytes.append(contentsOf: $0) }
    }
    try PrivateFile.write(bytes, to: path)
  }

  private func summary(
    _ identity: String?, _ texts: Int, _ start: ProcessUsage, _ loaded: ProcessUsage, _ done: ProcessUsage
  ) throws {
    struct Summary: Encodable {
      let identity: String?
      let texts: Int
      let loadSeconds: Double
      let seconds: Double
      let cpuSeconds: Double
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.keyEncodingStrategy = .convertToSnakeCase
    let summary = Summary(
      identity: identity, texts: texts, loadSeconds: loaded.wall - start.wall, seconds: done.wall - loaded.wall,
      cpuSeconds: done.cpu - loaded.cpu)
    Terminal.out(String(decoding: try encoder.encode(summary), as: UTF8.self))
  }
}

extension EncoderPrecision: ExpressibleByArgument {}
