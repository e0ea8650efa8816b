/// Requests that wait for each other: a batch opens with the first and leaves when its window is over or it is full.
package struct WindowBatches: Sendable, Equatable {
  /// In order of opening.
  package private(set) var sizes: [Int] = []
  /// Microseconds that all requests together waited.
  package private(set) var waited: Int128 = 0

  /// - Parameters:
  ///   - times: rising, UTC microseconds.
  ///   - window: microseconds.
  package init(_ times: [Int64], window: Int64, most: Int) {
    var first = 0
    while first < times.count {
      var end = first
      while end < times.count, end - first < most, times[end] < times[first] + window { end += 1 }
      let leaves = end - first == most ? times[end - 1] : times[first] + window
      for time in times[first..<end] { waited += Int128(leaves - time) }
      sizes.append(end - first)
      first = end
    }
  }

  package var requests: Int { sizes.reduce(0, +) }

  /// Share of the requests that leave in a batch of such a size.
  package func share(in range: ClosedRange<Int>) -> Double {
    Double(sizes.filter(range.contains).reduce(0, +)) / Double(max(1, requests))
  }

  /// Throughput by that of one request at a time.
  ///
  /// - Parameter curve: points of batch size and throughput, rising; straight lines between them, flat beyond the last.
  package func gain(_ curve: [[Double]]) -> Double {
    let time = sizes.reduce(0.0) { $0 + Double($1) / Self.throughput($1, curve) }
    return Double(requests) / Self.throughput(1, curve) / time
  }

  private static func throughput(_ size: Int, _ curve: [[Double]]) -> Double {
    let size = Double(size)
    guard let above = curve.firstIndex(where: { $0[0] >= size }) else { return curve[curve.count - 1][1] }
    if above == 0 { return curve[0][1] }
    let (a, b) = (curve[above - 1], curve[above])
    return a[1] + (b[1] - a[1]) * (size - a[0]) / (b[0] - a[0])
  }
}
