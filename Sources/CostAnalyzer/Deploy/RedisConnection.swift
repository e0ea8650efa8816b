import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A connection to a Redis server: commands in bulk, answers in the same order.
package final class RedisConnection {
  private let address: RedisAddress
  private let descriptor: Int32
  private var received: [UInt8] = []
  private var consumed = 0

  /// Connects, says who it is, and chooses the database.
  ///
  /// - Parameter timeout: seconds for each wait.
  package init(_ address: RedisAddress, timeout: Int = 10) throws(AnalyzerError) {
    self.address = address
    descriptor = try Self.open(address, timeout)
    if let password = address.password {
      try check(replies(to: [["AUTH"] + (address.user.map { [$0] } ?? []) + [password]]))
    }
    try check(replies(to: [["SELECT", String(address.database)]]))
  }

  deinit { close(descriptor) }

  private static func open(_ address: RedisAddress, _ timeout: Int) throws(AnalyzerError) -> Int32 {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    #if canImport(Glibc)
      hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
      let cloexec = Int32(SOCK_CLOEXEC.rawValue)
    #else
      hints.ai_socktype = SOCK_STREAM
      let cloexec: Int32 = 0
    #endif
    var found: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(address.host, String(address.port), &hints, &found)
    guard status == 0 else { throw failure(address, String(cString: gai_strerror(status))) }
    defer { freeaddrinfo(found) }
    var reason = "no address"
    var next = found
    while let candidate = next {
      let info = candidate.pointee
      next = info.ai_next
      let descriptor = socket(info.ai_family, info.ai_socktype | cloexec, info.ai_protocol)
      guard descriptor >= 0 else {
        reason = String(cString: strerror(errno))
        continue
      }
      var limit = timeval(tv_sec: timeout, tv_usec: 0)
      let size = socklen_t(MemoryLayout<timeval>.size)
      // On Linux the send timeout is that of connect, too.
      setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
      setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
      if connect(descriptor, info.ai_addr, info.ai_addrlen) == 0 { return descriptor }
      reason = errno == EINPROGRESS ? "no answer within \(timeout) s" : String(cString: strerror(errno))
      close(descriptor)
    }
    throw failure(address, reason)
  }

  private static func failure(_ address: RedisAddress, _ reason: String) -> AnalyzerError {
    AnalyzerError(.output, "cannot reach \(address): \(reason)", hint: "check --url, and that the server runs")
  }

  /// Sends commands without waiting in between; one reply for each.
  package func replies(to commands: [[String]]) throws(AnalyzerError) -> [RedisReply] {
    var bytes: [UInt8] = []
    for command in commands {
      bytes += Array("*\(command.count)\r\n".utf8)
      for part in command { bytes += Array("$\(part.utf8.count)\r\n".utf8) + Array(part.utf8) + [13, 10] }
    }
    try write(bytes)
    var replies: [RedisReply] = []
    while replies.count < commands.count { replies.append(try next()) }
    return replies
  }

  /// Throws the first refusal.
  private func check(_ replies: [RedisReply]) throws(AnalyzerError) {
    for case .failure(let text) in replies {
      throw AnalyzerError(
        .output, "\(address) refuses: \(text)", hint: "check user, password and database of --url")
    }
  }

  private func write(_ bytes: [UInt8]) throws(AnalyzerError) {
    #if canImport(Glibc)
      let flags = Int32(MSG_NOSIGNAL)
    #else
      let flags: Int32 = 0
    #endif
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, flags) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw Self.failure(address, Self.reason()) }
      sent += count
    }
  }

  private func next() throws(AnalyzerError) -> RedisReply {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      if let (reply, length) = try RedisReply.parse(received[consumed...]) {
        consumed += length
        if consumed > 1 << 20 || consumed == received.count {
          received.removeFirst(consumed)
          consumed = 0
        }
        return reply
      }
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw Self.failure(address, count == 0 ? "it closed the connection" : Self.reason()) }
      received += buffer[..<count]
    }
  }

  private static func reason() -> String {
    errno == EAGAIN ? "no answer in time" : String(cString: strerror(errno))
  }
}
