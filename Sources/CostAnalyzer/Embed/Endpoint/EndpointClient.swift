import Dispatch
import Foundation
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Posts JSON to one address, with patience. Redirections are not followed: the key is for this address.
struct EndpointClient: Sendable {
  let url: String
  let key: String?
  let options: EndpointOptions
  /// Statuses that say it went well.
  var accepted = 200...200
  /// Seconds that a server may ask for before a further try.
  private static let longestWait = 120.0

  private struct Reply {
    /// HTTP status; 0 when there was no answer.
    var status = 0
    var retryAfter: Double?
    var body = Data()
    var problem = ""
  }

  /// The body of an answer with an accepted status. Throws when further tries are used up or would not help.
  func post(_ body: Data) throws(AnalyzerError) -> Data {
    var delay = options.firstDelay
    var tries = 1
    while true {
      let reply = try ask(body)
      if accepted.contains(reply.status) { return reply.body }
      let mayPass = reply.status == 0 || reply.status == 429 || reply.status >= 500
      let wait = reply.retryAfter ?? delay
      guard mayPass, tries <= options.retries, wait <= Self.longestWait else { throw failure(reply, tries: tries) }
      Thread.sleep(forTimeInterval: wait)
      tries += 1
      delay *= 2
    }
  }

  private func ask(_ body: Data) throws(AnalyzerError) -> Reply {
    guard let address = URL(string: url) else { throw AnalyzerError(.config, "'\(url)' is no address") }
    var request = URLRequest(url: address, timeoutInterval: options.timeout)
    request.httpMethod = "POST"
    request.httpBody = body
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    request.setValue("application/json", forHTTPHeaderField: "Accept")
    if let key { request.setValue("Bearer \(key)", forHTTPHeaderField: "Authorization") }
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = options.timeout
    // The first one starts again with every byte.
    configuration.timeoutIntervalForResource = options.timeout
    let session = URLSession(configuration: configuration, delegate: RedirectionRefusal(), delegateQueue: nil)
    defer { session.invalidateAndCancel() }
    let answer = Mutex(Reply())
    let isDone = DispatchSemaphore(value: 0)
    session.dataTask(with: request) { data, response, error in
      answer.withLock { reply in
        // An answer that breaks off has a status, too.
        if let error {
          reply.problem = error.localizedDescription
        } else if let response = response as? HTTPURLResponse {
          reply.status = response.statusCode
          reply.retryAfter = retryAfter(response.value(forHTTPHeaderField: "Retry-After"))
          reply.body = data ?? Data()
        }
      }
      isDone.signal()
    }.resume()
    isDone.wait()
    return answer.withLock { $0 }
  }

  /// Seconds or a date, as RFC 9110 allows.
  private func retryAfter(_ header: String?) -> Double? {
    guard let value = header?.trimmingCharacters(in: .whitespaces) else { return nil }
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

private final class RedirectionRefusal: NSObject, URLSessionTaskDelegate {
  func urlSession(
    _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
    newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
  ) {
    completionHandler(nil)
  }
}
