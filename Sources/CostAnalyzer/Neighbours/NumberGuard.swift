import Yams

/// Refuses a pair whose quantities differ: numbers in digits or words, ordinals, dates, clock times, versions, order
/// numbers, each with its unit ("5%" is not "5", "5 kg" is not "5 lb", "14 days" is "two weeks"), in any order; and a pair
/// that names different periods (today / tomorrow, monthly / yearly). Word lists: `Data/numbers.yaml`.
///
/// "One" is as often a pronoun as a number: it may be missing on the other side, but the digit 1 may not.
package struct NumberGuard: PairGuard {
  package let name = "numbers"
  private let reader: QuantityReader
  private var periods = ExclusiveClasses()

  package struct Signature: Sendable, Equatable {
    /// Order-free hash of all quantities but 1.
    var quantities: UInt64 = 0
    /// How often the bare number 1 occurs in digits, and how often in words ("one", "single").
    var ones = 0
    var softOnes = 0
    var periods: ExclusiveClasses.Members = []
  }

  private struct File: Decodable { var periods: [[String]] }

  package init() throws {
    reader = try QuantityReader()
    let yaml = String(decoding: PackageResources.numbers_yaml, as: UTF8.self)
    for period in try YAMLDecoder().decode(File.self, from: yaml).periods { periods.add(period) }
  }

  package func signature(of text: GuardText) -> Signature {
    var signature = Signature()
    for quantity in reader.quantities(in: text.words) {
      switch quantity {
      case .softOne: signature.softOnes += 1
      case .one: signature.ones += 1
      case .other(let hash): signature.quantities &+= hash | 1
      }
    }
    signature.periods = periods.members(in: text.words)
    return signature
  }

  package func refuses(_ a: Signature, _ b: Signature) -> Bool {
    a.quantities != b.quantities || a.ones > b.ones + b.softOnes || b.ones > a.ones + a.softOnes
      || periods.differ(a.periods, b.periods)
  }
}
