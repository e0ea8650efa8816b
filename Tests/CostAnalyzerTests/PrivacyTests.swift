import CostAnalyzer
import Foundation
import Testing

@Suite("Privacy")
struct PrivacyTests {
  private static let clean = "How do I rename a project in the dashboard?"

  /// Each secret in a question, an answer and a template that enough users asked, so that only redaction keeps it out.
  private static func log() throws -> (text: String, secrets: [String]) {
    var samples = SecretSamples(seed: 21)
    var lines: [TrafficLine] = []
    var secrets: [String] = []
    func ask(_ question: String, _ answer: String, from minute: Int) {
      for user in 0..<4 {
        var line = TrafficLine()
        (line.question, line.answer, line.user) = (question, answer, "u-\(user)")
        line.minute = minute + user * 400
        lines.append(line)
      }
    }
    for number in 0..<20 {
      let secret = samples.secret(number).text
      secrets.append(Self.plainPart(of: secret))
      ask(
        "\(secret) is what I have, where do I enter it in form \(number)?",
        "On the page of form \(number), at the top.", from: 7 * number)
      let other = samples.secret(number + 3).text
      secrets.append(Self.plainPart(of: other))
      ask("What is the contact for desk \(number)?", "For desk \(number) it is \(other).", from: 7 * number + 3)
    }
    ask(clean, "Open the settings and type the new name.", from: 1)
    return (try TrafficLine.log(lines), secrets.filter { $0.count >= 8 })
  }

  /// The longest part of a secret that no escaping of a writer changes.
  private static func plainPart(of secret: String) -> String {
    var parts: [String] = [""]
    for character in secret {
      let isPlain = character.isLetter || character.isNumber || ".-_".contains(character)
      if isPlain { parts[parts.count - 1].append(character) } else { parts.append("") }
    }
    return parts.max { $0.count < $1.count }!
  }

