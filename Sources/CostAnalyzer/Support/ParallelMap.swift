import Dispatch
import Synchronization

/// Maps `0 ..< count` on at most `threads` threads and returns the results in index order.
///
/// Which thread runs which index is not fixed; the result is, because every index owns one slot. When bodies throw, the
/// error of the lowest failing index is rethrown.
package func parallelMap<Result: Sendable, Failure: Error>(
  _ count: Int, threads: Int, _ body: @Sendable (Int) throws(Failure) -> Result
) throws(Failure) -> [Result] {
  if threads <= 1 || count <= 1 {
    var results: [Result] = []
    results.reserveCapacity(count)
    for index in 0..<count { results.append(try body(index)) }
    return results
  }
  let slots = UnsafeMutableBufferPointer<Result?>.allocate(capacity: count)
  slots.initialize(repeating: nil)
  defer {
    slots.deinitialize()
    slots.deallocate()
  }
  // SAFETY: each index is claimed once from `next`, so no two threads touch one slot; concurrentPerform returns
  // after every body has, so the slots outlive all writes.
  nonisolated(unsafe) let writableSlots = slots
  let next = Atomic<Int>(0)
  let failure = Mutex<(index: Int, error: Failure)?>(nil)
  DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      if index >= count { return }
      do throws(Failure) {
        writableSlots[index] = try body(index)
      } catch {
        failure.withLock { first in
          if first == nil || index < first!.index { first = (index, error) }
        }
      }
    }
  }
  if let first = failure.withLock({ $0 }) { throw first.error }
  return slots.map { $0! }
}
