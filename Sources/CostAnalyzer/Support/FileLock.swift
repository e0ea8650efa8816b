import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A lock file that says who holds it. The kernel drops the lock when its holder dies, however it dies: no stale locks to
/// clean up.
package final class FileLock: Sendable {
  package enum Failure: Error, Equatable {
    /// Who has it, since when; empty when unknown.
    case held(by: String)
    /// errno's text.
    case cannotOpen(String)
  }

  private let descriptor: Int32

  package init(path: String) throws(Failure) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .cannotOpen(String(cString: strerror(errno))) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let holder = Self.readAll(descriptor)
      close(descriptor)
      throw .held(by: holder.isEmpty ? "holder unknown" : holder)
    }
    ftruncate(descriptor, 0)
    let owner = "process \(getpid()) on \(Self.hostName), since \(Timestamp.text(Int64(time(nil)) * Timestamp.second))"
    _ = owner.withCString { pwrite(descriptor, $0, strlen($0), 0) }
  }

  deinit {
    ftruncate(descriptor, 0)
    // Closing is not enough while a child that was just forked still holds the descriptor.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  /// From the kernel: Foundation's host name asks the name servers, which can take seconds.
  private static var hostName: String {
    var buffer = [UInt8](repeating: 0, count: 256)
    let failed = buffer.withUnsafeMutableBytes {
      gethostname($0.baseAddress!.assumingMemoryBound(to: CChar.self), 255) != 0
    }
    return failed ? "an unnamed host" : String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
  }

  private static func readAll(_ descriptor: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 512)
    let count = pread(descriptor, &buffer, buffer.count, 0)
    return count > 0 ? HostileText.visible(String(decoding: buffer[..<count], as: UTF8.self)) : ""
  }
}
