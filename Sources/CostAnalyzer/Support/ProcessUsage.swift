#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Wall clock, CPU time and peak memory of this process, for `--timings`. Never part of a report.
package struct ProcessUsage: Sendable {
  package var wall: Double
  package var cpu: Double
  /// Bytes.
  package var peakRSS: Int

  package static func now() -> ProcessUsage {
    var usage = rusage()
    #if canImport(Glibc)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    #else
      getrusage(RUSAGE_SELF, &usage)
    #endif
    var clock = timespec()
    clock_gettime(CLOCK_MONOTONIC, &clock)
    func seconds(_ t: timeval) -> Double { Double(t.tv_sec) + Double(t.tv_usec) / 1e6 }
    #if canImport(Darwin)
      let unit = 1
    #else
      let unit = 1024
    #endif
    return ProcessUsage(
      wall: Double(clock.tv_sec) + Double(clock.tv_nsec) / 1e9,
      cpu: seconds(usage.ru_utime) + seconds(usage.ru_stime), peakRSS: Int(usage.ru_maxrss) * unit)
  }
}

/// Wall and CPU seconds and rows of one stage of a run.
package struct StageTiming: Sendable {
  package var stage: String
  package var wall: Double
  package var cpu: Double
  package var rows: Int
}

/// Collects the timings of the stages of one run.
package struct StageClock {
  package private(set) var timings: [StageTiming] = []

  package init() {}

  package mutating func measure<T>(_ stage: String, rows: (T) -> Int = { _ in 0 }, _ body: () throws -> T) rethrows -> T
  {
    let before = ProcessUsage.now()
    let result = try body()
    let after = ProcessUsage.now()
    timings.append(
      StageTiming(stage: stage, wall: after.wall - before.wall, cpu: after.cpu - before.cpu, rows: rows(result)))
    return result
  }
}
