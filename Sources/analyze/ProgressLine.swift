import CostAnalyzer
import Foundation
import Synchronization

/// One line on the terminal that overwrites itself: bytes, lines a second, time left.
final class ProgressLine: Sendable {
  private let start = ProcessUsage.now().wall
  private let lastDrawn = Mutex<(time: Double, stage: String)>((0, ""))

  func update(stage: String, bytes: Int, total: Int, lines: Int) {
    let now = ProcessUsage.now().wall
    let shouldDraw = lastDrawn.withLock { last in
      guard now - last.time > 0.1 || stage != last.stage else { return false }
      last = (now, stage)
      return true
    }
    guard shouldDraw else { return }
    let elapsed = max(now - start, 1e-3)
    var text = stage
    if lines > 0 {
      text += " \(NumberText.fixed(Double(bytes) / 1e6, 1))"
      if total > 0 { text += " of \(NumberText.fixed(Double(total) / 1e6, 1))" }
      text += " MB, \(NumberText.grouped(Int(Double(lines) / elapsed))) lines/s"
      if total > bytes && bytes > 0 {
        text += ", \(NumberText.fixed(elapsed * Double(total - bytes) / Double(bytes), 0)) s left"
      }
    }
    Terminal.write("\r\u{1B}[K\(text)", to: STDERR_FILENO)
  }

  func clear() { Terminal.write("\r\u{1B}[K", to: STDERR_FILENO) }
}
