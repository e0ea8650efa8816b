/// The tables of `analyze evaluate pairs`.
extension PairEvaluation {
  package var text: String {
    func shown(_ value: Double?) -> String { value.map { NumberText.fixed($0, 4) } ?? "–" }
    let recall = zip(Self.precisions, recalls).map { "\(NumberText.fixed($0, 2)): \(NumberText.fixed($1, 4))" }
    var text = """
      ## \(embedder)

      \(NumberText.grouped(same + different)) pairs, \(NumberText.grouped(same)) with the same answer. AUC \(shown(auc)), \
      average precision \(shown(averagePrecision)), recall at precision \(recall.joined(separator: ", ")).

      \(thresholdTable.markdown())
      Each guard alone, wrong hits avoided / good hits lost:

      \(guardTable.markdown())
      """
    if !categories.isEmpty { text += "\n\(categoryTable.markdown())" }
    return text
  }

  private var thresholdTable: Table {
    var table = Table(
      "thresholds",
      [
        .init("threshold", "threshold"), .init("hits", "hits"), .init("wrong", "wrong"),
        .init("precision", "precision"),
        .init("same", "same served"), .init("different", "different served"), .init("guarded", "guarded hits"),
        .init("guarded_wrong", "wrong"), .init("guarded_precision", "precision"), .init("guarded_same", "same served"),
        .init("guarded_different", "different served"),
      ])
    for point in points {
      var row: [Table.Cell] = [.number(point.threshold, decimals: 2)]
      for counts in [point.raw, point.guarded] {
        row += [.int(counts.hits), .int(counts.wrongHits)]
        row += [counts.precision, sameServed(counts), differentServed(counts)].map { .share($0 ?? .nan) }
      }
      table.add(row)
    }
    return table
  }

  private var guardTable: Table {
    let steps = Self.thresholds.indices.filter { $0 % 5 == 0 } + [Self.thresholds.count - 1]
    var table = Table(
      "guards",
      [.init("guard", "guard")]
        + steps.map { .init("t\($0)", "≥ \(NumberText.fixed(Self.thresholds[$0], 2))") })
    for (name, effects) in guards {
      table.add(
        [.text(name)] + steps.map { .text("\(effects[$0].wrongHitsAvoided) / \(effects[$0].goodHitsLost)") })
    }
    return table
  }

  private var categoryTable: Table {
    var columns: [Table.Column] = [
      .init("category", "category"), .init("same", "same"), .init("different", "different"),
    ]
    for threshold in Self.categoryThresholds {
      let name = NumberText.fixed(threshold, 2)
      columns += [.init("hits\(name)", "good / wrong ≥ \(name)"), .init("guarded\(name)", "guarded")]
    }
    var table = Table("categories", columns)
    for category in categories {
      var row: [Table.Cell] = [.text(category.name), .int(category.same), .int(category.different)]
      for point in category.points {
        for counts in [point.raw, point.guarded] { row.append(.text("\(counts.goodHits) / \(counts.wrongHits)")) }
      }
      table.add(row)
    }
    return table
  }
}
