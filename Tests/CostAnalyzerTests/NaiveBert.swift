import Foundation

/// The forward pass of `BertModel` once more, as the paper states it: double precision, one sequence, plain loops.
struct NaiveBert {
  var hidden = 32
  var inner = 64
  var layers = 2
  var heads = 2
  var vocabulary = 40
  var positions = 24
  let epsilon = 1e-12
  /// Values by Hugging Face name, row-major.
  private(set) var tensors: [String: (shape: [Int], values: [Float])] = [:]

  /// A network of random weights.
  init(seed: UInt64) {
    var rng = SeededGenerator(seed)
    func add(_ name: String, _ shape: [Int], around centre: Float = 0) {
      let values = (0..<shape.reduce(1, *)).map { _ in centre + Float.random(in: -0.5...0.5, using: &rng) }
      tensors[name] = (shape, values)
    }
    func addLinear(_ name: String, _ outputs: Int, _ inputs: Int) {
      add(name + ".weight", [outputs, inputs])
      add(name + ".bias", [outputs])
    }
    func addNorm(_ name: String) {
      add(name + ".weight", [hidden], around: 1)
      add(name + ".bias", [hidden])
    }
    add("embeddings.word_embeddings.weight", [vocabulary, hidden])
    add("embeddings.position_embeddings.weight", [positions, hidden])
    add("embeddings.token_type_embeddings.weight", [2, hidden])
    addNorm("embeddings.LayerNorm")
    for layer in 0..<layers {
      let name = "encoder.layer.\(layer)."
      for part in ["query", "key", "value"] { addLinear(name + "attention.self.\(part)", hidden, hidden) }
      addLinear(name + "attention.output.dense", hidden, hidden)
      addNorm(name + "attention.output.LayerNorm")
      addLinear(name + "intermediate.dense", inner, hidden)
      addLinear(name + "output.dense", hidden, inner)
      addNorm(name + "output.LayerNorm")
    }
  }

  /// The unit vector of a sequence of token ids, [CLS] and [SEP] included.
  func encode(_ ids: [Int]) -> [Double] {
    var rows = ids.enumerated().map { place, id in
      norm(
        "embeddings.LayerNorm",
        (0..<hidden).map { column in
          value("embeddings.word_embeddings.weight", id, column)
            + value("embeddings.position_embeddings.weight", place, column)
            + value("embeddings.token_type_embeddings.weight", 0, column)
        })
    }
    for layer in 0..<layers {
      let name = "encoder.layer.\(layer)."
      let projected = rows.map { row in
        ["query", "key", "value"].flatMap { linear(name + "attention.self.\($0)", row) }
      }
      let attended = Self.attention(projected, heads: heads)
      rows = zip(rows, attended).map { row, context in
        norm(name + "attention.output.LayerNorm", sum(row, linear(name + "attention.output.dense", context)))
      }
      rows = rows.map { row in
        let inner = linear(name + "intermediate.dense", row).map { $0 * (1 + erf($0 / 2.0.squareRoot())) / 2 }
        return norm(name + "output.LayerNorm", sum(row, linear(name + "output.dense", inner)))
      }
    }
    let mean = (0..<hidden).map { column in rows.reduce(0) { $0 + $1[column] } / Double(rows.count) }
    let length = mean.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return mean.map { $0 / length }
  }

  /// Rows of Q, K and V beside each other → rows of context vectors.
  static func attention(_ rows: [[Double]], heads: Int) -> [[Double]] {
    let hidden = rows[0].count / 3
    let width = hidden / heads
    return rows.map { query in
      (0..<heads).flatMap { head -> [Double] in
        let columns = head * width..<(head + 1) * width
        let scores = rows.map { key in
          columns.reduce(0) { $0 + query[$1] * key[hidden + $1] } / Double(width).squareRoot()
        }
        let weights = scores.map { exp($0 - scores.max()!) }
        let total = weights.reduce(0, +)
        return columns.map { column in
          zip(weights, rows).reduce(0) { $0 + $1.0 * $1.1[2 * hidden + column] } / total
        }
      }
    }
  }

  static func layerNorm(_ row: [Double], _ gain: [Float], _ bias: [Float], epsilon: Double) -> [Double] {
    let mean = row.reduce(0, +) / Double(row.count)
    let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(row.count)
    return row.indices.map {
      (row[$0] - mean) / (variance + epsilon).squareRoot() * Double(gain[$0]) + Double(bias[$0])
    }
  }

  private func norm(_ name: String, _ row: [Double]) -> [Double] {
    Self.layerNorm(row, tensors[name + ".weight"]!.values, tensors[name + ".bias"]!.values, epsilon: epsilon)
  }

  private func linear(_ name: String, _ row: [Double]) -> [Double] {
    let bias = tensors[name + ".bias"]!.values
    return bias.indices.map { output in
      row.indices.reduce(Double(bias[output])) { $0 + row[$1] * value(name + ".weight", output, $1) }
    }
  }

  private func value(_ name: String, _ row: Int, _ column: Int) -> Double {
    let tensor = tensors[name]!
    return Double(tensor.values[row * tensor.shape[1] + column])
  }

  private func sum(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map(+) }
}
