import Foundation

/// A manual page in mdoc, from what the argument parser says of its commands (`--experimental-dump-help`).
struct ManualPage {
  private struct Dump: Decodable { var command: Command }

  private struct Command: Decodable {
    var commandName: String
    var abstract: String?
    var discussion: String?
    var subcommands: [Command]?
    var arguments: [Argument]?
  }

  private struct Argument: Decodable {
    struct Name: Decodable {
      var kind: String
      var name: String
    }
    var kind: String
    var shouldDisplay: Bool
    var isOptional: Bool
    var isRepeating: Bool
    var names: [Name]?
    var valueName: String?
    var defaultValue: String?
    var abstract: String?
  }

  private(set) var text = ""

  init(dumpedHelp: String, date: Date) throws {
    let root = try JSONDecoder().decode(Dump.self, from: Data(dumpedHelp.utf8)).command
    let name = root.commandName
    text =
      ".Dd \(Self.day(date))\n.Dt \(name.uppercased()) 1\n.Os\n.Sh NAME\n.Nm \(name)\n.Nd \(Self.phrase(root.abstract ?? ""))\n"
    text +=
      ".Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar options\n.Sh DESCRIPTION\nThe options of a command are also printed by\n.Nm\n.Ar command\n.Fl -help .\n"
    let parts = Self.parts(root.discussion ?? "")
    text += parts.filter { $0.title == nil }.map(Self.body).joined()
    text += ".Sh COMMANDS\n"
    for command in root.subcommands ?? [] { describe(command, path: []) }
    for part in parts where part.title == "EXIT CODES" { text += ".Sh EXIT STATUS\n" + Self.body(part) }
    for part in parts where part.title == "EXAMPLES" { text += ".Sh EXAMPLES\n" + Self.body(part) }
  }

  private mutating func describe(_ command: Command, path: [String]) {
    if command.commandName == "help" { return }
    let path = path + [command.commandName]
    let subcommands = command.subcommands ?? []
    let arguments = (command.arguments ?? []).filter { $0.shouldDisplay && !Self.isHelp($0) }
    if subcommands.isEmpty {
      text += ".Ss \(path.joined(separator: " "))\n"
      if let abstract = command.abstract { text += Self.prose(abstract) }
      for part in Self.parts(command.discussion ?? "") { text += (part.title == nil ? ".Pp\n" : "") + Self.body(part) }
      if !arguments.isEmpty {
        text += ".Bl -tag -width Ds\n" + arguments.map(Self.item).joined() + ".El\n"
      }
    }
    for subcommand in subcommands { describe(subcommand, path: path) }
  }

  private static func isHelp(_ argument: Argument) -> Bool {
    argument.names?.contains { $0.name == "help" || $0.name == "version" } ?? false
  }

  private static func item(_ argument: Argument) -> String {
    let value = argument.valueName ?? "value"
    var head = ".It "
    if argument.kind == "positional" {
      head += "Ar \(value)" + (argument.isRepeating ? " ..." : "")
    } else {
      head += (argument.names ?? []).map { "Fl \($0.kind == "long" ? "-" : "")\($0.name)" }.joined(separator: " , ")
      if argument.kind == "option" { head += " Ar \(value)" }
    }
    var text = argument.abstract ?? ""
    if let standard = argument.defaultValue, argument.kind == "option" { text += " (default: \(standard))" }
    return head + "\n" + prose(text)
  }

  private struct Part {
    /// `EXAMPLES`, `EXIT CODES`; nil for prose.
    var title: String?
    var lines: [String]
  }

  /// Prose, and below a heading in capitals what is indented.
  private static func parts(_ discussion: String) -> [Part] {
    var parts = [Part(title: nil, lines: [])]
    for line in discussion.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if !line.isEmpty, line.allSatisfy({ $0.isUppercase || $0 == " " }) && !line.hasPrefix(" ") {
        parts.append(Part(title: line, lines: []))
      } else if !line.isEmpty {
        parts[parts.count - 1].lines.append(line)
      }
    }
    return parts.filter { !$0.lines.isEmpty }
  }

  private static func body(_ part: Part) -> String {
    if part.title == nil { return prose(part.lines.joined(separator: " ")) }
    return ".Bd -literal\n" + part.lines.map { line($0.hasPrefix("  ") ? String($0.dropFirst(2)) : $0) }.joined()
      + ".Ed\n"
  }

  private static func day(_ date: Date) -> String {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(identifier: "UTC")
    format.dateFormat = "MMMM d, yyyy"
    return format.string(from: date)
  }

  /// Prose: a sentence begins a line, as mdoc wants it, and no line is long.
  private static func prose(_ text: String) -> String {
    var lines = [""]
    for word in text.split(separator: " ") {
      let last = lines[lines.count - 1]
      if last.hasSuffix(".") || last.count + word.count > 76 { lines.append("") }
      lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
    }
    return lines.map(line).joined()
  }

  /// One line of text: nothing in it is a request.
  private static func line(_ text: String) -> String {
    let plain = escaped(text)
    return (plain.hasPrefix(".") || plain.hasPrefix("'") ? "\\&" : "") + plain + "\n"
  }

  /// Behind a macro: no word of it is a macro's name.
  private static func phrase(_ text: String) -> String { "\"" + escaped(text).replacing("\"", with: "\\(dq") + "\"" }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\e").replacing("\n", with: " ")
  }
}
