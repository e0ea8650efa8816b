import CTextScan
import Foundation

/// Examples of one cohort as chat fine-tuning JSON Lines, `{"messages": [{"role", "content"} …]}`, the answer last.
package struct TrainingSet: Sendable {
  package let template: String
  package let model: String
  package let requests: Int
  /// Distinct questions with an answer, and those of them that are not too near to an earlier one.
  package let accepted: Int
  package let distinct: Int
  /// Of those, left out for private data, or because the record is no plain conversation that ends with the user.
  package private(set) var withPrivateData = 0
  package private(set) var unusable = 0
  /// Lines, oldest first; validation is the newest part.
  package private(set) var training: [Data] = []
  package private(set) var validation: [Data] = []

  /// - Parameters:
  ///   - number: of the cohort, from 1, in the order of `distillation.csv`.
  ///   - read: gives the lines of requests; nil for an unusable one. Called once.
  init(
    _ context: StrategyContext, cohort number: Int, examples: Int,
    read: (_ requests: [UInt32]) throws -> [TrainingExample?]
  ) throws {
    let cohorts = DistillationCohorts(context)
    guard cohorts.all.indices.contains(number - 1) else {
      throw AnalyzerError(
        .usage, "there is no cohort \(number)", hint: "the log has \(cohorts.all.count); distillation.csv lists them")
    }
    let cohort = cohorts.all[number - 1]
    template = cohorts.templates.name(
      cohort.template, users: cohort.users, minUsers: context.options.precache.minUsers, context.content)
    (model, requests, accepted) = (cohort.model, cohort.requests.count, cohort.accepted.count)
    let candidates = Array(cohort.accepted.prefix(DistillationCohorts.mostCompared))
    let rows = ExampleChoice.rows(of: candidates, context)
    let kept = ExampleChoice.distinct(rows, context)
    distinct = kept.count
    var usable: [(row: Int, line: Data)] = []
    let redactor = context.content.redactor
    for (place, example) in zip(kept, try read(kept.map { candidates[$0] })) {
      if let example, example.texts.allSatisfy({ redactor.finding(in: $0) == nil }) {
        usable.append((rows[place], example.line))
      } else if example == nil {
        unusable += 1
      } else {
        withPrivateData += 1
      }
    }
    let chosen = ExampleChoice.spread(usable.map(\.row), context.similarity.vectors, count: examples)
    let held = Int((Double(chosen.count) * context.options.distillation.validationShare).rounded())
    training = chosen.dropLast(held).map { usable[$0].line }
    validation = chosen.suffix(held).map { usable[$0].line }
  }
}

/// One record of a log as an example.
struct TrainingExample {
  var line: Data
  /// What users and models say in it, to look for private data. A system prompt is the house's own.
  var texts: [String]
}

extension LineDecoder {
  /// Nil where the record has no answer, or its messages are not texts of which the user's is the last.
  private func example(_ draft: RequestDraft) -> TrainingExample? {
    let answer = String(decoding: draft.answer.read(scanner).text, as: UTF8.self)
    var messages: [[String: String]] = []
    if draft.system.isPresent {
      let text = String(decoding: PromptReader.text(draft.system, scanner), as: UTF8.self)
      messages = [["role": "system", "content": text]]
    }
    if draft.messages.is(CA_ARRAY) {
      let list = try? JSONSerialization.jsonObject(with: Data(draft.messages.bytes)) as? [[String: Any]]
      for message in list ?? [] {
        guard let role = message["role"] as? String, let content = message["content"] as? String else { return nil }
        messages.append(["role": role, "content": content])
      }
    } else {
      messages.append(["role": "user", "content": String(decoding: scanner.text(draft.messages), as: UTF8.self)])
    }
    guard messages.last?["role"] == "user", !answer.isEmpty else { return nil }
    messages.append(["role": "assistant", "content": answer])
    let spoken = messages.filter { $0["role"] != "system" && $0["role"] != "developer" }.map { $0["content"]! }
    let json = try? JSONSerialization.data(
      withJSONObject: ["messages": messages], options: [.sortedKeys, .withoutEscapingSlashes])
    return json.map { TrainingExample(line: $0 + [10], texts: spoken) }
  }

  /// Those of some records of a line.
  fileprivate func examples(_ line: UnsafeRawBufferPointer, records wanted: [Int]) -> [Int: TrainingExample] {
    var examples: [Int: TrainingExample] = [:]
    var number = 0
    try? records(line) { record in
      if case .request(let draft) = record, wanted.contains(number) { examples[number] = example(draft) }
      number += 1
    }
    return examples
  }
}

extension LogReader {
  /// Reads the records of some requests a second time. Nil for one that is no example, or no longer where it was.
  static func examples(
    at places: [RequestPlace], _ files: [InputFile], limits: InputLimits, mapping: LogMapping?
  ) -> [TrainingExample?] {
    // By the place of the line.
    var wanted: [RequestPlace: [(record: Int, index: Int)]] = [:]
    for (index, place) in places.enumerated() {
      wanted[RequestPlace(file: place.file, line: place.line), default: []].append((place.record, index))
    }
    var examples = [TrainingExample?](repeating: nil, count: places.count)
    var needs = IngestNeeds()
    needs.text = false
    let decoder = LineDecoder(index: 0, needs: needs, limits: limits, settings: nil, formats: FormatList(mapping))
    let reader = LineBlockReader(files: files, limits: limits)
    var nextLine = [Int](repeating: 1, count: files.count)
    var batch = reader.nextBatch()
    while !batch.isEmpty {
      for block in batch {
        nextLine[block.file] += block.overlongBefore
        block.forEachLine { line, _ in
          if let records = wanted[RequestPlace(file: block.file, line: nextLine[block.file])] {
            let found = decoder.examples(line, records: records.map(\.record))
            for (record, index) in records { examples[index] = found[record] }
          }
          nextLine[block.file] += 1
        }
      }
      reader.recycle(batch)
      batch = reader.nextBatch()
    }
    return examples
  }
}
