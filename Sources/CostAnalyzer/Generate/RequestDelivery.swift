/// How a request ends up in the log: answered at once, after a retry, in stream fragments, or not at all.
struct RequestDelivery: Sendable {
  enum Outcome: Sendable { case answered, retried, fragmented, failed }

  let options: GeneratorOptions

  func outcome(_ random: inout SeededRandom) -> Outcome {
    let point = random.unit()
    if point < options.duplicatesShare { return .retried }
    if point < options.duplicatesShare + options.fragmentShare { return .fragmented }
    if point < options.duplicatesShare + options.fragmentShare + options.errorShare { return .failed }
    return .answered
  }

  func lines(
    _ outcome: Outcome, time: Int64, answer: String, usage: GeneratedUsage, _ random: inout SeededRandom
  ) -> [GeneratedLine] {
    let latency = latency(output: usage.output, &random)
    switch outcome {
    case .answered:
      let known = !random.chance(options.missingUsageShare)
      return [
        GeneratedLine(
          timeMilliseconds: time, status: "ok", latencyMilliseconds: latency, answer: answer,
          usage: known ? usage : nil)
      ]
    case .retried:
      let first = random.within(40...900)
      let again = time + Int64(first) + Int64(random.within(800...7000))
      return [
        GeneratedLine(
          timeMilliseconds: time, status: random.chance(0.6) ? "429" : "500", latencyMilliseconds: first, answer: "",
          usage: nil),
        GeneratedLine(
          timeMilliseconds: again, status: "ok", latencyMilliseconds: latency, answer: answer, usage: usage),
      ]
    case .fragmented: return fragments(time: time, answer: answer, usage: usage, latency: latency, &random)
    case .failed: return [failure(time: time, usage: usage, &random)]
    }
  }

  private func failure(time: Int64, usage: GeneratedUsage, _ random: inout SeededRandom) -> GeneratedLine {
    let status = random.pick(["429", "429", "500", "500", "timeout"])
    var partial: GeneratedUsage?
    // A call cut off by a timeout was read by the model, and may be billed for that.
    if status == "timeout", random.chance(0.5) {
      partial = usage
      partial?.output = 0
      partial?.reasoning = 0
    }
    return GeneratedLine(
      timeMilliseconds: time, status: status,
      latencyMilliseconds: status == "timeout" ? 60_000 : random.within(35...1400), answer: "", usage: partial)
  }

  /// Two or three lines of one stream: counts and text grow, the last line is complete.
  private func fragments(
    time: Int64, answer: String, usage: GeneratedUsage, latency: Int, _ random: inout SeededRandom
  ) -> [GeneratedLine] {
    let parts = random.within(2...3)
    return (1...parts).map { part in
      var seen = usage
      if part < parts {
        seen.output = max(1, usage.output * part / parts)
        seen.reasoning = min(usage.reasoning, seen.output)
      }
      return GeneratedLine(
        timeMilliseconds: time + Int64(min(latency, 9000) * (part - 1) / parts), status: "ok",
        latencyMilliseconds: latency * part / parts, answer: part == parts ? answer : prefix(answer, part, parts),
        usage: seen)
    }
  }

  /// The first part of a text, cut between characters of UTF-8.
  private func prefix(_ text: String, _ part: Int, _ parts: Int) -> String {
    var bytes = Array(text.utf8.prefix(text.utf8.count * part / parts))
    while let last = bytes.last, last & 0xc0 == 0x80 { bytes.removeLast() }
    if let last = bytes.last, last >= 0xc0 { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func latency(output: Int, _ random: inout SeededRandom) -> Int {
    let pace = 6 + random.below(14)
    let slow = random.chance(0.02) ? 4 : 1
    return (250 + random.below(500) + output * pace) * slow
  }
}
