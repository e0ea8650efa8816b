import Synchronization

/// A counter that is made when it is first asked for. Most logs carry token counts, and then rank files are never read.
package final class LazyTokenCounter: Sendable {
  private let make: @Sendable () throws -> TokenCounter
  private let made = Mutex<Result<TokenCounter, any Error>?>(nil)

  package init(_ make: @escaping @Sendable () throws -> TokenCounter) { self.make = make }

  /// Estimates by script: no rank files.
  package static let estimates = LazyTokenCounter { try TokenCounter() }

  /// - Throws: what making it threw, every time.
  package func get() throws -> TokenCounter {
    try made.withLock { result in
      if result == nil { result = Result { try make() } }
      return try result!.get()
    }
  }

  /// Throws when somebody asked for the counter in vain.
  package func check() throws { _ = try made.withLock { try $0?.get() } }
}
