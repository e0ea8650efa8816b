/// How figures come about, and the sums that were checked.
struct MethodChapter {
  private let analysis: Analysis

  init(_ analysis: Analysis) { self.analysis = analysis }

  func section() -> ReportDocument.Section {
    ReportDocument.Section(
      "Method",
      [
        .list([
          """
          **Evidence**: *billed* is the log's own cost; *priced* is tokens times a dated price; *estimated* has token counts \
          guessed from text length; *replayed* is an exact replay of the logged requests; *modelled* is a replay that rests on \
          a model of likeness; *assumed* rests on an option or on hand-set weights. The weakest part names a sum.
          """,
          """
          **Cache key**: scope (\(scope())), the turns before the last user message, and its normalised text. A hit saves the \
          whole cost of the call; what is inserted depends on misses only. Lookups and embedding calls are charged at the \
          options' prices (**assumed**).
          """,
          "**Neighbours** are exact: every pair above the lowest threshold is found, none is sampled.",
          "**Together**: all subsets of the levers are replayed; each request is paid for once.",
          "**Not modelled**: output length on another model, quality of cheaper models, answers that went stale.",
        ])
      ])
  }

  private func scope() -> String {
    let scope = analysis.options.cache.scope
    let parts = [
      (scope.tenant, "tenant"), (scope.model, "model"), (scope.system, "system prompt"), (scope.tools, "tools"),
      (scope.responseFormat, "response format"), (scope.parameters, "temperature and max tokens"),
    ]
    let on = parts.filter(\.0).map(\.1)
    return on.isEmpty ? "nothing" : on.joined(separator: ", ")
  }

  func books() -> ReportDocument.Section {
    var table = Table("books", [.init("check", "check"), .init("left", "left"), .init("right", "right")])
    for check in analysis.conservation.checks {
      table.add(.markdown(check.name), .integer(check.left), .integer(check.right))
    }
    return ReportDocument.Section(
      "Books",
      [
        .paragraph("Checked in this run; a sum that fails stops it."), .table(ReportTable(table)),
        .paragraph("Money in pico-dollars (10⁻¹² USD)."),
      ])
  }
}
