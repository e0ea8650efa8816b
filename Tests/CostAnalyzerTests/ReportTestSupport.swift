import CostAnalyzer
import Foundation

/// A folder that goes away with the test.
final class Scratch: Sendable {
  let url = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().appendingPathComponent(
    "report-\(UUID().uuidString)")
  init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(at: url) }
  var path: String { url.path }
  func path(_ name: String) -> String { url.appendingPathComponent(name).path }
  func data(_ name: String) throws -> Data { try Data(contentsOf: url.appendingPathComponent(name)) }
  func write(_ text: String, to name: String) throws -> String {
    try Data(text.utf8).write(to: url.appendingPathComponent(name))
    return path(name)
  }
  /// Files of a report, with the folders in their names.
  func write(_ files: [String: Data], to folder: String = "") throws {
    for (name, data) in files {
      let file = url.appendingPathComponent(folder).appendingPathComponent(name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try data.write(to: file)
    }
  }
  /// All files below a folder, by their names from there on.
  func files(_ folder: String = "") throws -> [String: Data] {
    let root = url.appendingPathComponent(folder)
    let names = try FileManager.default.subpathsOfDirectory(atPath: root.path)
    return Dictionary(
      uniqueKeysWithValues: names.compactMap { name in
        (try? Data(contentsOf: root.appendingPathComponent(name))).map { (name, $0) }
      })
  }
  func names(_ name: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: name.isEmpty ? path : path(name)).sorted()
  }
}

/// Lines of the `traffic` format.
struct TrafficLine {
  var model = "gpt-4o"
  var user = "u-1"
  var tenant = "t-1"
  var tags = ["app:x"]
  var question = "How do I rename a project?"
  var answer = "Open the settings, choose the project and type the new name."
  var minute = 0
  var id: String?
  var costUSD: Double? = 0.01

  var text: String {
    get throws {
      var object: [String: Any] = [
        "schema": "traffic/1", "ts": 1_767_600_000 + 60 * minute, "model": model, "user": user, "tenant": tenant,
        "tags": tags,
        "messages": [["role": "user", "content": question]], "answer": answer, "latency_ms": 800,
        "usage": ["input": 100, "output": 50],
      ]
      if let costUSD { object["cost_usd"] = costUSD }
      if let id { object["id"] = id }
      return String(
        decoding: try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes]),
        as: UTF8.self) + "\n"
    }
  }

  static func log(_ lines: [TrafficLine]) throws -> String { try lines.map { try $0.text }.joined() }

  /// A log with repeats, several users and two days.
  static func plain(_ count: Int = 40) -> [TrafficLine] {
    (0..<count).map { index in
      var line = TrafficLine()
      line.question = "How do I rename project \(["alpha", "beta", "gamma"][index % 3])?"
      line.user = "u-\(index % 5)"
      line.minute = index * 60
      line.model = index % 2 == 0 ? "gpt-4o" : "gpt-4o-mini"
      line.costUSD = nil
      return line
    }
  }
}

/// The files of a report, by name.
func report(of inputs: [String], options: AnalysisOptions = AnalysisOptions(), ledgerOnly: Bool = false) throws
  -> (analysis: Analysis, files: [String: Data])
{
  var request = Analysis.Request(inputs: inputs)
  request.options = options
  request.ledgerOnly = ledgerOnly
  let analysis = try Analysis.run(request)
  let files = try analysis.reportFiles(environment: [:])
  return (analysis, Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0.content) }))
}

/// RFC 4180, written from the text of the RFC and nothing else.
func parseCSV(_ data: Data) -> [[String]] {
  var rows: [[String]] = []
  var row: [String] = []
  var cell: [UInt8] = []
  var inQuotes = false
  var wasQuoted = false
  let bytes = [UInt8](data)
  var index = 0
  func text() -> String { String(decoding: cell, as: UTF8.self) }
  while index < bytes.count {
    let byte = bytes[index]
    if inQuotes {
      if byte == 34, index + 1 < bytes.count, bytes[index + 1] == 34 {
        cell.append(34)
        index += 1
      } else if byte == 34 {
        inQuotes = false
        wasQuoted = true
      } else {
        cell.append(byte)
      }
    } else if byte == 34 {
      // A quote inside an unquoted cell, or behind the closing one, is an error: shows as a broken cell.
      if cell.isEmpty && !wasQuoted { inQuotes = true } else { cell += Array("<stray quote>".utf8) }
    } else if byte == 44 || byte == 10 {
      row.append(text())
      cell = []
      wasQuoted = false
      if byte == 10 {
        rows.append(row)
        row = []
      }
    } else {
      cell.append(byte)
    }
    index += 1
  }
  if !row.isEmpty || !cell.isEmpty || inQuotes { rows.append(row + [text() + "<no line end>"]) }
  return rows
}

