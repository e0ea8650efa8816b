import ArgumentParser
import CostAnalyzer
import Foundation

struct DeployCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deploy", abstract: "Load a pre-cache list into a cache.", subcommands: [Redis.self])

  struct Redis: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Load a pre-cache list into Redis, as exact keys of your own or as LiteLLM's proxy looks them up.",
      discussion: """
        The list is checked against precache.manifest.json beside it; every record expires after the lifetime that the list
        suggests, and is read back. Give the password in $REDIS_URL: a command line can be seen by others.

        EXAMPLES
          analyze deploy redis reports/latest/precache.jsonl --url redis://localhost:6379/1 --prefix faq:
          analyze deploy redis precache.jsonl --key-format litellm --group 5f1c… --system prompt.txt --param temperature=0
          analyze deploy redis precache.jsonl --dry-run
        """)

    @Argument(help: "The list: precache.jsonl of a report.", completion: .file(extensions: ["jsonl"]))
    var list: String

    @Option(help: "redis://[user[:password]@]host[:port][/database]. (default: $REDIS_URL or redis://localhost:6379)")
    var url: String?

    @Option(help: "What keys and values are like: exact (SHA-256 of model, line feed and question) or litellm.")
    var keyFormat = CacheKeyFormat.exact

    @Option(help: "What every key begins with; LiteLLM's namespace and a colon.")
    var prefix = ""

    @Option(help: "Load the entries of this group only. May be repeated.")
    var group: [String] = []

    @Option(help: "The model name that clients ask for, where the log has another (litellm).")
    var model: String?

    @Option(help: "File with the system prompt that clients send (litellm).", completion: .file())
    var system: String?

    @Option(help: "Parameter that clients send, like temperature=0.2, in their order (litellm). May be repeated.")
    var param: [String] = []

    @Flag(help: "Say what would be written, and write nothing.")
    var dryRun = false

    func validate() throws {
      if keyFormat == .exact && (model != nil || system != nil || !param.isEmpty) {
        throw ValidationError("--model, --system and --param are for --key-format litellm")
      }
    }

    func run() throws {
      let environment = ProcessInfo.processInfo.environment
      let list = try DeployList(path: list)
      if list.manifest == nil {
        Terminal.error("analyze: no \(PrecacheManifest.fileName) beside the list: it is taken as it stands")
      }
      var records = CacheRecords(
        now: environment["SOURCE_DATE_EPOCH"].flatMap(Int64.init) ?? Int64(Date().timeIntervalSince1970))
      (records.format, records.prefix) = (keyFormat, prefix)
      records.litellm.model = model
      if let system {
        guard let text = try? String(contentsOfFile: system, encoding: .utf8) else {
          throw AnalyzerError(.usage, "cannot read the system prompt \(system)", hint: "give a text file in UTF-8")
        }
        records.litellm.system = text
      }
      for text in param { try records.litellm.add(parameter: text) }
      let entries = try list.entries(ofGroups: group)
      let found = try records.of(entries)
      let what = "\(NumberText.grouped(found.count)) keys of \(NumberText.grouped(entries.count)) entries"
      let address = try RedisAddress(url ?? environment["REDIS_URL"] ?? "redis://localhost:6379")
      if dryRun {
        Terminal.out("would write \(what) to \(HostileText.visible(address.description))")
        return
      }
      let load = try RedisLoad(found, to: address)
      Terminal.out(
        "\(what) written to \(HostileText.visible(address.description)), \(NumberText.grouped(load.confirmed)) read back"
      )
      if load.confirmed != load.written {
        throw AnalyzerError(
          .output, "\(load.written - load.confirmed) keys were gone or changed when read back",
          hint: "the server may be short of memory (maxmemory-policy), or somebody else writes these keys")
      }
    }
  }
}

extension CacheKeyFormat: ExpressibleByArgument {}
