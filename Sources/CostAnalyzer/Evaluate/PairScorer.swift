/// Texts as a run sees them: normalised, embedded once each, with their guard signatures.
package struct PairScorer: Sendable {
  package let embedder: String
  private let vectors: VectorMatrix
  private let guards: GuardSet
  private var rowOf: [String: Int] = [:]
  private var rowOfNormalized: [[UInt8]: Int] = [:]
  private var vectorRows: [Int] = []
  private var signatures: [GuardSet.Signature] = []

  package init(
    texts: [String], embedder: any Embedder, guards: GuardSet, normalizer: TextNormalizer, threads: Int
  ) throws {
    self.embedder = embedder.identity
    self.guards = guards
    var distinct: [[UInt8]] = []
    for text in texts where rowOf[text] == nil {
      rowOf[text] = vectorRows.count
      let result = normalizer.normalize(text)
      let normalized = result.normalized
      if rowOfNormalized[normalized] == nil {
        rowOfNormalized[normalized] = distinct.count
        distinct.append(embedder.seesCase ? result.cased : normalized)
      }
      vectorRows.append(rowOfNormalized[normalized]!)
      signatures.append(guards.signature(of: GuardText(original: Array(text.utf8), normalized: normalized)))
    }
    vectors = try embedder.embed(distinct, threads: threads)
  }

  package func cosine(_ a: String, _ b: String) -> Float {
    vectors.cosine(vectorRows[rowOf[a]!], vectorRows[rowOf[b]!])
  }

  /// Mask of the guards that refuse the pair.
  package func refusals(_ a: String, _ b: String, cosine: Float) -> UInt8 {
    guards.refusals(signatures[rowOf[a]!], signatures[rowOf[b]!], cosine: cosine)
  }

  /// Number of the normalised text: texts with one number are one cache key.
  func key(_ text: String) -> Int { vectorRows[rowOf[text]!] }

  /// Values of `PairFeatures.names`; the guards must have been made with a model for this.
  package func features(_ a: String, _ b: String, cosine: Float) -> [Double] {
    let (x, y) = (signatures[rowOf[a]!], signatures[rowOf[b]!])
    let mask = guards.refusals(x, y, cosine: cosine) & ~GuardSet.modelBit
    return PairFeatures.values(x.features!, y.features!, cosine: cosine, guards: mask)
  }
}
