import Foundation

/// Vectors from an OpenAI-compatible `/v1/embeddings` service. The only embedder that sends texts to another machine.
package struct EndpointEmbedder: IncrementalEmbedder {
  package let identity: String
  private let client: EndpointClient
  private let options: EndpointOptions

  /// Throws a config error for a bad address or a missing key. Asks nothing yet.
  package init(
    _ options: EndpointOptions, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(AnalyzerError) {
    try options.validate()
    let (url, host) = try options.address()
    self.options = options
    client = EndpointClient(url: url, key: try options.key(environment), options: options)
    identity = "endpoint-\(options.model)-\(host)"
  }

  package func embed(_ texts: [[UInt8]], threads: Int) throws -> VectorMatrix {
    try embed(texts) { _, _ in }
  }

  /// Asks batch by batch, one at a time: services limit by rate, not by connections.
  ///
  /// When a later batch fails, the error says how far it came, and everything received has been handed over. Empty texts
  /// are zero rows and are not sent.
  package func embed(
    _ texts: [[UInt8]], onBatch: (_ places: [Int], _ vectors: VectorMatrix) throws -> Void
  ) throws -> VectorMatrix {
    let rows = texts.indices.filter { !texts[$0].isEmpty }
    var matrix: VectorMatrix?
    var dimensions = options.dimensions
    for start in stride(from: 0, to: rows.count, by: options.batch) {
      let batch = Array(rows[start..<min(rows.count, start + options.batch)])
      do {
        let received = try ask(batch.map { texts[$0] })
        let expected = dimensions ?? received.vectors[0].count
        let isWhole = received.positions.count == batch.count
        guard received.vectors.allSatisfy({ $0.count == expected }) else {
          let lengths = Set(received.vectors.map(\.count)).sorted()
          throw AnalyzerError(
            .input,
            "\(client.url) answered with vectors of length \(lengths.map(String.init).joined(separator: ", ")), not \(expected)",
            hint: "check the model '\(options.model)' and the number of dimensions asked for")
        }
        dimensions = expected
        var vectors = VectorMatrix(count: received.vectors.count, dimensions: expected)
        for (row, vector) in received.vectors.enumerated() { vectors.set(row, to: vector) }
        try onBatch(received.positions.map { batch[$0] }, vectors)
        guard isWhole else {
          throw AnalyzerError(
            .input, "\(client.url) answered with \(received.positions.count) vectors for \(batch.count) texts",
            hint: "try a smaller batch")
        }
        var target = matrix ?? VectorMatrix(count: texts.count, dimensions: expected)
        matrix = nil
        for (position, vector) in zip(received.positions, received.vectors) { target.set(batch[position], to: vector) }
        matrix = target
      } catch let error as AnalyzerError {
        throw AnalyzerError(
          error.kind, "\(error.message) (\(start) of \(rows.count) texts embedded before)", hint: error.hint)
      }
    }
    return matrix ?? VectorMatrix(count: texts.count, dimensions: dimensions ?? 16)
  }

  private struct Request: Encodable {
    let model: String
    let input: [String]
    let encodingFormat = "float"
    let dimensions: Int?
    enum CodingKeys: String, CodingKey {
      case model, input, dimensions
      case encodingFormat = "encoding_format"
    }
  }

  private struct Response: Decodable {
    struct Item: Decodable {
      let index: Int
      let embedding: [Float]
    }
    let data: [Item]
  }

  /// Vectors in the order of the texts, with the position of the text each belongs to. At least one.
  private func ask(_ texts: [[UInt8]]) throws -> (positions: [Int], vectors: [[Float]]) {
    let request = Request(
      model: options.model, input: texts.map { String(decoding: $0, as: UTF8.self) }, dimensions: options.dimensions)
    let body = try client.post(JSONEncoder().encode(request))
    guard let response = try? JSONDecoder().decode(Response.self, from: body) else {
      throw AnalyzerError(
        .input, "\(client.url) answered with something other than a list of vectors",
        hint: "check that it is an OpenAI-compatible embeddings address")
    }
    let items = response.data.sorted { $0.index < $1.index }
    let positions = items.map(\.index)
    guard !items.isEmpty, Set(positions).count == positions.count, positions.allSatisfy(texts.indices.contains),
      items.allSatisfy({ !$0.embedding.isEmpty })
    else {
      throw AnalyzerError(
        .input, "\(client.url) answered with \(items.count) vectors for \(texts.count) texts, whose numbers do not fit",
        hint: "check that it is an OpenAI-compatible embeddings address")
    }
    return (positions, items.map(\.embedding))
  }
}

extension VectorMatrix {
  /// Writes a vector into a row and scales it to length 1.
  fileprivate mutating func set(_ index: Int, to vector: [Float]) {
    let width = dimensions
    values.withUnsafeMutableBufferPointer { values in
      let row = UnsafeMutableBufferPointer(rebasing: values[index * width..<(index + 1) * width])
      for (place, value) in vector.enumerated() { row[place] = value }
      Self.normalize(row)
    }
  }
}
