import Foundation
import Yams

/// Reads the quantities of a text: value and unit, brought to one unit a kind (minutes to seconds, grams to kilograms).
struct QuantityReader: Sendable {
  enum Quantity: Equatable {
    /// Hash of value and unit, or of the word itself for versions, codes and dates.
    case other(UInt64)
    case one
    case softOne
  }

  private var cardinals: [UInt64: Double] = [:]
  private var ordinals: [UInt64: Double] = [:]
  private var scales: [UInt64: Double] = [:]
  private var softOnes: Set<UInt64> = []
  private var calendar: Set<UInt64> = []
  private var ambiguousMonths: Set<UInt64> = []
  private var monthContext: Set<UInt64> = []
  private var age: Set<UInt64> = []
  /// Unit of each name and its size in the base unit of its kind.
  private var units: [UInt64: (kind: String, factor: Double)] = [:]
  private var aliases: [UInt64: String] = [:]

  private struct File: Decodable {
    var cardinals, ordinals, scales: [String: Double]
    var softOnes, ambiguousMonths, monthContext, age: [String]
    var calendar: [String]
    var units: [String: [String: Double]]
  }

  init() throws {
    let yaml = String(decoding: PackageResources.numbers_yaml, as: UTF8.self)
    let file = try YAMLDecoder().decode(File.self, from: yaml)
    func hash(_ word: String) -> UInt64 { GuardWord.hash(word.utf8) }
    for (word, value) in file.cardinals { cardinals[hash(word)] = value }
    for (word, value) in file.ordinals { ordinals[hash(word)] = value }
    for (word, value) in file.scales { scales[hash(word)] = value }
    softOnes = Set(file.softOnes.map(hash))
    ambiguousMonths = Set(file.ambiguousMonths.map(hash))
    monthContext = Set(file.monthContext.map(hash))
    age = Set(file.age.map(hash))
    for names in file.calendar {
      let names = names.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      for name in names {
        calendar.insert(hash(name))
        aliases[hash(name)] = names[0]
      }
    }
    for (kind, names) in file.units { for (name, factor) in names { units[hash(name)] = (kind, factor) } }
  }

  /// The quantities, and the words without the units that belong to one.
  func quantities(in words: [GuardWord]) -> (found: [Quantity], others: [GuardWord]) {
    var found: [Quantity] = []
    var others: [GuardWord] = []
    var index = 0
    while index < words.count {
      others.append(words[index])
      if let name = calendarName(words, index) {
        found.append(.other(Self.hash(0, "calendar " + name)))
        index += 1
      } else if words[index].isNumeric {
        index += digits(words, index, &found)
      } else if let value = ordinals[words[index].exact] {
        found.append(.other(Self.hash(value, "ordinal")))
        index += 1
      } else if cardinals[words[index].exact] != nil {
        index += spelled(words, index, &found)
      } else {
        if softOnes.contains(words[index].exact) { found.append(.softOne) }
        index += 1
      }
    }
    return (found, others)
  }

  private static func hash(_ value: Double, _ unit: String) -> UInt64 {
    // Twelve digits: 0.1 h and 6 min are the same number of seconds.
    GuardWord.hash("\(String(format: "%.12g", value)) \(unit)".utf8)
  }

  /// Weekday or month; "may" and "march" only beside a number or behind a word like "in".
  private func calendarName(_ words: [GuardWord], _ index: Int) -> String? {
    let hash = words[index].exact
    guard calendar.contains(hash) else { return nil }
    if ambiguousMonths.contains(hash) {
      let isBehind = index > 0 && (monthContext.contains(words[index - 1].exact) || words[index - 1].isNumeric)
      guard isBehind || index + 1 < words.count && words[index + 1].isNumeric else { return nil }
    }
    return aliases[hash]
  }

  /// A word with digits, with the scale and the unit that follow. Returns how many words it took.
  private func digits(_ words: [GuardWord], _ index: Int, _ found: inout [Quantity]) -> Int {
    guard let number = NumberParts(words[index].text) else {
      // Text without blanks between its words: each run of digits counts.
      let text = words[index].text
      if text.contains(where: { $0 >= 128 }) {
        for run in text.split(whereSeparator: { !GuardWord.isDigit($0) }) { found.append(.other(GuardWord.hash(run))) }
      } else {
        found.append(.other(words[index].exact))
      }
      return 1
    }
    var value = number.value
    var used = 1
    var suffix = number.suffix
    if suffix.isEmpty, index + 1 < words.count {
      let next = words[index + 1]
      if scales[next.exact] != nil || units[next.exact] != nil {
        suffix = next.text
        used = 2
      }
    }
    // A decimal without a unit may be a version, and 3.1 is not 3.10.
    if number.isDotted && suffix.isEmpty {
      found.append(.other(words[index].exact))
      return 1
    }
    if number.isClock && value < 720 && units[GuardWord.hash(suffix)]?.kind == "pm" && used == 2 { value += 720 }
    if let scale = scales[GuardWord.hash(suffix)] {
      value *= scale
      suffix = []
      if index + used < words.count, units[words[index + used].exact] != nil {
        suffix = words[index + used].text
        used += 1
      }
    }
    if ["st", "nd", "rd", "th"].contains(String(decoding: suffix, as: UTF8.self)) {
      found.append(.other(Self.hash(value, "ordinal")))
      return used
    }
    if !number.prefix.isEmpty { suffix = number.prefix }
    used += isAge(words, index + used) ? 1 : 0
    add(value, suffix, isAge: isAge(words, index + used - 1), literal: number.isClock, &found)
    return used
  }

  /// Whether the word is the "old" of "6 years old".
  private func isAge(_ words: [GuardWord], _ index: Int) -> Bool {
    index < words.count && age.contains(words[index].exact)
  }

  private func add(_ value: Double, _ unit: [UInt8], isAge: Bool, literal: Bool, _ found: inout [Quantity]) {
    if literal {
      found.append(.other(Self.hash(value, "clock")))
    } else if unit.isEmpty || isAge {
      found.append(value == 1 ? .one : .other(Self.hash(value, "")))
    } else if let known = units[GuardWord.hash(unit)] {
      if known.kind == "am" || known.kind == "pm" {
        let hour = value.truncatingRemainder(dividingBy: 12)
        found.append(.other(Self.hash((known.kind == "pm" ? hour + 12 : hour) * 60, "clock")))
      } else {
        found.append(.other(Self.hash(value * known.factor, known.kind)))
      }
    } else {
      found.append(.other(Self.hash(value, String(decoding: unit, as: UTF8.self))))
    }
  }

  /// A number in words ("twenty five", "two hundred thousand") with the unit behind it.
  private func spelled(_ words: [GuardWord], _ start: Int, _ found: inout [Quantity]) -> Int {
    var (total, group) = (0.0, 0.0)
    var index = start
    while index < words.count {
      if let value = cardinals[words[index].exact] {
        // "two three" are two numbers, "twenty three" is one.
        if index > start, !(value < 10 && group.truncatingRemainder(dividingBy: 100) >= 20) && group != 0 { break }
        group += value
      } else if let scale = scales[words[index].exact], words[index].text.count > 2 {
        group *= scale
        if scale >= 1000 { (total, group) = (total + group, 0) }
      } else {
        break
      }
      index += 1
    }
    var unit: [UInt8] = []
    if index < words.count, units[words[index].exact] != nil {
      unit = words[index].text
      index += 1
    }
    let age = isAge(words, index)
    add(total + group, unit, isAge: age, literal: false, &found)
    return index - start + (age ? 1 : 0)
  }
}
