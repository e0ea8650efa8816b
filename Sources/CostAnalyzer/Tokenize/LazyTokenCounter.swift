import Foundation

/// A counter that is made when it is first asked for. Most logs carry token counts, and then rank files are never read.
package final class LazyTokenCounter: @unchecked Sendable {
  // SAFETY: `made` is read and written under `lock` alone. `Mutex` waits inside a library that the thread sanitizer cannot see.
  private let lock = NSLock()
  private var made: Result<TokenCounter, any Error>?
  private let make: @Sendable () throws -> TokenCounter

  package init(_ make: @escaping @Sendable () throws -> TokenCounter) { self.make = make }

  /// Estimates by script: no rank files.
  package static let estimates = LazyTokenCounter { try TokenCounter() }

  /// - Throws: what making it threw, every time.
  package func get() throws -> TokenCounter {
    try lock.withLock {
      let result = made ?? Result { try make() }
      made = result
      return try result.get()
    }
  }

  /// Throws when somebody asked for the counter in vain.
  package func check() throws { _ = try lock.withLock { try made?.get() } }
}
