/// Records written to a Redis server and read back.
package struct RedisLoad: Sendable {
  package private(set) var written = 0
  /// Keys whose value was there afterwards, as written.
  package private(set) var confirmed = 0

  /// Answers of a pipeline stay in memory of the server until they are read.
  private static let batch = 256

  package init(_ records: [CacheRecord], to address: RedisAddress) throws(AnalyzerError) {
    let connection = try RedisConnection(address)
    for start in stride(from: 0, to: records.count, by: Self.batch) {
      let part = records[start..<min(records.count, start + Self.batch)]
      let sets = part.map { ["SET", $0.key, $0.value] + ($0.seconds.map { ["EX", String($0)] } ?? []) }
      for reply in try connection.replies(to: sets) {
        guard reply == .simple("OK") else { throw refusal(reply, address) }
        written += 1
      }
      for (record, reply) in zip(part, try connection.replies(to: part.map { ["GET", $0.key] }))
      where reply == .bulk(Array(record.value.utf8)) {
        confirmed += 1
      }
    }
  }

  private func refusal(_ reply: RedisReply, _ address: RedisAddress) -> AnalyzerError {
    let said = if case .failure(let text) = reply { text } else { "it does not say why" }
    return AnalyzerError(
      .output, "\(address) refuses a key after \(written) were written: \(said)",
      hint: "what is written expires by itself; run again when there is room")
  }
}
