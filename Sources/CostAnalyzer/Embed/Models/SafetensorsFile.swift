import Foundation

/// A file of named tensors: 8 bytes little-endian header length, a JSON header, then the tensors' bytes without gaps.
///
/// The file is mapped, not read: only tensors that are asked for cost memory. Format:
/// <https://huggingface.co/docs/safetensors>. Every malformed file is an `AnalyzerError` that names the path.
package struct SafetensorsFile: Sendable {
  package struct Tensor: Sendable, Equatable {
    package let dtype: String
    package let shape: [Int]
    /// Place in the file, in bytes from its start.
    package let bytes: Range<Int>
    package var count: Int { shape.reduce(1, *) }
  }

  package let path: String
  package let tensors: [String: Tensor]
  private let data: Data
  /// The reference implementation's limit; a longer header is damage or an attack.
  private static let headerLimit = 100_000_000

  package init(path: String) throws(AnalyzerError) {
    self.path = path
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    } catch {
      throw AnalyzerError(
        .input, "cannot read the weights file \(path): \(error.localizedDescription)",
        hint: "check the path, or fetch the model again with 'analyze setup embeddings'")
    }
    guard data.count >= 8 else { throw Self.damaged(path, "it is \(data.count) bytes long, shorter than its header") }
    let length = data.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard length <= Self.headerLimit, Int(length) <= data.count - 8 else {
      throw Self.damaged(path, "it says its header has \(length) bytes, the file has \(data.count)")
    }
    let header: Header
    do {
      header = try JSONDecoder().decode(Header.self, from: data.subdata(in: 8..<8 + Int(length)))
    } catch {
      throw Self.damaged(path, "its header is not the JSON of a safetensors file")
    }
    var tensors: [String: Tensor] = [:]
    for (name, entry) in header.entries {
      tensors[name] = try Self.tensor(entry, name: name, path: path, start: 8 + Int(length), end: data.count)
    }
    try Self.checkNoGaps(tensors, path: path, start: 8 + Int(length), end: data.count)
    self.tensors = tensors
  }

  /// The values of a tensor of dtype F32, F16 or BF16, row-major.
  package func floats(_ name: String) throws(AnalyzerError) -> [Float] {
    let tensor = try tensor(name)
    switch tensor.dtype {
    case "F32": return values(tensor, UInt32.self) { Float(bitPattern: $0) }
    case "F16": return values(tensor, UInt16.self, Self.float(half:))
    case "BF16": return values(tensor, UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    default: throw unsupported(name, tensor.dtype, wanted: "F32, F16 or BF16")
    }
  }

  /// The values of a tensor of dtype I32 or I64.
  package func integers(_ name: String) throws(AnalyzerError) -> [Int] {
    let tensor = try tensor(name)
    switch tensor.dtype {
    case "I32": return values(tensor, UInt32.self) { Int(Int32(bitPattern: $0)) }
    case "I64": return values(tensor, UInt64.self) { Int(Int64(bitPattern: $0)) }
    default: throw unsupported(name, tensor.dtype, wanted: "I32 or I64")
    }
  }

  package func tensor(_ name: String) throws(AnalyzerError) -> Tensor {
    guard let tensor = tensors[name] else {
      let names = tensors.keys.sorted()
      throw AnalyzerError(
        .input, "\(path) has no tensor '\(name)'",
        hint: "it has \(names.prefix(5).joined(separator: ", "))\(names.count > 5 ? ", …" : "")")
    }
    return tensor
  }

  private func values<Raw: FixedWidthInteger, Value>(
    _ tensor: Tensor, _: Raw.Type, _ convert: (Raw) -> Value
  ) -> [Value] {
    data.withUnsafeBytes { bytes in
      [Value](unsafeUninitializedCapacity: tensor.count) { target, filled in
        let start = bytes.baseAddress! + tensor.bytes.lowerBound
        for index in 0..<tensor.count {
          let raw = (start + index * MemoryLayout<Raw>.size).loadUnaligned(as: Raw.self)
          target.initializeElement(at: index, to: convert(Raw(littleEndian: raw)))
        }
        filled = tensor.count
      }
    }
  }

  /// Exact, subnormals, infinities and NaN included. By bits, because `Float16` is missing on some Macs and slow on
  /// processors without F16C.
  private static func float(half: UInt16) -> Float {
    let magnitude = UInt32(half & 0x7FFF) << 13
    let sign = UInt32(half & 0x8000) << 16
    if magnitude >= 0x0F80_0000 { return Float(bitPattern: sign | magnitude | 0x7F80_0000) }
    let rebias = Float(sign: .plus, exponent: 112, significand: 1)
    return Float(bitPattern: sign | (Float(bitPattern: magnitude) * rebias).bitPattern)
  }
}

