import CostAnalyzer
import Foundation
import Testing

@Suite("Safetensors files")
struct SafetensorsTests {
  private static let tensors = [
    TinyModel.f32("a", [2, 2], [1, -2.5, 3, 1e-30]),
    TinyModel.Tensor(
      name: "b", dtype: "BF16", shape: [2], bytes: TinyModel.littleEndian(UInt16(0x3F80)) + [0x00, 0xC1]),
    TinyModel.Tensor(
      name: "c", dtype: "I64", shape: [2], bytes: TinyModel.littleEndian(Int64(-7)) + TinyModel.littleEndian(Int64(9))),
    TinyModel.Tensor(name: "d", dtype: "I32", shape: [1], bytes: TinyModel.littleEndian(Int32(-3))),
    TinyModel.Tensor(name: "e", dtype: "U8", shape: [3], bytes: [1, 2, 3]),
    TinyModel.Tensor(name: "empty", dtype: "F32", shape: [0, 4], bytes: []),
  ]

  @Test("Values of every dtype come back as they were written, whatever their alignment")
  func values() throws {
    let folder = try TestFolder()
    // The odd header puts every tensor at an odd address.
    let file = try SafetensorsFile(path: folder.write(TinyModel.safetensors(Self.tensors), as: "model.safetensors"))
    #expect(try file.floats("a") == [1, -2.5, 3, 1e-30])
    #expect(try file.floats("b") == [1, -8])
    #expect(try file.integers("c") == [-7, 9])
    #expect(try file.integers("d") == [-3])
    #expect(try file.floats("empty") == [])
    #expect(try file.tensor("a").shape == [2, 2])
    #expect(file.tensors.keys.sorted() == ["a", "b", "c", "d", "e", "empty"])
  }

  @Test("All 65,536 half-precision numbers are read exactly")
  func halves() throws {
    let folder = try TestFolder()
    let bytes = (0...UInt16.max).flatMap { TinyModel.littleEndian($0) }
    let tensor = TinyModel.Tensor(name: "h", dtype: "F16", shape: [65_536], bytes: bytes)
    let values = try SafetensorsFile(path: folder.write(TinyModel.safetensors([tensor]), as: "h")).floats("h")
    for (bits, value) in values.enumerated() {
      let sign: Double = bits & 0x8000 == 0 ? 1 : -1
      let exponent = bits >> 10 & 31
      let fraction = Double(bits & 0x3FF) / 1024
      if exponent == 31 {
        #expect(fraction == 0 ? value == Float(sign * .infinity) : value.isNaN)
      } else {
        let scale = Double(sign: .plus, exponent: max(exponent, 1) - 15, significand: 1)
        let expected = sign * scale * (exponent == 0 ? fraction : 1 + fraction)
        #expect(Double(value) == expected && (value.sign == .minus) == (sign < 0))
      }
    }
  }

  @Test("A file cut anywhere, or with a byte too many, is an error that names it")
  func cut() throws {
    let folder = try TestFolder()
    let whole = TinyModel.safetensors(Self.tensors)
    for length in 0..<whole.count {
      let path = try folder.write(Array(whole[..<length]), as: "cut")
      let error = analyzerError { try SafetensorsFile(path: path) }
      #expect(error?.kind == .input && error?.message.contains(path) == true, "\(length) bytes")
    }
    let path = try folder.write(whole + [0], as: "long")
    #expect(analyzerError { try SafetensorsFile(path: path) } != nil)
  }

  @Test(
    "A header that does not fit the file is an error that names it",
    arguments: [
      "", "[]", "{\"a\":1}", "not json", #"{"a":{"dtype":"F32","shape":[1]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#,
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
      #"{"a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}"#,
      #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#,
      #"{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"b":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}"#,
      #"{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}"#,
      #"{"a":{"dtype":"F16","shape":[1],"data_offsets":[2,4]}}"#,
    ])
  func badHeader(header: String) throws {
    let folder = try TestFolder()
    let tensor = TinyModel.f32("a", [1], [1])
    let path = try folder.write(TinyModel.safetensors([tensor], header: header), as: "bad.safetensors")
    let error = analyzerError { try SafetensorsFile(path: path) }
    #expect(error?.kind == .input && error?.message.contains(path) == true && error?.hint != nil)
  }

  @Test("An absurd header length is an error, not an allocation")
  func headerLength() throws {
    let folder = try TestFolder()
    for length: UInt64 in [9, 1 << 40, .max, 1 << 63] {
      let path = try folder.write(TinyModel.littleEndian(length) + Array("{}".utf8), as: "long")
      #expect(analyzerError { try SafetensorsFile(path: path) }?.message.contains(path) == true)
    }
  }

  @Test("A missing file, a missing tensor and a dtype that cannot be read are errors that say what there is")
  func missing() throws {
    let folder = try TestFolder()
    let none = folder.path + "/none"
    #expect(analyzerError { try SafetensorsFile(path: none) }?.message.contains(none) == true)
    let path = try folder.write(TinyModel.safetensors(Self.tensors), as: "model.safetensors")
    let file = try SafetensorsFile(path: path)
    let missing = analyzerError { try file.floats("z") }
    #expect(missing?.message.contains(path) == true && missing?.hint?.contains("a, b, c, d, e, …") == true)
    let dtype = analyzerError { try file.floats("e") }
    #expect(dtype?.message.contains("U8") == true && dtype?.message.contains(path) == true)
    #expect(analyzerError { try file.integers("a") }?.message.contains("F32") == true)
  }
}
