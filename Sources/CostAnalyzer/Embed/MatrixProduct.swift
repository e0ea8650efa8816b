import CMatrix

/// A linear layer, y = x Wᵀ + bias, for a fixed number of rows. Its weights live in the library's own order.
final class MatrixProduct: @unchecked Sendable {
  // SAFETY: the C product is written only while it is built; runs bring their own scratch.
  private let handle: OpaquePointer
  /// Bytes a run needs, aligned to 64.
  let scratchBytes: Int

  /// - Parameter weights: `bias.count` rows of `inputs` values.
  init(weights: [Float], bias: [Float], inputs: Int, rows: Int) throws(AnalyzerError) {
    precondition(weights.count == bias.count * inputs, "one row of weights an output")
    guard let handle = ca_product_new(weights, bias, rows, bias.count, inputs) else {
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
