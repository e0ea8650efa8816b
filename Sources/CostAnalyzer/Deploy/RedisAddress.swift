import Foundation

/// Where a Redis server listens: `redis://[user[:password]@]host[:port][/database]`.
package struct RedisAddress: Sendable, Equatable, CustomStringConvertible {
  package var host: String
  package var port: UInt16
  package var user: String?
  package var password: String?
  package var database: Int

  package init(_ text: String) throws(AnalyzerError) {
    guard let parts = URLComponents(string: text), parts.scheme == "redis", let host = parts.host, !host.isEmpty,
      (1...65_535).contains(parts.port ?? 6379)
    else {
      let isTLS = text.hasPrefix("rediss:")
      throw AnalyzerError(
        .usage, isTLS ? "rediss:// (TLS) is not spoken" : "that is no address of a Redis server",
        hint: isTLS
          ? "put stunnel or a local proxy before the server"
          : "write redis://[user[:password]@]host[:port][/database]; the host is enough")
    }
    let path = parts.path.split(separator: "/")
    guard path.count <= 1, let database = Int(path.first ?? "0"), database >= 0 else {
      throw AnalyzerError(.usage, "the database of a Redis address is a number", hint: "for example redis://host/2")
    }
    self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    port = UInt16(parts.port ?? 6379)
    user = parts.user.flatMap { $0.isEmpty ? nil : $0 }
    password = parts.password
    self.database = database
  }

  /// Without the password.
  package var description: String { "redis://\(host):\(port)/\(database)" }
}
