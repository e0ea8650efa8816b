import Yams

/// Why a request is left out of every cache replay. Each rule is counted with its cost; the first that applies counts.
package enum CacheabilityRule: UInt8, CaseIterable, Sendable {
  case error, gatewayHit, noText, toolCalls, tooManyTurns, tooLong, tooHot, timeSensitive, personal

  package var name: String {
    switch self {
    case .error: "status is not ok"
    case .gatewayHit: "already served by the gateway's cache"
    case .noText: "no prompt text in the log"
    case .toolCalls: "tool calls in the answer"
    case .tooManyTurns: "more messages than cache.maxTurns"
    case .tooLong: "more prompt tokens than cache.maxPromptTokens"
    case .tooHot: "temperature above cache.maxTemperature"
    case .timeSensitive: "time-sensitive question"
    case .personal: "personal question"
    }
  }
}

/// Finds time-sensitive and personal questions by whole-word phrases and by e-mail addresses.
struct TextRules: Sendable {
  private var timeSensitive: PhraseSet
  private var personal: PhraseSet

  private struct File: Decodable {
    var timeSensitive: [String]
    var personal: [String]
  }

  init(extraTimeSensitive: [String] = [], extraPersonal: [String] = []) throws {
    let file = try YAMLDecoder().decode(
      File.self, from: String(decoding: PackageResources.uncacheable_yaml, as: UTF8.self))
    timeSensitive = PhraseSet(file.timeSensitive + extraTimeSensitive)
    personal = PhraseSet(file.personal + extraPersonal)
  }

  /// `text` is lower-cased and has single blanks.
  func rule(_ text: [UInt8]) -> CacheabilityRule? {
    if timeSensitive.occurs(in: text) { return .timeSensitive }
    if personal.occurs(in: text) || Self.hasEmail(text) { return .personal }
    return nil
  }

  private static func hasEmail(_ text: [UInt8]) -> Bool {
    guard let at = text.firstIndex(of: 64), at > 0, at + 3 < text.count else { return false }
    func isWord(_ byte: UInt8) -> Bool { (97...122).contains(byte) || (48...57).contains(byte) }
    guard isWord(text[at - 1]), isWord(text[at + 1]) else { return false }
    return text[(at + 1)...].prefix { $0 != 32 }.dropLast().contains(46)
  }
}

/// Counts or finds whole-word phrases in a lower-cased text with single blanks.
struct PhraseSet: Sendable {
  /// Phrases by their first word.
  private var byFirstWord: [ArraySlice<UInt8>: [[ArraySlice<UInt8>]]] = [:]

  init(_ phrases: [String]) {
    for phrase in phrases {
      let words = Self.words(Array(phrase.lowercased().utf8))
      if let first = words.first { byFirstWord[first, default: []].append(words) }
    }
  }

  func occurs(in text: [UInt8]) -> Bool { count(in: Self.words(text), stopAtFirst: true) > 0 }

  func count(in words: [ArraySlice<UInt8>], stopAtFirst: Bool = false) -> Int {
    var total = 0
    for index in words.indices {
      guard let candidates = byFirstWord[words[index]] else { continue }
      for phrase in candidates where index + phrase.count <= words.count {
        if phrase.indices.allSatisfy({ phrase[$0] == words[index + $0] }) {
          total += 1
          if stopAtFirst { return total }
          break
        }
      }
    }
    return total
  }

  /// Words without punctuation at their edges; `-` and `'` inside a word stay.
  static func words(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
    func isWord(_ byte: UInt8) -> Bool {
      (97...122).contains(byte) || (48...57).contains(byte) || byte >= 128 || (65...90).contains(byte)
    }
    return text.split(whereSeparator: { $0 == 32 || (9...13).contains($0) || $0 == 44 || $0 == 47 }).compactMap {
      word in
      var word = word
      while let last = word.last, !isWord(last) { word.removeLast() }
      while let first = word.first, !isWord(first) { word.removeFirst() }
      return word.isEmpty ? nil : word
    }
  }
}
