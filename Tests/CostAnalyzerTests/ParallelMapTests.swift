import CostAnalyzer
import Testing

@Suite struct ParallelMapTests {
  private struct Failed: Error, Equatable { var index: Int }

  @Test("results stand in index order for any thread count", arguments: [0, 1, 2, 3, 8])
  func order(_ threads: Int) {
    for count in [0, 1, 2, 7, 500] {
      #expect(parallelMap(count, threads: threads) { $0 * $0 } == (0..<count).map { $0 * $0 })
    }
  }

  @Test("the error of the lowest failing index is thrown")
  func lowestError() {
    for _ in 0..<50 {
      let error = #expect(throws: Failed.self) {
        _ = try parallelMap(200, threads: 4) { index throws(Failed) -> Int in
          if index % 60 == 59 { throw Failed(index: index) }
          return index
        }
      }
      #expect(error == Failed(index: 59))
    }
  }
}
