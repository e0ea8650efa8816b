import Dispatch
import Synchronization

/// Maps `0 ..< count` on at most `threads` threads and returns the results in index order.
///
/// Which thread runs which index is not fixed; the result is, because every index owns one slot. When bodies throw, the
/// error of the lowest failing index is rethrown.
package func parallelMap<Result: Sendable, Failure: Error>(
  _ count: Int, threads: Int, _ body: @Sendable (Int) throws(Failure) -> Result
) throws(Failure) -> [Result] {
  try parallelMapWithWorkers(count, threads: threads) { index, _ throws(Failure) in try body(index) }
}

/// As `parallelMap`, and tells each body its worker (`0 ..< min(threads, count)`): what belongs to one worker is used by
/// one thread at a time, and sees indices in rising order.
package func parallelMapWithWorkers<Result: Sendable, Failure: Error>(
  _ count: Int, threads: Int, _ body: @Sendable (_ index: Int, _ worker: Int) throws(Failure) -> Result
) throws(Failure) -> [Result] {
  if threads <= 1 || count <= 1 {
    var results: [Result] = []
    results.reserveCapacity(count)
    for index in 0..<count { results.append(try body(index, 0)) }
    return results
  }
  let slots = UnsafeMutableBufferPointer<Swift.Result<Result, Failure>?>.allocate(capacity: count)
  slots.initialize(repeating: nil)
  defer {
    slots.deinitialize()
    slots.deallocate()
  }
  // SAFETY: each index is claimed once from `next`, so no two threads touch one slot; concurrentPerform returns
  // after every body has, so the slots outlive all writes.
  nonisolated(unsafe) let writableSlots = slots
  let next = Atomic<Int>(0)
  DispatchQueue.concurrentPerform(iterations: min(threads, count)) { worker in
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      if index >= count { return }
      do throws(Failure) {
        writableSlots[index] = .success(try body(index, worker))
      } catch {
        writableSlots[index] = .failure(error)
      }
    }
  }
  var results: [Result] = []
  results.reserveCapacity(count)
  for slot in slots { results.append(try slot!.get()) }
  return results
}
