import Foundation

/// How alike logged answers are: what two sets of them share of their numbers, names and other words, in nats of surprise
/// (inverse document frequency over questions). What either question contains is no evidence.
package struct AnswerComparison: Sendable {
  /// For each kind of `AnswerDigest`: shared nats (at most `maximumShared`), their part of what the side with less says,
  /// and 1 where both say anything. Then, likewise for each kind, the part that answers to rival questions share.
  package typealias Features = SIMD16<Double>
  package static let features = 12
  private static let maximumShared = 15.0

  private let log: RequestLog
  /// By index of `PromptTable.texts`: the words of the question.
  private let questions: [[UInt16]]
  /// By dense key, the index of its text.
  private let texts: [UInt32]
  /// The answered requests of dense key k in replay order: `answered[offsets[k] ..< offsets[k + 1]]`.
  private let offsets: [Int]
  private let answered: [UInt32]
  /// By kind and mark.
  private let surprise: [Float]

  package init(_ log: RequestLog, _ cache: CacheTrace, threads: Int) {
    self.log = log
    let table = log.prompts.texts
    questions = parallelMap(table.count, threads: threads) { AnswerWords.marks(table[$0]) }
    texts = cache.keys.map { log.prompts.keys[Int($0)].text }
    func isAnswered(_ request: UInt32) -> Bool { Self.hasAnswer(Int(request), log) }
    var starts = [Int](repeating: 0, count: cache.keys.count + 1)
    for (position, key) in cache.trace.keys.enumerated() where isAnswered(cache.requests[position]) {
      starts[Int(key) + 1] += 1
    }
    for key in cache.keys.indices { starts[key + 1] += starts[key] }
    var next = starts
    var answered = [UInt32](repeating: 0, count: starts[cache.keys.count])
    for (position, key) in cache.trace.keys.enumerated() where isAnswered(cache.requests[position]) {
      answered[next[Int(key)]] = cache.requests[position]
      next[Int(key)] += 1
    }
    (offsets, self.answered) = (starts, answered)
    surprise = Self.surprise(log, starts, answered)
  }

  private static func surprise(_ log: RequestLog, _ offsets: [Int], _ answered: [UInt32]) -> [Float] {
    let kinds = AnswerDigest.Kind.allCases
    var counts = [UInt32](repeating: 0, count: kinds.count << 16)
    var keys = 0
    for key in 0..<offsets.count - 1 where offsets[key] < offsets[key + 1] {
      keys += 1
      let requests = spread(answered[offsets[key]..<offsets[key + 1]], SizeClass.maximumAnswers)
      for kind in kinds {
        for mark in Set(requests.flatMap { log.answerDigests[Int($0)].list(kind) }) {
          counts[kind.rawValue << 16 | Int(mark)] += 1
        }
      }
    }
    return counts.map { Float(Foundation.log(Double(max(1, keys)) / Double(max(1, $0)))) }
  }

  package func hasAnswer(_ request: Int) -> Bool { Self.hasAnswer(request, log) }

  private static func hasAnswer(_ request: Int, _ log: RequestLog) -> Bool {
    log.answerDigests.count > 0 && !log.requests[request].isError && !log.answerDigests[request].isEmpty
  }

  package func answers(of key: Int) -> ArraySlice<UInt32> { answered[offsets[key]..<offsets[key + 1]] }

  package func answerCount(_ key: Int) -> Int { offsets[key + 1] - offsets[key] }

  /// Up to `count` answers of a key, evenly spread over its time.
  package func answers(of key: Int, _ count: Int) -> [UInt32] { Self.spread(answers(of: key), count) }

  private static func spread(_ requests: ArraySlice<UInt32>, _ count: Int) -> [UInt32] {
    let taken = min(count, requests.count)
    return (0..<taken).map { requests[requests.startIndex + requests.count * $0 / taken] }
  }

  /// Features of the answers to two questions (dense keys), without those of rivals.
  package func features(_ a: [UInt32], _ b: [UInt32], questions x: Int, _ y: Int) -> Features {
    let (p, q) = (questions[Int(texts[x])], questions[Int(texts[y])])
    var features = Features()
    withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 256) { space in
      for kind in AnswerDigest.Kind.allCases {
        let left = UnsafeMutableBufferPointer(rebasing: space[..<128])
        let right = UnsafeMutableBufferPointer(rebasing: space[128...])
        let (count, other) = (gather(a, kind, into: left), gather(b, kind, into: right))
        var (i, j) = (0, 0)
        var (shared, mine, yours) = (0.0, 0.0, 0.0)
        while i < count || j < other {
          let takesLeft = i < count && (j == other || left[i] <= right[j])
          let takesRight = j < other && (i == count || right[j] <= left[i])
          let mark = takesLeft ? left[i] : right[j]
          if !Self.contains(p, mark) && !Self.contains(q, mark) {
            let nats = Double(surprise[kind.rawValue << 16 | Int(mark)])
            if takesLeft { mine += nats }
            if takesRight { yours += nats }
            if takesLeft && takesRight { shared += nats }
          }
          if takesLeft { i += 1 }
          if takesRight { j += 1 }
        }
        let less = min(mine, yours)
        features[3 * kind.rawValue] = min(shared, Self.maximumShared)
        features[3 * kind.rawValue + 1] = less > 0 ? shared / less : 0
        features[3 * kind.rawValue + 2] = less > 0 ? 1 : 0
      }
    }
    return features
  }

  /// The same with what the answers to the first question share with `size` answers to each of its rivals.
  package func features(
    _ a: [UInt32], _ b: [UInt32], questions x: Int, _ y: Int, rivals: [UInt32], size: Int
  ) -> Features {
    var features = features(a, b, questions: x, y)
    for rival in rivals {
      let other = self.features(a, answers(of: Int(rival), size), questions: x, Int(rival))
      for kind in 0..<3 { features[9 + kind] += other[3 * kind + 1] / Double(rivals.count) }
    }
    return features
  }

  /// The distinct marks of some answers, rising.
  private func gather(
    _ requests: [UInt32], _ kind: AnswerDigest.Kind, into space: UnsafeMutableBufferPointer<UInt16>
  ) -> Int {
    var count = 0
    for (index, request) in requests.prefix(8).enumerated() {
      let digest = log.answerDigests[Int(request)]
      for place in kind.places {
        let mark = digest.marks[place]
        if mark == 0 { break }
        var hole = count
        if index > 0 {
          while hole > 0 && space[hole - 1] > mark { hole -= 1 }
          if hole > 0 && space[hole - 1] == mark { continue }
          var move = count
          while move > hole {
            space[move] = space[move - 1]
            move -= 1
          }
        }
        space[hole] = mark
        count += 1
      }
    }
    return count
  }

  private static func contains(_ sorted: [UInt16], _ mark: UInt16) -> Bool {
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < mark { low = middle + 1 } else { high = middle }
    }
    return low < sorted.count && sorted[low] == mark
  }
}

/// How many answers stand on each side of a comparison: sharing nothing of one says less than sharing nothing of four.
package struct SizeClass: Sendable, Hashable {
  package static let maximumAnswers = 4
  package var fewer: Int
  package var more: Int

  package init(_ a: Int, _ b: Int) { (fewer, more) = (min(a, b), max(a, b)) }

  package static let one = SizeClass(1, 1)
}
