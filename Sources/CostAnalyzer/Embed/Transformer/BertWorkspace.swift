/// The matrices of one batch on its way through a model. Used by one thread at a time.
final class BertWorkspace {
  let hidden: UnsafeMutablePointer<Float>
  let queryKeyValue: UnsafeMutablePointer<Float>
  let context: UnsafeMutablePointer<Float>
  let projected: UnsafeMutablePointer<Float>
  let inner: UnsafeMutablePointer<Float>
  let attentionScratch: UnsafeMutablePointer<Float>
  let productScratch: UnsafeMutableRawPointer
  private let memory: UnsafeMutableRawPointer

  init(_ configuration: BertConfiguration, rows: Int, productScratch: Int, attentionScratch: Int) {
    // Every part starts on a cache line.
    let counts =
      [1, 3, 1, 1].map { $0 * rows * configuration.hidden } + [rows * configuration.inner, attentionScratch]
    let lines = counts.map { ($0 + 15) / 16 * 64 }
    memory = .allocate(byteCount: lines.reduce(productScratch, +), alignment: 64)
    // Rows that no token fills are computed as well, and must be numbers.
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: lines.reduce(productScratch, +))
    var next = memory
    var parts: [UnsafeMutablePointer<Float>] = []
    for (count, bytes) in zip(counts, lines) {
      parts.append(next.bindMemory(to: Float.self, capacity: count))
      next += bytes
    }
    hidden = parts[0]
    queryKeyValue = parts[1]
    context = parts[2]
    projected = parts[3]
    inner = parts[4]
    self.attentionScratch = parts[5]
    self.productScratch = next
  }

  deinit { memory.deallocate() }
}
