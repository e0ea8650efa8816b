/// Short forms of texts that stay apart: a text that begins like another is cut in the middle, so that what differs shows.
package enum DistinctExcerpts {
  /// - Returns: in order, texts of at most `limit` scalars; equal only where the texts are equal. What no cut can show is
  ///   numbered.
  package static func of(_ texts: [String], limit: Int) -> [String] {
    precondition(limit >= 16, "an excerpt needs room for its parts")
    // As it will be printed: blanks for line breaks, and what is invisible spelled out.
    let scalars = texts.map { Array(HostileText.visible($0, limit: .max).unicodeScalars) }
    var ends = [Int](repeating: 0, count: texts.count)
    for i in texts.indices where scalars[i].count > limit {
      for j in texts.indices where j != i && scalars[i] != scalars[j] {
        let common = zip(scalars[i], scalars[j]).prefix { $0 == $1 }.count
        if common >= limit - 1 { ends[i] = max(ends[i], common) }
      }
    }
    let cut = texts.indices.map { index in
      let text = scalars[index]
      if text.count <= limit { return string(text) }
      if ends[index] == 0 { return string(text.prefix(limit - 1)) + "…" }
      // Both sides of the last place where it parts from another.
      let (head, side) = (limit / 3, (limit - limit / 3 - 2) / 2)
      let start = max(head, min(ends[index] - side, text.count - 2 * side))
      let tail = text[start..<min(text.count, start + 2 * side)]
      return string(text.prefix(head)) + "…" + string(tail) + (start + 2 * side < text.count ? "…" : "")
    }
    var meanings: [String: [String]] = [:]
    return cut.indices.map { index in
      let number = meanings[cut[index], default: []].firstIndex(of: texts[index])
      if number == nil { meanings[cut[index], default: []].append(texts[index]) }
      let place = (number ?? meanings[cut[index]]!.count - 1) + 1
      if place == 1 { return cut[index] }
      let mark = " (\(place))"
      return string(cut[index].unicodeScalars.prefix(limit - mark.unicodeScalars.count)) + mark
    }
  }

  private static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}
