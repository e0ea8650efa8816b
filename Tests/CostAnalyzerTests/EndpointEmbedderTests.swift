import CostAnalyzer
import Foundation
import Testing

@Suite("Embedding endpoints")
struct EndpointEmbedderTests {
  private struct Body: Decodable {
    let model: String
    let input: [String]
    let dimensions: Int?
  }

  private static func body(_ request: LoopbackServer.Request) -> Body {
    (try? JSONDecoder().decode(Body.self, from: request.body)) ?? Body(model: "", input: [], dimensions: nil)
  }

  /// The vector of a text is (its length, 1). Given in reverse, so that only `index` tells the order.
  private static func vectors(for request: LoopbackServer.Request) -> LoopbackServer.Answer {
    let items = body(request).input.enumerated().reversed().map {
      "{\"object\":\"embedding\",\"index\":\($0.offset),\"embedding\":[\($0.element.utf8.count),1.0]}"
    }
    return LoopbackServer.Answer(body: "{\"object\":\"list\",\"data\":[\(items.joined(separator: ","))]}")
  }

  private func serve(
    _ answer: @escaping @Sendable (Int, LoopbackServer.Request) -> LoopbackServer.Answer,
    options configure: (inout EndpointOptions) -> Void = { _ in },
    use body: (EndpointEmbedder, LoopbackServer) throws -> Void
  ) throws {
    let server = try LoopbackServer(answer)
    defer { server.stop() }
    var options = EndpointOptions(url: server.url, model: "tiny \"model\"")
    options.firstDelay = 0.01
    options.timeout = 10
    options.keyVariable = "TEST_KEY"
    configure(&options)
    try body(EndpointEmbedder(options, environment: ["TEST_KEY": "sk-\\\"secret\""]), server)
  }

  private let texts = ["one", "", "three", "fifty-five", "é\n\"quoted\"\u{1F600}", "x"].map { Array($0.utf8) }

