import CMatrix

/// What an encoder's numbers are rounded to before they are multiplied; sums are float32.
package enum EncoderPrecision: String, Sendable, CaseIterable {
  case float32
  /// 8 bits of each number: about 1.8 times the throughput, and cosines off by up to 1e-4.
  case bfloat16

  /// Whether this CPU has the instructions; without them bfloat16 would be slower than float32.
  package var isAvailable: Bool { self == .float32 || ca_has_bfloat16() != 0 }
}

/// A linear layer, y = x Wᵀ + bias, for a fixed number of rows. Its weights live in the library's own order.
final class MatrixProduct: @unchecked Sendable {
  // SAFETY: the C product is written only while it is built; runs bring their own scratch.
  private let handle: OpaquePointer
  /// Bytes a run needs, aligned to 64.
  let scratchBytes: Int

  /// - Parameter weights: `bias.count` rows of `inputs` values.
  init(weights: [Float], bias: [Float], inputs: Int, rows: Int, precision: EncoderPrecision) throws(AnalyzerError) {
    precondition(weights.count == bias.count * inputs, "one row of weights an output")
    let kind = precision == .float32 ? CA_FLOAT32 : CA_BFLOAT16
    guard let handle = ca_product_new(weights, bias, rows, bias.count, inputs, kind) else {
      throw AnalyzerError(
        .input, "oneDNN cannot multiply \(rows) x \(inputs) by \(inputs) x \(bias.count) on this machine",
        hint: "embed with the static table instead")
    }
    self.handle = handle
    scratchBytes = ca_product_scratch(handle)
  }

  deinit { ca_product_free(handle) }

  func run(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer) {
    let status = ca_product_run(handle, x, y, scratch)
    precondition(status == 0, "oneDNN failed in a product it had prepared")
  }
}
