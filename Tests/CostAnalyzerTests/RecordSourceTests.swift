import CostAnalyzer
import Foundation
import Testing

@Suite("Records that are not lines")
struct RecordSourceTests {
  /// Lines that a run sees of a text, with their ends.
  private func lines(_ text: String, packed: ([UInt8]) -> [UInt8] = { $0 }) throws -> (lines: [String], end: StreamEnd)
  {
    let folder = try TestFolder()
    let bytes = packed(Array(text.utf8))
    let path = try folder.write(bytes, as: "log")
    let reader = LineBlockReader(
      files: [InputFile(path: path, bytes: bytes.count, sha256: "")], limits: InputLimits())
    var all: [UInt8] = []
    while case let batch = reader.nextBatch(), !batch.isEmpty { batch.forEach { all += Array($0.lines) } }
    let lines = all.split(separator: 10).map { String(decoding: $0, as: UTF8.self) }
    return (lines, reader.ends[0].end)
  }

  @Test("the records of an array are lines, with blanks for the line breaks inside them")
  func array() throws {
    #expect(try lines(#"[{"a":1},{"b":[1,{"c":2}]}]"#).lines == [#"{"a":1}"#, #"{"b":[1,{"c":2}]}"#])
    #expect(try lines("\u{FEFF} [ {\"a\":\n1} ,\r\n{\"b\":2}\n]\n").lines == ["{\"a\": 1} ", "{\"b\":2} "])
    #expect(try lines(#"[{"a":"],[}{\"\\"},{"b":"\\\""}]"#).lines == [#"{"a":"],[}{\"\\"}"#, #"{"b":"\\\""}"#])
    #expect(try lines("[{},5,\"x\",[1]]").lines == ["{}", "5", "\"x\"", "[1]"])
  }

  @Test("arrays one behind the other, arrays a line, and lines behind an array are all read")
  func several() throws {
    #expect(
      try lines("[{\"a\":1},{}]\n[{\"b\":2}][]\n{\"c\":3}\nno json\n[{}]").lines == [
        "{\"a\":1}", "{}", "{\"b\":2}", "{\"c\":3}", "no json", "{}",
      ])
  }

  @Test("records over several lines are records")
  func pretty() throws {
    #expect(
      try lines("{\n  \"a\": 1\n}\n{\r\n\"b\": 2\n}\n{\"c\":3}").lines == [
        "{   \"a\": 1 }", "{  \"b\": 2 }", "{\"c\":3}",
      ])
    #expect(try lines("{\n}{}\n{}").lines == ["{ }{}", "{}"], "a record begins on a line of its own")
  }

  @Test("a file of lines is left as it is")
  func plain() throws {
    for text in ["{\"a\":1}\n{\"b\":[\n", "[1,2]\n[3]\n", "x\n[{}]\n", "[[{}]]\n", "", " \n{\"a\":1}\n"] {
      #expect(try lines(text).lines == text.split(separator: "\n").map(String.init), "\(text)")
    }
  }

  @Test("an array that is not closed is reported, and its whole records are read")
  func open() throws {
    for text in ["[{\"a\":1},{\"b\":", "[{\"a\":1},", "[{\"a\":1}", "{\n\"a\":1"] {
      let (lines, end) = try lines(text)
      #expect(end == .openArray, "\(text)")
      #expect(text.hasPrefix("{") || lines.first == "{\"a\":1}")
    }
    #expect(try lines("[{\"a\":1}]").end == .complete)
    let log = try Ingest.read([Array("[\(trafficLine()),\(trafficLine().dropLast(9))".utf8)])
    #expect(log.counts.accepted == 1 && log.rejectList == ["cut_line:0:2", "cut_line=1"])
  }

  @Test(
    "random records are the same as lines, as an array, indented, in any container and across block borders",
    arguments: 0..<4)
  func twin(seed: Int) throws {
    var random = TestRandom(UInt64(seed))
    let parts = ["{", "}", "[", "]", ",", "\\", "\"", "\n", "\u{1F600}", "é", " ", "a", ":"]
    let records = try (0..<300).map { index -> String in
      let text = (0..<Int.random(in: 0...(index == 7 ? 300_000 : 30), using: &random)).map { _ in
        parts.randomElement(using: &random)!
      }
      let object: [String: Any] = ["n": index, "text": text.joined(), "list": [["x": text.prefix(5).joined()], []]]
      return String(decoding: try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]), as: UTF8.self)
    }
    func values(_ lines: [String]) throws -> [String] {
      try lines.map { line in
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
        return String(
          decoding: try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]), as: UTF8.self)
      }
    }
    let indented = try records.map { record in
      let object = try JSONSerialization.jsonObject(with: Data(record.utf8))
      return String(
        decoding: try JSONSerialization.data(withJSONObject: object, options: [.prettyPrinted]), as: UTF8.self)
    }
    let texts = [
      records.joined(separator: "\n"), "[" + records.joined(separator: ",") + "]",
      "[\n" + indented.joined(separator: ",\n") + "\n]",
      indented.joined(separator: "\n"),
    ]
    for text in texts {
      for pack in [{ $0 }, { Pack.zstd($0) }, { Pack.gzip([$0]).bytes }] as [([UInt8]) -> [UInt8]] {
        let isSame = try values(lines(text, packed: pack).lines) == records
        #expect(isSame)
      }
    }
  }
}
