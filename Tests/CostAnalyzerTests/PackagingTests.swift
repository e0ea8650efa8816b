import CostAnalyzer
import Foundation
import Testing

/// What `packaging/` holds, under the program that it is for.
@Suite("Packaging")
struct PackagingTests {
  @Test("Under logrotate with the rule, and nights before and after it, every request counts once")
  func logrotate() throws {
    guard
      let logrotate = ["/usr/sbin/logrotate", "/usr/bin/logrotate"].first(where: FileManager.default.isExecutableFile),
      CacheServers.which("zstd") != nil
    else {
      print("SKIPPED: the logrotate rule, there is no logrotate or no zstd (apt-get install logrotate zstd)")
      return
    }
    let folder = try TestFolder()
    let program = Program(scratch: try Scratch())
    let logs = folder.path + "/logs"
    var rule = try String(contentsOfFile: TestData.repositoryFile("packaging/logrotate"), encoding: .utf8)
    rule = rule.replacing("/var/log/llm-gateway", with: logs).replacing(
      "create 0640 gateway analyze", with: "create 0640")
    try folder.write(Array(rule.utf8), as: "rule")
    let yesterday = Timestamp.dayText(Timestamp.dayNumber(Int64(Date().timeIntervalSince1970) * 1_000_000) - 1)
    let store = try StateStore(path: folder.path + "/state.sqlite")
    var live: [UInt8] = []
    for day in 0..<4 {
      let start = day * 30
      live += RotationTests.lines(start..<start + 20)
      try folder.write(live, as: "logs/app.jsonl")
      _ = try RotationTests.night([logs], store, day: day)
      live += RotationTests.lines(start + 20..<start + 30)
      try folder.write(live, as: "logs/app.jsonl")
      // It is the next day for logrotate, and yesterday's log was called by yesterday's date.
      try folder.write(
        Array("logrotate state -- version 2\n\"\(logs)/app.jsonl\" \(yesterday)-0:0:0\n".utf8), as: "status")
      let today = try FileManager.default.contentsOfDirectory(atPath: logs).filter {
        $0.wholeMatch(of: /app\.jsonl-[0-9]{8}/) != nil
      }
      for name in today {
        let date = 20_260_105 + day
        try FileManager.default.moveItem(atPath: "\(logs)/\(name)", toPath: "\(logs)/app.jsonl-\(date)")
      }
      let result = try program.run(logrotate, ["--state", folder.path + "/status", folder.path + "/rule"])
      #expect(result.status == 0 && !result.error.contains("error"), "\(result.error)")
      live = []
      let night = try RotationTests.night([logs], store, day: day)
      try RotationTests.expect(store, night, RotationTests.lines(0..<start + 30), "day \(day)")
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: logs)
    #expect(names.count { $0.hasSuffix(".zst") } == 3 && names.count == 5 && names.contains("app.jsonl"), "\(names)")
  }
}
