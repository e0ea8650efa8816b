import CKernels
import CMatrix
import CostAnalyzer
import Foundation
import Testing

@Suite struct EncoderKernelTests {
  /// Every instruction set that this CPU has.
  static let sets = Array(0...ca_isa())

  private func random(_ count: Int, _ range: ClosedRange<Float> = -2...2, seed: UInt64) -> [Float] {
    var rng = SeededGenerator(seed)
    return (0..<count).map { _ in Float.random(in: range, using: &rng) }
  }

  private func largestDifference(_ found: some Sequence<Float>, _ expected: some Sequence<Double>) -> Double {
    zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
  }

  @Test("GELU is x (1 + erf(x / √2)) / 2 to a millionth, on every instruction set", arguments: sets)
  func gelu(_ isa: Int32) {
    let edges: [Float] = [
      0, -0, 1e-38, .leastNonzeroMagnitude, 5.6568, -5.6568, 5.7, -5.7, 88, -88, 1e9, -1e9, 3e38, -3e38, 0.5, -0.5,
    ]
    let inputs = edges + (0..<200_000).map { Float($0 - 100_000) / 10_000 }
    var values = inputs
    ca_gelu(isa, &values, values.count)
    let wrong = zip(inputs, values).filter { x, found in
      let exact = Double(x) * (1 + erf(Double(x) / 2.0.squareRoot())) / 2
      return !(abs(Double(found) - exact) <= 1e-6 * max(1, abs(Double(x))))
    }
    #expect(wrong.isEmpty, "\(wrong.prefix(5))")
  }

  @Test("layer normalisation of a sum is what double precision gives", arguments: sets)
  func layerNorm(_ isa: Int32) {
    for (count, width) in [(1, 16), (3, 48), (5, 384)] {
      let rows = random(count * width, -3...5, seed: 1)
      let added = random(count * width, seed: 2)
      let gain = random(width, seed: 3)
      let bias = random(width, seed: 4)
      var found = rows
      ca_add_layer_norm(isa, &found, added, count, width, gain, bias, 1e-12)
      let expected = (0..<count).flatMap { row in
        NaiveBert.layerNorm(
          (row * width..<(row + 1) * width).map { Double(rows[$0]) + Double(added[$0]) }, gain, bias, epsilon: 1e-12)
      }
      #expect(largestDifference(found, expected) < 1e-5)
    }
  }

  @Test("attention is softmax(Q Kᵀ / √d) V for every length and head", arguments: sets)
  func attention(_ isa: Int32) {
    for (length, heads, width) in [(1, 1, 16), (2, 2, 16), (7, 3, 32), (16, 2, 48), (17, 12, 32), (63, 2, 32)] {
      let hidden = heads * width
      let qkv = random(length * 3 * hidden, -3...3, seed: UInt64(length))
      var scratch = [Float](repeating: .nan, count: ca_attention_scratch(length, width))
      var found = [Float](repeating: .nan, count: length * hidden)
      ca_attention(isa, qkv, length, heads, width, &scratch, &found)
      let rows = (0..<length).map { row in qkv[row * 3 * hidden..<(row + 1) * 3 * hidden].map(Double.init) }
      #expect(largestDifference(found, NaiveBert.attention(rows, heads: heads).joined()) < 1e-5)
    }
  }

  @Test("a score that dwarfs the others takes all the attention", arguments: sets)
  func extremeScores(_ isa: Int32) {
    // Two tokens of one head: the second key is 1000 times as long, and both queries point along it.
    var qkv = [Float](repeating: 0, count: 2 * 48)
    for (place, value) in [(0, 40), (48, 40), (16, 1), (64, 1000), (32, -1), (80, 7)] { qkv[place] = Float(value) }
    var scratch = [Float](repeating: 0, count: ca_attention_scratch(2, 16))
    var found = [Float](repeating: 0, count: 32)
    ca_attention(isa, qkv, 2, 1, 16, &scratch, &found)
    #expect(found[0] == 7 && found[16] == 7)
  }

  static let precisions = ca_has_bfloat16() != 0 ? [CA_FLOAT32, CA_BFLOAT16] : [CA_FLOAT32]

  @Test("a product is x Wᵀ + bias, and a row of it does not depend on its place or company", arguments: precisions)
  func product(_ precision: ca_precision) throws {
    /// To the nearest number of 8 significant bits, ties to even.
    func rounded(_ value: Float) -> Double {
      let bits = value.bitPattern
      return Double(
        precision == CA_FLOAT32 ? value : Float(bitPattern: (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF_0000))
    }
    for (rows, outputs, inputs) in [(64, 16, 16), (128, 48, 32), (64, 96, 384)] {
      let weights = random(outputs * inputs, seed: 5)
      let bias = random(outputs, seed: 6)
      let product = try #require(ca_product_new(weights, bias, rows, outputs, inputs, precision))
      defer { ca_product_free(product) }
      let scratch = UnsafeMutableRawPointer.allocate(byteCount: ca_product_scratch(product) + 64, alignment: 64)
      defer { scratch.deallocate() }
      func run(_ x: [Float]) -> [Float] {
        var y = [Float](repeating: .nan, count: rows * outputs)
        #expect(ca_product_run(product, x, &y, scratch) == 0)
        return y
      }
      let x = random(rows * inputs, seed: 7)
      let y = run(x)
      let expected = (0..<rows * outputs).map { place in
        (0..<inputs).reduce(Double(bias[place % outputs])) {
          $0 + rounded(x[place / outputs * inputs + $1]) * rounded(weights[place % outputs * inputs + $1])
        }
      }
      #expect(largestDifference(y, expected) < 1e-4)
      for row in [0, 1, rows / 2, rows - 1] {
        var alone = [Float](repeating: 0, count: rows * inputs)
        alone[0..<inputs] = x[row * inputs..<(row + 1) * inputs]
        #expect(run(alone)[0..<outputs] == y[row * outputs..<(row + 1) * outputs])
      }
    }
  }

  @Test("batches hold every sequence once, never too many tokens, and waste hardly a row")
  func batches() {
    var rng = SeededGenerator(8)
    for budget in [16, 256] {
      let lengths = (0..<2000).map { _ in
        Int.random(in: 0...budget, using: &rng) * Int.random(in: 0...4, using: &rng) / 4
      }
      let batches = TokenBatches(lengths: lengths, budget: budget).batches
      #expect(batches.joined().sorted() == lengths.indices.filter { lengths[$0] > 0 })
      let fills = batches.map { $0.reduce(0) { $0 + lengths[$1] } }
      #expect(fills.allSatisfy { $0 <= budget })
      #expect(Double(fills.reduce(0, +)) >= 0.9 * Double(budget * fills.count))
    }
    #expect(TokenBatches(lengths: [], budget: 16).batches.isEmpty)
    #expect(TokenBatches(lengths: [3, 16, 13, 0, 2, 1], budget: 16).batches == [[1], [2, 0], [4, 5]])
  }
}
