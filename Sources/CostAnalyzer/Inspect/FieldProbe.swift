import CTextScan

/// Finds out what a format reads the fields of a record as, instead of having it written down: the record is read once more
/// without the field, or with another value, and what is different then is what the field says. So every format, also a
/// new one, shows what it does.
struct FieldProbe {
  private let format: any LineFormat
  private let line: UnsafeRawBufferPointer
  private let fields: [ca_slice]
  private let whole: DraftValues
  /// For the record as it is; its slices stay valid.
  private let scanner = JSONScanner()
  /// For the record with changes.
  private let otherScanner = JSONScanner()
  private let redactor: Redactor
  private var readings: [FieldReading] = []
  private var probes = 0

  /// The readings of a record, in the order of the format's plan; objects that the format takes apart by itself are shown
  /// by their members.
  /// - Parameter line: a record that the format claims, with padding behind it.
  static func readings(
    of line: UnsafeRawBufferPointer, format: any LineFormat, redactor: Redactor
  ) -> [FieldReading] {
    guard var probe = FieldProbe(line, format, redactor) else { return [] }
    for index in probe.fields.indices { probe.read(index) }
    let found = probe.readings
    return found.filter { reading in
      reading.saysSomething || !found.contains { $0.pointer.hasPrefix(reading.pointer + "/") }
    }
  }

  private enum FirstField: Int { case first }

  private init?(_ line: UnsafeRawBufferPointer, _ format: any LineFormat, _ redactor: Redactor) {
    let (status, found) = scanner.walk(format.plan, line, as: FirstField.self)
    guard status == CA_OK else { return nil }
    fields = (0..<format.plan.count).map { found.base[$0] }
    whole = DraftValues(fields, format, line, scanner)
    self.format = format
    self.line = line
    self.redactor = redactor
  }

  private mutating func read(_ index: Int) {
    let field = fields[index]
    guard field.isPresent, let place = place(of: field) else { return }
    var without = fields
    without[index] = ca_slice()
    var reading = FieldReading(
      pointer: format.plan.pointers[index],
      meanings: whole.differences(from: scanner.releasing { DraftValues(without, format, line, scanner) }),
      value: text(place), tellsFormat: without.withUnsafeBufferPointer { !format.claims($0.baseAddress!) })
    if reading.meanings.isEmpty { reading.meanings = differencesWithOtherValue(at: place) }
    readings.append(reading)
    expand(readings.count - 1, place, depth: 1)
  }

  /// Shows an object by those of its members that say something, in the object's place; an array likewise by its first
  /// elements where it says nothing as a whole.
  private mutating func expand(_ parent: Int, _ object: Range<Int>, depth: Int) {
    let isArray = line[object.lowerBound] == UInt8(ascii: "[")
    guard depth <= Self.deepest, isArray || line[object.lowerBound] == UInt8(ascii: "{") else { return }
    if isArray && readings[parent].meanings.contains(where: { !$0.hasPrefix("needed:") }) { return }
    for member in ObjectMembers.of(line, in: object).prefix(isArray ? Self.mostElements : Self.mostMembers) {
      let pointer = readings[parent].pointer + "/" + member.pointerToken
      if probes > Self.mostProbes || format.plan.pointers.contains(pointer) { continue }
      probes += 1
      var meanings = differences(replacing: member.value, by: "null")
      if meanings.isEmpty { meanings = differencesWithOtherValue(at: member.value) }
      let index = readings.count
      readings.append(FieldReading(pointer: pointer, meanings: meanings, value: text(member.value)))
      expand(index, member.value, depth: depth + 1)
      if !readings[index].saysSomething && readings.count == index + 1 { readings.removeLast() }
    }
    if readings.count > parent + 1 { readings[parent].meanings = [] }
  }

  /// A call's attributes stand ten deep in an export of spans.
  private static let deepest = 12
  private static let mostElements = 32
  private static let mostProbes = 4_000
  private static let mostMembers = 200

  private func differences(replacing place: Range<Int>, by value: String) -> [String] {
    let changed = line[..<place.lowerBound] + Array(value.utf8) + line[place.upperBound...]
    let padded = changed + [UInt8](repeating: 32, count: ca_padding())
    return padded.withUnsafeBytes { bytes in
      let text = UnsafeRawBufferPointer(rebasing: bytes[..<changed.count])
      otherScanner.beginLine()
      let (status, found) = otherScanner.walk(format.plan, text, as: FirstField.self)
      guard status == CA_OK, format.claims(found.base) else { return [] }
      let fields = (0..<format.plan.count).map { found.base[$0] }
      return whole.differences(from: DraftValues(fields, format, text, otherScanner))
    }
  }

  /// With a value of the same type that no log has; objects and arrays are told by leaving them out, and by their members.
  private func differencesWithOtherValue(at place: Range<Int>) -> [String] {
    switch line[place.lowerBound] {
    case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "n"): []
    case UInt8(ascii: "\""): differences(replacing: place, by: "\"~probe~\"")
    case UInt8(ascii: "f"): differences(replacing: place, by: "true")
    case UInt8(ascii: "t"): differences(replacing: place, by: "false")
    default: differences(replacing: place, by: "1234567")
    }
  }

  /// Where a field's value stands in the line, quotes included; nil for one that is not in it (a text inside a text).
  private func place(of slice: ca_slice) -> Range<Int>? {
    let start = line.baseAddress!.distance(to: UnsafeRawPointer(slice.start!))
    let end = start + Int(slice.length)
    guard start >= 0, end <= line.count, start < end || slice.is(CA_STRING) else { return nil }
    guard slice.is(CA_STRING) else { return start..<end }
    return start > 0 && end < line.count ? start - 1..<end + 1 : nil
  }

  private static let shownCharacters = 72

  private func text(_ place: Range<Int>) -> String {
    let isString = line[place.lowerBound] == UInt8(ascii: "\"")
    // Enough to tell what it holds; a prompt of megabytes is looked through no further.
    let raw = Array((isString ? line[place].dropFirst().dropLast() : line[place]).prefix(64 << 10))
    let text = String(decoding: isString ? Self.unescaped(raw) : raw, as: UTF8.self)
    if let finding = redactor.finding(in: text) { return "(withheld: \(finding.rawValue))" }
    let shown = HostileText.visible(text, limit: Self.shownCharacters)
    return isString ? "\"\(shown)\"" : shown
  }

  /// The text as it stands where it is badly escaped, or cut inside an escape.
  private static func unescaped(_ raw: [UInt8]) -> [UInt8] {
    var plain = [UInt8](repeating: 0, count: raw.count + 1)
    let count = raw.withUnsafeBytes { from in
      plain.withUnsafeMutableBytes { to in
        ca_unescape(
          from.baseAddress?.assumingMemoryBound(to: CChar.self), from.count,
          to.baseAddress!.assumingMemoryBound(to: CChar.self))
      }
    }
    return count < 0 ? raw : Array(plain[..<count])
  }
}
