/// One field of a record that its format looks up, and what it is read as.
package struct FieldReading: Sendable, Equatable {
  /// JSON pointer.
  package var pointer: String
  /// What the field is read as, in words; empty where it makes no difference.
  package var meanings: [String]
  /// The value for people: one line, shortened, withheld where it holds something personal.
  package var value: String
  /// Without the field no format would know the record.
  package var tellsFormat = false

  var saysSomething: Bool { tellsFormat || !meanings.isEmpty }
}
