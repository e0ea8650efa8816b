import CTextScan

/// Which scores of an evaluation tool are a user's verdict, and how good it is.
///
/// These tools keep judges' and users' scores alike; the name tells them apart. Values from 0 (bad) to 1 (good), and false
/// and true, become −1 … 1; other scales are not guessed at.
enum UserVerdict {
  private static let words = ["feedback", "thumb", "rating", "satisfaction", "csat"]

  /// Whether the name of a score says that a user gave it.
  static func isOne(_ name: ca_slice) -> Bool {
    guard name.isFilledString else { return false }
    let text = String(decoding: name.bytes, as: UTF8.self).lowercased()
    return words.contains { text.contains($0) }
  }

  /// Nil for another scale.
  static func value(_ score: ca_slice) -> Feedback? {
    if score.is(CA_TRUE) { return Feedback(1) }
    if score.is(CA_FALSE) { return Feedback(-1) }
    guard let value = score.double, value <= 1 else { return nil }
    return Feedback(value < 0 ? value : 2 * value - 1)
  }
}