  /// Everything below a folder, links not followed.
  private static func files(below folder: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder).map { folder + "/" + $0 }.filter {
      (try? FileManager.default.attributesOfItem(atPath: $0))?[.type] as? FileAttributeType == .typeRegular
    }
  }

  private static func found(_ secrets: [String], in folder: String, _ printed: String) throws -> [String] {
    // Normalised texts are in lower case.
    let texts = try files(below: folder).map { path in
      (path, String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self).lowercased())
    }
    let all = texts + [("what is printed", printed.lowercased())]
    return secrets.flatMap { secret in all.filter { $0.1.contains(secret.lowercased()) }.map { "\(secret) in \($0.0)" }
    }
  }

  @Test(
    "No secret of a log's questions or answers is in any file, metric, log line or state of a run, a night or a plan")
  func endToEnd() throws {
    let scratch = try Scratch()
    let logs = try Scratch()
    let (text, secrets) = try Self.log()
    #expect(secrets.count >= 30)
    let log = try logs.write(text, to: "log.jsonl")
    let program = Program(scratch: scratch)
    let state = scratch.path("state.sqlite")
    var printed = ""
    for arguments in [
      ["run", log, "--out", scratch.path("run"), "--state", state, "--log-level", "trace", "--timings"],
      ["nightly", log, "--out", scratch.path("nights"), "--state", state],
      ["plan", log, "--out", scratch.path("plan"), "--state", state],
      ["judge", log, "--out", scratch.path("review.jsonl"), "--threshold", "0.8"],
    ] {
      let result = try program.run(Program.path, arguments)
      #expect(result.status == 0, "\(arguments[0]): \(result.error)")
      printed += result.out + result.error
    }
    #expect(try Self.found(secrets, in: scratch.path, printed).isEmpty)
    #expect(try Self.found([Self.clean], in: scratch.path("run"), "").count >= 2, "what is not private is shown")
    for file in try Self.files(below: scratch.path) where !file.hasSuffix(".prom") && !file.hasSuffix(".lock") {
      let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
      #expect(mode == 0o600, "\(file): \(String(mode ?? 0, radix: 8))")
    }
  }

  @Test(
    "none shows no text, hashed shows keyed hashes, full shows all; no figure depends on it, and secrets stay off the list"
  )
  func modes() throws {
    let scratch = try Scratch()
    let (text, secrets) = try Self.log()
    let log = try scratch.write(text, to: "log.jsonl")
    var byMode: [ContentPolicy.Mode: [String: Data]] = [:]
    for mode in ContentPolicy.Mode.allCases {
      var options = AnalysisOptions()
      options.privacy.content = mode
      byMode[mode] = try report(of: [log], options: options).files
    }
    func all(_ mode: ContentPolicy.Mode) -> String {
      byMode[mode]!.filter { $0.key != "run.json" }.map { String(decoding: $0.value, as: UTF8.self) }.joined()
    }
    for mode in [ContentPolicy.Mode.none, .hashed] {
      #expect(!all(mode).contains(Self.clean) && !all(mode).lowercased().contains("rename a project"))
      let text = all(mode).lowercased()
      #expect(!secrets.contains { text.contains($0.lowercased()) })
      let list = String(decoding: byMode[mode]!["precache.jsonl"]!, as: UTF8.self)
      #expect(
        list.contains(PrecacheList.keysSchema) && !list.contains("\"answer\":") && !list.contains("\"question\":"))
    }
    #expect(all(.none).contains("(not shown: --content none)"))
    #expect(all(.hashed).contains(ContentPolicy().hash(Self.clean)))
    let redacted = all(.redacted).lowercased()
    #expect(redacted.contains(Self.clean.lowercased()) && !secrets.contains { redacted.contains($0.lowercased()) })
    let clusters = String(decoding: byMode[.full]!["clusters.csv"]!, as: UTF8.self)
    #expect(secrets.count { clusters.contains($0) } >= 15, "the log can show what redaction hides")
    #expect(byMode[.full]!["precache.jsonl"] == byMode[.redacted]!["precache.jsonl"])
    let texts: Set = ["question", "template", "answer", "cached", "served"]
    for (name, data) in byMode[.redacted]! where name.hasSuffix(".csv") {
      func figures(_ mode: ContentPolicy.Mode) -> [[String]] {
        let rows = parseCSV(byMode[mode]![name] ?? Data())
        return rows.map { zip(rows[0], $0).filter { !texts.contains($0.0) }.map(\.1) }
      }
      #expect(!data.isEmpty)
      for mode in ContentPolicy.Mode.allCases { #expect(figures(mode) == figures(.redacted), "\(name) \(mode)") }
    }
  }

  @Test("A hash is HMAC-SHA256: the same for the same text and key, another for another key")
  func hashes() {
    // printf '%s' 'How …' | openssl dgst -sha256 -hmac 'k'
    var options = AnalysisOptions.Privacy()
    options.content = .hashed
    let plain = ContentPolicy(options)
    let keyed = ContentPolicy(options, hashKey: "key")
    #expect(keyed.shown("The quick brown fox jumps over the lazy dog") == "hash f7bc83f430538424")
    #expect(plain.shown("a") == plain.shown("a") && plain.shown("a") != plain.shown("b"))
    #expect(plain.shown("a") != keyed.shown("a"))
  }

  @Test("Patterns of the settings file are private data too; one that is no regular expression is an error")
  func patterns() throws {
    let options = try AnalysisOptions(yaml: "privacy: {patterns: ['\\bPROJ-[0-9]+\\b', '(?i)codename \\w+']}")
    let redactor = Redactor(patterns: options.privacy.patterns)
    #expect(redactor.finding(in: "see PROJ-17") == .pattern && redactor.finding(in: "Codename Falcon") == .pattern)
    #expect(redactor.finding(in: "see XPROJ-17") == nil && redactor.finding(in: "a@b.co PROJ-1") == .email)
    #expect(throws: AnalyzerError.self) { try AnalysisOptions(yaml: "privacy: {patterns: ['(']}") }
    #expect(throws: AnalyzerError.self) { try AnalysisOptions(yaml: "privacy: {content: some}") }
    let scratch = try Scratch()
    let log = try scratch.write(TrafficLine.log(TrafficLine.plain()), to: "log.jsonl")
    var with = AnalysisOptions()
    // Written so that the options, which the report shows, do not match themselves.
    with.privacy.patterns = [#"project\s+alpha"#]
    let shown = try report(of: [log], options: with).files
    #expect(!shown.values.contains { String(decoding: $0, as: UTF8.self).contains("project alpha") })
    #expect(shown.values.contains { String(decoding: $0, as: UTF8.self).contains("project beta") })
  }

  @Test("Users called by a hash: no file has their names, limits still find them, and no figure changes")
  func users() throws {
    let scratch = try Scratch()
    let log = try scratch.write(
      TrafficLine.log(
        TrafficLine.plain(60).map { line in
          var line = line
          line.user = "person-\(line.user)@house"
          return line
        }), to: "log.jsonl")
    var options = try AnalysisOptions(
      yaml: """
        budgets: {limits: [{scope: user, name: person-u-1@house, usd: 0.001, every: 1d}, {scope: user, usd: 0.002, every: 1d}]}
        batching: {users: [person-u-2@house]}
        """)
    let named = try report(of: [log], options: options).files
    options.privacy.users = .hashed
    let hashed = try report(of: [log], options: options).files
    #expect(named.values.contains { String(decoding: $0, as: UTF8.self).contains("person-u-1") })
    #expect(!hashed.values.contains { String(decoding: $0, as: UTF8.self).contains("person-u") })
    #expect(Set(named.keys) == Set(hashed.keys))
    for name in named.keys.sorted() where name.hasSuffix(".csv") {
      func rows(_ files: [String: Data]) -> [[String]] {
        let rows = parseCSV(files[name]!)
        // Ties are ordered by name.
        return rows.map { zip(rows[0], $0).filter { !["user", "name"].contains($0.0) }.map(\.1) }
          .sorted { $0.joined(separator: "|") < $1.joined(separator: "|") }
      }
      #expect(rows(named) == rows(hashed), "\(name)")
    }
    let budgets = try parseCSV(#require(hashed["budgets.csv"]))
    #expect(column("name", of: budgets).contains { $0.hasPrefix("user ") } && budgets.count > 2)
    // A night names users from its state.
    let store = try StateStore(path: scratch.path("state.sqlite"))
    var analysis = Analysis.Request(inputs: [])
    analysis.options.privacy.users = .hashed
    var day = TrafficLine()
    (day.user, day.minute) = ("person-new@house", 9 * 1440)
    let later = try scratch.write(TrafficLine.log([day]), to: "later.jsonl")
    let night = try Nightly(
      Nightly.Request(inputs: [log, later], analysis: analysis, now: (1_767_600_000 + 12 * 86_400) * 1_000_000), store)
    #expect(night.changes.contains { $0.dimension == .user && $0.name.hasPrefix("user ") })
    #expect(!NightChapter(night).markdown.contains("person-"))
  }
}
