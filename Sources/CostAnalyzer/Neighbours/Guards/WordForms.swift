/// Forms of one word: a light stemmer and a spelling distance. Both know ASCII letters only; other text is left alone.
package enum WordForms {
  /// Cuts plural and verb endings, so that "enables", "enabled" and "enabling" meet. It need not give a word, only the
  /// same bytes for inflections of one word.
  package static func stem(_ word: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var stem = word
    guard stem.count > 3, stem.allSatisfy({ (97...122).contains($0) }) else { return stem }
    func ends(_ ending: StaticString) -> Bool {
      stem.count > ending.utf8CodeUnitCount + 2
        && ending.withUTF8Buffer { stem.suffix($0.count).elementsEqual($0) }
    }
    if ends("ies") {
      stem.removeLast(3)
      return stem + [UInt8(ascii: "y")]
    }
    if ends("sses") || ends("xes") || ends("ches") || ends("shes") {
      stem.removeLast(2)
    } else if ends("s") && !ends("ss") && !ends("us") && !ends("is") {
      stem.removeLast()
    }
    for ending: StaticString in ["ing", "ed"] where ends(ending) {
      stem.removeLast(ending.utf8CodeUnitCount)
      // "stopping", "stopped" -> "stop", but "selling" -> "sell"
      if let last = stem.last, stem.count > 3, stem.dropLast().last == last, !"lsz".utf8.contains(last) {
        stem.removeLast()
      }
      break
    }
    if stem.count > 3, stem.last == UInt8(ascii: "e") { stem.removeLast() }
    return stem
  }

  /// Whether one word is likely the other one misspelt: one edit (change, insertion, loss or exchange of neighbours) from
  /// five letters on, two from nine on.
  static func isMisspelling(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    let shorter = min(a.count, b.count)
    let allowed = shorter >= 9 ? 2 : shorter >= 5 ? 1 : 0
    if allowed == 0 || abs(a.count - b.count) > allowed { return false }
    return editDistance(a, b) <= allowed
  }

  /// Optimal string alignment distance (Damerau–Levenshtein without edits inside an exchanged pair).
  package static func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var best = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforeLast[j - 1] + 1) }
        row.append(best)
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}