extension SafetensorsFile {
  /// The JSON header: tensor name → entry, beside free text under `__metadata__`.
  private struct Header: Decodable {
    struct Entry: Decodable {
      let dtype: String
      let shape: [Int]
      let offsets: [Int]
      enum CodingKeys: String, CodingKey {
        case dtype, shape
        case offsets = "data_offsets"
      }
    }
    struct Name: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { return nil }
    }
    var entries: [String: Entry] = [:]

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Name.self)
      for name in container.allKeys where name.stringValue != "__metadata__" {
        entries[name.stringValue] = try container.decode(Entry.self, forKey: name)
      }
    }
  }

  private static let sizes = [
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "U16": 2, "I16": 2, "F16": 2, "BF16": 2, "U32": 4,
    "I32": 4, "F32": 4, "U64": 8, "I64": 8, "F64": 8,
  ]

  private static func tensor(
    _ entry: Header.Entry, name: String, path: String, start: Int, end: Int
  ) throws(AnalyzerError) -> Tensor {
    guard entry.offsets.count == 2, entry.offsets[0] >= 0, entry.offsets[0] <= entry.offsets[1],
      entry.offsets[1] <= end - start
    else { throw damaged(path, "tensor '\(name)' lies outside the file") }
    let bytes = start + entry.offsets[0]..<start + entry.offsets[1]
    // Of a dtype we do not know, the size is not known either; whoever asks for it is told.
    if let size = sizes[entry.dtype] {
      var expected = size
      for extent in entry.shape {
        let (product, overflow) = expected.multipliedReportingOverflow(by: extent)
        guard extent >= 0, !overflow else { throw damaged(path, "tensor '\(name)' has the shape \(entry.shape)") }
        expected = product
      }
      guard expected == bytes.count else {
        throw damaged(
          path, "tensor '\(name)' of shape \(entry.shape) and dtype \(entry.dtype) has \(bytes.count) bytes")
      }
    }
    return Tensor(dtype: entry.dtype, shape: entry.shape, bytes: bytes)
  }

  /// Tensors fill the file from end to end; a file cut short, or with something appended, is found here.
  private static func checkNoGaps(_ tensors: [String: Tensor], path: String, start: Int, end: Int) throws(AnalyzerError)
  {
    var position = start
    for range in tensors.values.map(\.bytes).sorted(by: {
      ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound)
    }
    ) {
      guard range.lowerBound == position else { throw damaged(path, "its tensors overlap or leave gaps") }
      position = range.upperBound
    }
    guard position == end else { throw damaged(path, "\(end - position) bytes belong to no tensor") }
  }

  private static func damaged(_ path: String, _ what: String) -> AnalyzerError {
    AnalyzerError(
      .input, "\(path) is not a whole safetensors file: \(what)",
      hint: "fetch the model again with 'analyze setup embeddings', or copy the file anew")
  }

  private func unsupported(_ name: String, _ dtype: String, wanted: String) -> AnalyzerError {
    AnalyzerError(
      .input, "\(path): tensor '\(name)' has dtype \(dtype); \(wanted) can be read",
      hint: "export the model with float32 or float16 weights")
  }
}