/// The column of a CSV file, by its name.
func column(_ name: String, of rows: [[String]]) -> [String] {
  guard let index = rows.first?.firstIndex(of: name) else { return [] }
  return rows.dropFirst().map { $0[index] }
}

/// Scalars that may not appear in anything we write, but for line feeds.
func unsafeScalars(in text: String) -> [String] {
  text.unicodeScalars.filter { scalar in
    let category = scalar.properties.generalCategory
    return (category == .control && scalar != "\n") || category == .format || category == .lineSeparator
      || category == .paragraphSeparator
  }.map { String($0.value, radix: 16) }
}

/// The root of the package.
let checkoutRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

func document(_ path: String) -> String? {
  try? String(contentsOf: checkoutRoot.appendingPathComponent(path), encoding: .utf8)
}

/// The built `analyze`, run as a user runs it.
struct Program {
  struct Result {
    var status: Int32
    var out: String
    var error: String
  }

  /// Beside the test program in the build directory.
  static let path: String = {
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    for _ in 0..<5 {
      folder.deleteLastPathComponent()
      let candidate = folder.appendingPathComponent("analyze").path
      var isDirectory: ObjCBool = false
      if FileManager.default.fileExists(atPath: candidate, isDirectory: &isDirectory), !isDirectory.boolValue {
        return candidate
      }
    }
    return checkoutRoot.appendingPathComponent(".build/debug/analyze").path
  }()

  let scratch: Scratch
  /// Overrides; the state file is in the scratch folder.
  var environment: [String: String] = [:]

  /// Standard output and error go to files: nothing to block on.
  func start(_ executable: String, _ arguments: [String], input: String? = nil, name: String) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, input ?? "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, scratch.path(name + ".out"), O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, scratch.path(name + ".err"), O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    var variables = [
      "PATH": "/usr/bin:/bin", "HOME": scratch.path, "ANALYZE_STATE": scratch.path("state.sqlite"), "LC_ALL": "C.UTF-8",
    ]
    if let libraries = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] {
      variables["LD_LIBRARY_PATH"] = libraries
    }
    if let path = ProcessInfo.processInfo.environment["PATH"] { variables["PATH"] = path }
    variables.merge(environment) { $1 }
    let argv = ([executable] + arguments).map { strdup($0) } + [nil]
    let envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (argv + envp).forEach { free($0) } }
    var child = pid_t()
    let failure = posix_spawn(&child, executable, &actions, nil, argv, envp)
    guard failure == 0 else {
      throw AnalyzerError(.input, "cannot start \(executable): \(String(cString: strerror(failure)))")
    }
    return child
  }

  /// The exit code, or 128 + signal.
  static func wait(_ child: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
  }

  func run(_ arguments: String..., input: String? = nil) throws -> Result {
    try run(Self.path, arguments, input: input)
  }

  func run(_ executable: String, _ arguments: [String], input: String? = nil) throws -> Result {
    let name = "run-\(UUID().uuidString)"
    let status = Self.wait(try start(executable, arguments, input: input, name: name))
    defer {
      for suffix in [".out", ".err"] { try? FileManager.default.removeItem(atPath: scratch.path(name + suffix)) }
    }
    return Result(
      status: status, out: String(decoding: try scratch.data(name + ".out"), as: UTF8.self),
      error: String(decoding: try scratch.data(name + ".err"), as: UTF8.self))
  }

  /// Through the shell, for pipes; `$A` is the program.
  func shell(_ script: String) throws -> Result {
    var copy = self
    copy.environment["A"] = Self.path
    return try copy.run("/bin/sh", ["-c", script])
  }
}
