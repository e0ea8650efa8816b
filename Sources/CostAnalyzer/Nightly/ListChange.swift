/// How the pre-cache list differs from that of the night before. A key names the same question under the same scope every night.
package struct ListChange: Sendable, Equatable, Encodable {
  package var entries: Int
  /// Nil on the first night.
  package var added: Int?
  package var removed: Int?
  /// Listed before, with another answer.
  package var otherAnswer: Int?

  /// - Parameters:
  ///   - list: hashes of answers by key.
  ///   - before: the same of the night before.
  package init(_ list: [String: String], since before: [String: String]?) {
    entries = list.count
    guard let before else { return }
    added = list.keys.count { before[$0] == nil }
    removed = before.keys.count { list[$0] == nil }
    otherAnswer = list.count { key, answer in before[key].map { $0 != answer } ?? false }
  }

  static func list(_ candidates: [PrecacheList.Candidate]) -> [String: String] {
    Dictionary(candidates.map { ($0.key, Hash128($0.answer).hex) }, uniquingKeysWith: { first, _ in first })
  }

  /// A sentence for people.
  package var text: String {
    var text = "\(NumberText.grouped(entries)) entr\(entries == 1 ? "y" : "ies")"
    if let added, let removed, let otherAnswer {
      text += """
        ; since the night before \(NumberText.grouped(added)) new, \(NumberText.grouped(removed)) gone, \
        \(NumberText.grouped(otherAnswer)) with another answer
        """
    }
    return text + "."
  }
}
