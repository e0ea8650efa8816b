/// Rows of comma-separated values as RFC 4180 has them: fields in double quotes may hold commas, line ends and doubled
/// quotes. Lines end in LF or CR LF; blank ones are no rows.
struct DelimitedText {
  struct Row {
    /// Of its first line, from 1.
    var line: Int
    var fields: [[UInt8]]
  }

  private(set) var rows: [Row] = []

  init(_ bytes: some Collection<UInt8>) {
    var fields: [[UInt8]] = []
    var field: [UInt8] = []
    var (line, first) = (1, 1)
    var (isQuoted, wasQuoted) = (false, false)
    func isBlank() -> Bool { fields.isEmpty && field.isEmpty && !wasQuoted }
    func endField() {
      if !wasQuoted, field.last == 13 { field.removeLast() }
      fields.append(field)
      field = []
      wasQuoted = false
    }
    func endRow() {
      if !isBlank(), !(fields.isEmpty && field == [13]) {
        endField()
        rows.append(Row(line: first, fields: fields))
      }
      (fields, field, wasQuoted, first) = ([], [], false, line)
    }
    for byte in bytes {
      if byte == 10 { line += 1 }
      switch (byte, isQuoted) {
      // A quote that ends the quotes; another one right behind it is a doubled quote, and opens them again.
      case (34, true): isQuoted = false
      case (34, false):
        if wasQuoted {
          field.append(34)
          isQuoted = true
        } else if field.isEmpty {
          (isQuoted, wasQuoted) = (true, true)
        } else {
          field.append(34)
        }
      case (44, false): endField()
      case (10, false): endRow()
      case (13, false) where wasQuoted: break
      default: field.append(byte)
      }
    }
    endRow()
  }
}
