import Foundation
import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A tiny HTTP server on 127.0.0.1 that answers one request a connection, in the order they come.
final class LoopbackServer: Sendable {
  struct Request: Sendable {
    var head: String
    var body: Data
  }
  /// What to send, after how many seconds.
  struct Answer: Sendable {
    var status = 200
    var headers: [String] = []
    var body = ""
    var delay = 0.0
  }

  let port: UInt16
  private let listener: Int32
  private let seen = Mutex<[Request]>([])

  /// Requests so far.
  var requests: [Request] { seen.withLock { $0 } }
  var url: String { "http://127.0.0.1:\(port)/v1" }

  /// Serves at most 100 requests. `answer` gets the number of the request.
  init(_ answer: @escaping @Sendable (Int, Request) -> Answer) throws {
    #if canImport(Glibc)
      listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    #else
      listener = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let (descriptor, size) = (listener, length)
    let opened = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && listen(descriptor, 8) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    try #require(opened, "no loopback socket: \(String(cString: strerror(errno)))")
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [self] in
      for number in 0..<100 {
        let connection = accept(descriptor, nil, nil)
        if connection < 0 { break }
        if let request = Self.read(connection) {
          seen.withLock { $0.append(request) }
          let answer = answer(number, request)
          Thread.sleep(forTimeInterval: answer.delay)
          Self.write(answer, to: connection)
        }
        close(connection)
      }
      // Here and not in `stop`: this thread may be busy then, and would next accept from whoever got the number.
      close(descriptor)
    }
  }

  /// Refuses connections from now on, and ends the thread: its `accept` fails.
  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  private static func read(_ connection: Int32) -> Request? {
    var limit = timeval(tv_sec: 5, tv_usec: 0)
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      if let end = Data(bytes).range(of: Data("\r\n\r\n".utf8))?.upperBound {
        let head = String(decoding: bytes[..<end], as: UTF8.self)
        let length = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
          .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) }
        if bytes.count >= end + (length ?? 0) { return Request(head: head, body: Data(bytes[end...])) }
      }
      let count = recv(connection, &buffer, buffer.count, 0)
      if count <= 0 { return nil }
      bytes += buffer[..<count]
    }
  }

  private static func write(_ answer: Answer, to connection: Int32) {
    let lines =
      ["HTTP/1.1 \(answer.status) X", "Content-Type: application/json", "Content-Length: \(answer.body.utf8.count)"]
      + answer.headers + ["Connection: close", "", answer.body]
    let bytes = Array(lines.joined(separator: "\r\n").utf8)
    #if canImport(Glibc)
      // The client may have gone.
      let flags = Int32(MSG_NOSIGNAL)
    #else
      let flags: Int32 = 0
    #endif
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { send(connection, $0.baseAddress, $0.count, flags) }
      if count <= 0 { return }
      sent += count
    }
  }
}
