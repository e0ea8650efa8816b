import CTextScan

/// How a prompt begins, for caches that know prompts by their beginnings: hashes of its blocks, each over all before it.
struct PromptPrefix: Sendable, Equatable {
  /// A block is about as long as the steps of providers (128 tokens).
  static let blockBytes = 512
  /// Of longer prompts only the beginning is looked at: 2 MiB.
  static let mostBlocks = 4096

  /// Of every whole block; the tail behind the last one is not compared.
  var blocks: [UInt64] = []
  /// Of the whole prompt: tools, then messages with their roles, in order.
  var bytes = 0
  var volatile: VolatileToken?

  /// - Parameter seed: beginnings are shared among prompts of one seed.
  init(_ prompt: Prompt, tools: ca_slice, seed: UInt64) {
    var text: [UInt8] = []
    func append(_ part: UnsafeRawBufferPointer) {
      bytes += part.count
      text.append(contentsOf: part.prefix(max(0, Self.blockBytes * Self.mostBlocks - text.count)))
    }
    if tools.isPresent { append(tools.bytes) }
    for message in prompt.messages {
      // A line for each role, as chat templates have it; what is no text stands for itself by its hash.
      let head = Array("\n<\(message.role.rawValue) \(String(message.foreign, radix: 16))>\n".utf8)
      head.withUnsafeBytes { append($0) }
      append(message.text)
    }
    var hash = seed
    text.withUnsafeBytes { text in
      for block in 0..<text.count / Self.blockBytes {
        hash = ca_hash64(text.baseAddress! + block * Self.blockBytes, Self.blockBytes, hash)
        blocks.append(hash)
      }
    }
    volatile = VolatileToken.first(in: text)
  }
}

/// Something near the beginning of a prompt that is likely to be another one next time.
package struct VolatileToken: Sendable, Equatable {
  package enum Kind: UInt8, Sendable, CaseIterable {
    case date, time, identifier, number

    package var name: String {
      switch self {
      case .date: "a date"
      case .time: "a time of day"
      case .identifier: "an id (UUID or long hexadecimal)"
      case .number: "a number of ten digits or more (epoch time, id)"
      }
    }
  }

  package var kind: Kind
  /// Bytes before it.
  package var offset: Int

  package init(kind: Kind, offset: Int) {
    self.kind = kind
    self.offset = offset
  }

  private static let searched = 16 << 10

  /// The first one, by its form: 2026-01-31, 10:30, a UUID, 16 or more hexadecimal digits, 10 or more digits.
  package static func first(in text: [UInt8]) -> VolatileToken? {
    let text = text.prefix(searched)
    var index = 0
    while index < text.count {
      guard isHex(text[index]) else {
        index += 1
        continue
      }
      var end = index
      while end < text.count && (isHex(text[end]) || text[end] == 45 || text[end] == 58) { end += 1 }
      let isWord = index == 0 || !isLetter(text[index - 1])
      if isWord, end == text.count || !isLetter(text[end]), let kind = kind(text[index..<end]) {
        return VolatileToken(kind: kind, offset: index)
      }
      index = end
    }
    return nil
  }

  /// Of a run of hexadecimal digits, `-` and `:`.
  private static func kind(_ run: ArraySlice<UInt8>) -> Kind? {
    let shape = run.split(omittingEmptySubsequences: false) { $0 == 45 || $0 == 58 }
    let lengths = shape.map(\.count)
    let isDecimal = run.allSatisfy { (48...57).contains($0) || $0 == 45 || $0 == 58 }
    if lengths == [8, 4, 4, 4, 12] { return .identifier }
    if isDecimal && lengths.count >= 3 && lengths.prefix(3) == [4, 2, 2] && run[run.startIndex + 4] == 45 {
      return .date
    }
    if isDecimal && lengths.count >= 2 && lengths[0] <= 2 && lengths[1] == 2 && run[run.startIndex + lengths[0]] == 58 {
      return .time
    }
    if lengths.count > 1 { return nil }
    if isDecimal { return run.count >= 10 ? .number : nil }
    return run.count >= 16 && run.contains { (48...57).contains($0) } ? .identifier : nil
  }

  private static func isHex(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...102).contains(byte | 32) }
  private static func isLetter(_ byte: UInt8) -> Bool {
    (97...122).contains(byte | 32) || (48...57).contains(byte) || byte >= 0x80
  }
}

/// All beginnings of a run's prompts, block by block: a prompt is the node of its last whole block. Some 30 bytes for every
/// 512 bytes of text that no earlier prompt began with.
package struct PrefixTree: Sendable {
  package static let root = UInt32.max
  private var nodeOf: [UInt64: UInt32] = [:]
  /// The block before; `root` for a first one.
  package private(set) var parents: [UInt32] = []

  package init() {}

  /// - Parameter blocks: hashes, each over all before it.
  package mutating func add(_ blocks: [UInt64]) -> UInt32 {
    var node = Self.root
    for block in blocks {
      if let known = nodeOf[block] {
        node = known
      } else {
        nodeOf[block] = UInt32(parents.count)
        parents.append(node)
        node = UInt32(parents.count - 1)
      }
    }
    return node
  }

  /// Nodes from the last block of a prompt to its first.
  package func path(from node: UInt32) -> [UInt32] {
    var path: [UInt32] = []
    var node = node
    while node != Self.root {
      path.append(node)
      node = parents[Int(node)]
    }
    return path
  }
}
