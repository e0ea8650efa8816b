import CostAnalyzer
import Foundation

// libFuzzer's entry: every input is read as a log, text and all. Besides crashes it finds what must not happen: records that
// do not add up, a line that two formats claim, and another log on more threads.

private let settings = try! TextSettings(AnalysisOptions(), tokens: nil)

/// One file, in memory where the system has a place for that, which every input is written to.
private let path: String = {
  var template = Array(
    "\(FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : "/tmp")/fuzz-XXXXXX".utf8CString)
  let descriptor = mkstemp(&template)
  precondition(descriptor >= 0, "no temporary file")
  close(descriptor)
  atexit { unlink(path) }
  return template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
}()

private func write(_ bytes: UnsafeRawBufferPointer) {
  let file = fopen(path, "w")
  precondition(file != nil && fwrite(bytes.baseAddress, 1, bytes.count, file) == bytes.count, "cannot write \(path)")
  fclose(file)
}

private func read(_ bytes: Int, threads: Int, text: Bool) -> RequestLog {
  var reader = LogReader(settings: text ? settings : nil, threads: threads)
  reader.needs.text = text
  reader.needs.ids = true
  // Checks that the records add up.
  return reader.read([InputFile(path: path, bytes: bytes, sha256: "")])
}

/// Release builds do not print what a precondition says.
private func check(_ holds: Bool, _ message: @autoclosure () -> String) {
  if holds { return }
  FileHandle.standardError.write(Data("broken: \(message())\n".utf8))
  abort()
}

/// Called for every input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let start, count > 0 else { return 0 }
  let bytes = UnsafeRawBufferPointer(start: start, count: count)
  write(bytes)
  let log = read(count, threads: 1, text: true)
  let same = read(count, threads: 2, text: true)
  check(log.counts == same.counts && log.models == same.models, "\(log.counts) on one thread, \(same.counts) on two")
  // A text with a bad escape is damage only to who reads it.
  let ledger = read(count, threads: 1, text: false).counts
  check(
    ledger.records == log.counts.records && ledger.accepted >= log.counts.accepted,
    "\(log.counts), without text \(ledger)")
  for line in bytes.split(separator: 10) {
    let claimants = FormatRegistry.claimants(of: Array(line))
    check(claimants.count <= 1, "claimed by \(claimants)")
  }
  return 0
}
