import Foundation

/// Posts JSON to one address, with patience.
///
/// Speaks through the program `curl`: linking its library, as Foundation's URLSession does on Linux, would make every
/// installed copy of this program need it. The key goes to curl through a pipe and is on no command line and in no file.
struct EndpointClient: Sendable {
  let url: String
  let key: String?
  let options: EndpointOptions
  /// Seconds that a server may ask for before a further try.
  private static let longestWait = 120.0

  private struct Reply {
    /// HTTP status; 0 when there was no answer.
    var status = 0
    var retryAfter: Double?
    var body = Data()
    var problem = ""
  }

  /// The body of a 200 answer. Throws when further tries are used up or would not help.
  func post(_ body: Data) throws(AnalyzerError) -> Data {
    var delay = options.firstDelay
    var tries = 1
    while true {
      let reply = try ask(body)
      if reply.status == 200 { return reply.body }
      let mayPass = reply.status == 0 || reply.status == 429 || reply.status >= 500
      let wait = reply.retryAfter ?? delay
      guard mayPass, tries <= options.retries, wait <= Self.longestWait else { throw failure(reply, tries: tries) }
      Thread.sleep(forTimeInterval: wait)
      tries += 1
      delay *= 2
    }
  }

  private func ask(_ body: Data) throws(AnalyzerError) -> Reply {
    let folder = try TemporaryFolder()
    do {
      try body.write(to: URL(fileURLWithPath: folder.file("body")))
    } catch {
      throw AnalyzerError(.output, "cannot write to \(folder.path): \(error.localizedDescription)")
    }
    var config = [
      "url = \(quoted(url))", "header = \"Content-Type: application/json\"", "header = \"Accept: application/json\"",
      // curl would ask for leave before long bodies and wait a second for an answer that few servers give.
      "header = \"Expect:\"",
    ]
    if let key { config.append("header = \(quoted("Authorization: Bearer \(key)"))") }
    let outcome = try ChildProcess.run(
      "curl",
      [
        "-q", "-sS", "--proto", "=http,https", "--max-time", String(options.timeout), "--data-binary",
        "@" + folder.file("body"), "-o", folder.file("answer"), "-D", folder.file("headers"), "-w", "%{http_code}",
        "-K", "-",
      ], input: config.joined(separator: "\n") + "\n")
    if outcome.status == 127 {
      throw AnalyzerError(.input, "the program curl is missing", hint: "install curl, and run again")
    }
    var reply = Reply()
    // An answer that breaks off has a status, too.
    if outcome.status == 0 { reply.status = Int(outcome.output) ?? 0 }
    reply.problem = outcome.errors.trimmingCharacters(in: .whitespacesAndNewlines)
    reply.body = FileManager.default.contents(atPath: folder.file("answer")) ?? Data()
    reply.retryAfter = retryAfter(FileManager.default.contents(atPath: folder.file("headers")) ?? Data())
    return reply
  }

  /// A string of curl's configuration language.
  private func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }

  /// Seconds or a date, as RFC 9110 allows.
  private func retryAfter(_ headers: Data) -> Double? {
    let name = "retry-after:"
    let lines = String(decoding: headers, as: UTF8.self).split(whereSeparator: \.isNewline)
    guard let line = lines.last(where: { $0.lowercased().hasPrefix(name) }) else { return nil }
    let value = line.dropFirst(name.count).trimmingCharacters(in: .whitespaces)
    if let seconds = Double(value) { return seconds.isFinite ? max(0, seconds) : nil }
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
    return format.date(from: value).map { max(0, $0.timeIntervalSinceNow) }
  }

  private func failure(_ reply: Reply, tries: Int) -> AnalyzerError {
    let attempts = tries == 1 ? "" : " after \(tries) tries"
    if reply.status == 0 {
      return AnalyzerError(
        .input, "no answer from \(url)\(attempts): \(reply.problem)",
        hint: "check the address and the network, and run again")
    }
    // Some services quote the key they refuse.
    var said = String(decoding: reply.body.prefix(300), as: UTF8.self)
    if let key { said = said.replacing(key, with: "…") }
    let hint =
      switch reply.status {
      case 401, 403: "check the key in \(options.keyVariable ?? "the variable that the options name")"
      case 404: "check the address and the model '\(options.model)'"
      case 429: "run again later, or ask the provider for a higher limit"
      case 500...: "run again later"
      default: "check the model '\(options.model)' and the length of the texts"
      }
    return AnalyzerError(.input, "\(url) answered with status \(reply.status)\(attempts): \(said)", hint: hint)
  }
}
