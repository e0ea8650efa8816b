import CostAnalyzer
import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Real servers and packages for the tests of loaded caches: `scripts/integrations.sh` installs them.
enum CacheServers {
  static let hasRedis: Bool = {
    let isThere = which("redis-server") != nil
    if !isThere {
      print("SKIPPED: tests with a real Redis, there is no redis-server; scripts/integrations.sh installs it")
    }
    return isThere
  }()

  /// Python with GPTCache; nil where it is not installed.
  static let gptcachePython = python("gptcache")
  /// Python with LiteLLM's proxy.
  static let litellmPython = python("litellm")

  private static func python(_ name: String) -> String? {
    let variable = "ANALYZE_\(name.uppercased())_PYTHON"
    let path =
      ProcessInfo.processInfo.environment[variable]
      ?? checkoutRoot.appendingPathComponent(".build/integrations/\(name)/bin/python").path
    if FileManager.default.isExecutableFile(atPath: path) { return path }
    print("SKIPPED: tests with a real \(name), \(path) is not there; scripts/integrations.sh installs it")
    return nil
  }

  static func which(_ name: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":").map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// A port that nobody had a moment ago.
  static func freePort() -> UInt16 {
    #if canImport(Glibc)
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      let descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(descriptor, $0, length)
        _ = getsockname(descriptor, $0, &length)
      }
    }
    return UInt16(bigEndian: address.sin_port)
  }
}

/// A Redis server of the test's own, gone with it.
final class RedisServer {
  let port: UInt16
  private let process: pid_t
  var url: String { "redis://127.0.0.1:\(port)" }

  init(_ scratch: Scratch, password: String? = nil, _ options: String...) throws {
    port = CacheServers.freePort()
    var arguments = ["--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--dir", scratch.path] + options
    if let password { arguments += ["--requirepass", password] }
    process = try Program(scratch: scratch).start(
      CacheServers.which("redis-server")!, arguments, name: "redis-\(port)")
    var address = try RedisAddress(url)
    address.password = password
    for _ in 0..<100 {
      if (try? RedisConnection(address)) != nil { return }
      usleep(50_000)
    }
    throw AnalyzerError(.input, "redis-server does not answer on port \(port)")
  }

  deinit {
    kill(process, SIGKILL)
    _ = Program.wait(process)
  }
}
