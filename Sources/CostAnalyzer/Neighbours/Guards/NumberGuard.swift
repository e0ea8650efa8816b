import Yams

/// Refuses a pair whose quantities differ: numbers in digits or words, ordinals, dates, clock times, versions, order
/// numbers, each with its unit ("5%" is not "5", "5 kg" is not "5 lb", "14 days" is "two weeks"), in any order; and a pair
/// that names different periods or units without a number (today / tomorrow, kg / lb). Word lists: `Data/numbers.yaml`.
///
/// "One" is as often a pronoun as a number: it may be missing on the other side, but the digit 1 may not.
package struct NumberGuard: PairGuard {
  package let name = "numbers"
  private let reader: QuantityReader
  private var classes = ExclusiveClasses()

  package struct Signature: Sendable, Equatable {
    /// Order-free hash of all quantities but 1.
    var quantities: UInt64 = 0
    /// How often the bare number 1 occurs in digits, and how often in words ("one", "single").
    var ones = 0
    var softOnes = 0
    /// Periods and bare units.
    var members: ExclusiveClasses.Members = []
  }

  private struct File: Decodable { var exclusive: [[String]] }

  package init() throws {
    reader = try QuantityReader()
    let yaml = String(decoding: PackageResources.numbers_yaml, as: UTF8.self)
    for terms in try YAMLDecoder().decode(File.self, from: yaml).exclusive { classes.add(terms) }
  }

  package func signature(of text: GuardText) -> Signature {
    var signature = Signature()
    let (quantities, others) = reader.quantities(in: text.words)
    for quantity in quantities {
      switch quantity {
      case .softOne: signature.softOnes += 1
      case .one: signature.ones += 1
      case .other(let hash): signature.quantities &+= hash | 1
      }
    }
    signature.members = classes.members(in: others)
    return signature
  }

  package func refuses(_ a: Signature, _ b: Signature) -> Bool {
    a.quantities != b.quantities || a.ones > b.ones + b.softOnes || b.ones > a.ones + a.softOnes
      || classes.differ(a.members, b.members)
  }
}
