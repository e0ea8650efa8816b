/// The normaliser of Llama's tokenizer: puts text in front and replaces text, in the order of the file.
struct TextReplacements: Sendable {
  private enum Step: Sendable {
    case prepend([UInt8])
    case replace([UInt8], with: [UInt8])
  }
  private let steps: [Step]

  init(_ file: TokenizerFile) throws(AnalyzerError) { steps = try Self.steps(file.root["normalizer"], file) }

  private static func steps(_ normalizer: ExactJSON, _ file: TokenizerFile) throws(AnalyzerError) -> [Step] {
    if normalizer.isNull { return [] }
    switch normalizer["type"].string {
    case "Sequence":
      var steps: [Step] = []
      for part in normalizer["normalizers"].array ?? [] { steps += try Self.steps(part, file) }
      return steps
    case "Prepend":
      guard let text = normalizer["prepend"].bytes else { throw file.damaged("its Prepend normalizer has no text") }
      return [.prepend(text)]
    case "Replace":
      guard let pattern = normalizer["pattern"]["String"].bytes, !pattern.isEmpty,
        let content = normalizer["content"].bytes
      else { throw file.unsupported("a Replace normalizer with a regular expression") }
      return [.replace(pattern, with: content)]
    case let other: throw file.unsupported("normalizer \(other ?? "without a type") with BPE")
    }
  }

  func apply(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count + text.count / 2 + 8)
    result.append(contentsOf: text)
    for step in steps {
      switch step {
      case .prepend(let prefix): if !result.isEmpty { result.insert(contentsOf: prefix, at: 0) }
      case .replace(let pattern, let content): result = Self.replace(pattern, with: content, in: result)
      }
    }
    return result
  }

  private static func replace(_ pattern: [UInt8], with content: [UInt8], in text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count + text.count / 2 + 8)
    var index = 0
    while index < text.count {
      if text[index] == pattern[0] && text[index...].starts(with: pattern) {
        result += content
        index += pattern.count
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return result
  }
}