  @Test("Vectors come back in the order of the texts, batch by batch, at length 1; an empty text is zero and not sent")
  func success() throws {
    try serve { _, request in
      Self.vectors(for: request)
    } options: {
      $0.batch = 2
    } use: { embedder, server in
      var rows: [[Int]] = []
      let matrix = try embedder.embed(texts) { batch, vectors in
        rows.append(batch)
        for (row, text) in batch.enumerated() {
          #expect(abs(vectors.row(row).first! / vectors.row(row).dropFirst().first! - Float(texts[text].count)) < 1e-4)
        }
      }
      #expect(rows == [[0, 2], [3, 4], [5]])
      #expect(matrix.count == 6 && matrix.row(1).allSatisfy { $0 == 0 })
      for row in [0, 2, 3, 4, 5] {
        let length = Float(texts[row].count)
        let scale = 1 / (length * length + 1).squareRoot()
        #expect(
          abs(matrix.row(row).first! - length * scale) < 1e-6 && abs(matrix.row(row).dropFirst().first! - scale) < 1e-6)
      }
      let requests = server.requests
      #expect(requests.count == 3 && requests.allSatisfy { $0.head.hasPrefix("POST /v1/embeddings HTTP/1.1\r\n") })
      #expect(requests.allSatisfy { $0.head.contains("\r\nAuthorization: Bearer sk-\\\"secret\"\r\n") })
      #expect(requests.map { Self.body($0).model } == Array(repeating: "tiny \"model\"", count: 3))
      #expect(
        requests.flatMap { Self.body($0).input } == [0, 2, 3, 4, 5].map { String(decoding: texts[$0], as: UTF8.self) })
      #expect(embedder.identity == "endpoint-tiny \"model\"-127.0.0.1")
      #expect(try embedder.embed([[], []], threads: 4).values.allSatisfy { $0 == 0 })
    }
  }

  @Test("Refusals for load and errors of the server are tried again, and Retry-After is kept to")
  func retry() throws {
    try serve { number, request in
      switch number {
      case 0: LoopbackServer.Answer(status: 429, headers: ["Retry-After: 0.4"])
      case 1: LoopbackServer.Answer(status: 500, body: "oops")
      case 2: LoopbackServer.Answer(status: 503)
      default: Self.vectors(for: request)
      }
    } use: { embedder, server in
      let start = ContinuousClock.now
      let matrix = try embedder.embed(texts, threads: 1)
      #expect(matrix.count == 6)
      #expect(server.requests.count == 4 && ContinuousClock.now - start >= .seconds(0.4))
    }
  }

  @Test("When the tries are used up, the error says so and what came before is handed over")
  func givingUp() throws {
    try serve { number, request in
      number == 0 ? Self.vectors(for: request) : LoopbackServer.Answer(status: 500, body: "broken sk-\\\"secret\"")
    } options: {
      $0.batch = 2
      $0.retries = 2
    } use: { embedder, server in
      var rows: [Int] = []
      let error = analyzerError { try embedder.embed(texts) { batch, _ in rows += batch } }
      #expect(rows == [0, 2] && server.requests.count == 4)
      let message = try #require(error).message
      #expect(message.contains("status 500 after 3 tries: broken …") && message.contains("2 of 5 texts"), "\(message)")
      #expect(!message.contains("secret"), "a key is never printed")
    }
  }

  @Test("A wait that is longer than anybody's patience is an error at once")
  func longRetryAfter() throws {
    try serve { _, _ in
      LoopbackServer.Answer(status: 429, headers: ["Retry-After: 86400"])
    } use: { embedder, server in
      #expect(analyzerError { try embedder.embed(texts, threads: 1) }?.message.contains("429") == true)
      #expect(server.requests.count == 1)
    }
  }

  @Test("A server that does not answer in time is an error, and so is one that is not there")
  func timeout() throws {
    try serve { _, request in
      var answer = Self.vectors(for: request)
      answer.delay = 1.5
      return answer
    } options: {
      $0.timeout = 0.3
      $0.retries = 1
    } use: { embedder, server in
      let error = analyzerError { try embedder.embed(texts, threads: 1) }
      #expect(
        error?.message.contains("no answer from \(server.url)/embeddings after 2 tries") == true,
        "\(String(describing: error))")
    }
    let gone = try LoopbackServer { _, _ in LoopbackServer.Answer() }
    gone.stop()
    var options = EndpointOptions(url: gone.url + "/embeddings", model: "m")
    options.retries = 0
    let error = analyzerError { try EndpointEmbedder(options, environment: [:]).embed(texts, threads: 1) }
    #expect(error?.message.hasPrefix("no answer from \(gone.url)/embeddings: ") == true)
  }

  @Test("A refused key is not tried again, and the error names the variable")
  func unauthorised() throws {
    for status in [401, 403] {
      try serve { _, _ in
        LoopbackServer.Answer(status: status, body: "{\"error\":\"bad key\"}")
      } use: { embedder, server in
        let error = analyzerError { try embedder.embed(texts, threads: 1) }
        #expect(error?.message.contains("bad key") == true && error?.hint?.contains("TEST_KEY") == true)
        #expect(server.requests.count == 1)
      }
    }
  }

  @Test("A short answer is an error, and the vectors that did come are handed over")
  func shortAnswer() throws {
    try serve { _, _ in
      LoopbackServer.Answer(body: #"{"data":[{"index":3,"embedding":[1,2]},{"index":0,"embedding":[3,4]}]}"#)
    } use: { embedder, _ in
      var got: [Int: Float] = [:]
      let error = analyzerError {
        try embedder.embed(texts) { for (row, text) in $0.enumerated() { got[text] = $1.row(row).first! } }
      }
      #expect(error?.message.contains("2 vectors for 5 texts") == true)
      #expect(abs(got[0]! - 0.6) < 1e-6 && abs(got[4]! - 1 / Float(5).squareRoot()) < 1e-6 && got.count == 2)
    }
  }

  @Test("Vectors of a wrong or changing length are an error")
  func wrongDimensions() throws {
    try serve { _, request in
      Self.vectors(for: request)
    } options: {
      $0.dimensions = 3
    } use: { embedder, server in
      let error = analyzerError { try embedder.embed(texts, threads: 1) }
      #expect(error?.message.contains("length 2, not 3") == true && Self.body(server.requests[0]).dimensions == 3)
    }
    try serve { number, request in
      number == 0 ? Self.vectors(for: request) : LoopbackServer.Answer(body: #"{"data":[{"index":0,"embedding":[1]}]}"#)
    } options: {
      $0.batch = 1
    } use: { embedder, _ in
      #expect(analyzerError { try embedder.embed(texts, threads: 1) }?.message.contains("length 1, not 2") == true)
    }
  }

  @Test(
    "An answer that is no list of vectors is an error",
    arguments: [
      "", "{}", "<html>", #"{"data":[]}"#, #"{"data":[{"index":0}]}"#, #"{"data":[{"index":9,"embedding":[1]}]}"#,
      #"{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}"#, #"{"data":[{"index":0,"embedding":[]}]}"#,
      #"{"data":[{"index":-1,"embedding":[1]}]}"#, #"{"data":[{"index":0,"embedding":[1e999]}]}"#,
    ])
  func nonsense(body: String) throws {
    try serve { _, _ in
      LoopbackServer.Answer(body: body)
    } use: { embedder, server in
      #expect(analyzerError { try embedder.embed(texts, threads: 1) }?.message.contains("answered with") == true)
      #expect(server.requests.count == 1)
    }
  }

  @Test("A redirection is not followed: the key is for one host")
  func redirection() throws {
    let other = try LoopbackServer { _, request in Self.vectors(for: request) }
    defer { other.stop() }
    let location = "Location: \(other.url)/embeddings"
    try serve { _, _ in
      LoopbackServer.Answer(status: 307, headers: [location])
    } use: { embedder, _ in
      #expect(analyzerError { try embedder.embed(texts, threads: 1) }?.message.contains("status 307") == true)
    }
    #expect(other.requests.isEmpty)
  }

  @Test("Options that cannot work are refused before anything is sent")
  func options() throws {
    for url in ["", "api.openai.com", "ftp://host/v1", "https://", "https://user:word@host/v1"] {
      let error = analyzerError { try EndpointEmbedder(EndpointOptions(url: url, model: "m"), environment: [:]) }
      #expect(error?.kind == .config && error?.message.contains("word@") != true, "\(url)")
    }
    var options = EndpointOptions(url: "https://api.example.com/v1/", model: "text-embedding-3-small")
    #expect(
      try EndpointEmbedder(options, environment: [:]).identity == "endpoint-text-embedding-3-small-api.example.com")
    options.keyVariable = "MISSING"
    #expect(analyzerError { try EndpointEmbedder(options, environment: [:]) }?.message.contains("MISSING") == true)
    let broken = analyzerError { try EndpointEmbedder(options, environment: ["MISSING": "sk-1\nX-Header: y"]) }
    #expect(broken?.kind == .config && broken?.message.contains("sk-1") == false)
    options.keyVariable = nil
    options.batch = 0
    #expect(analyzerError { try EndpointEmbedder(options, environment: [:]) }?.kind == .config)
  }
}
