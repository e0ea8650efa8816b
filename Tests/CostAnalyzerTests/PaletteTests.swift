import CostAnalyzer
import Foundation
import Testing

/// Contrast as WCAG 2 computes it, for every pair of colours that the page and its charts put together.
@Suite("Palette")
struct PaletteTests {
  private static func sheet(_ name: String) throws -> String {
    try #require(ReportTemplates.builtInFiles.first { $0.name == name }).content
  }

  /// Variables on light and on dark paper.
  private static func palettes(_ css: String) -> [[String: String]] {
    let parts = css.components(separatedBy: "@media screen and (prefers-color-scheme: dark)")
    func variables(_ text: String) -> [String: String] {
      Dictionary(
        text.matches(of: /--([a-z0-9-]+): (#[0-9a-f]{6});/).map { (String($0.output.1), String($0.output.2)) },
        uniquingKeysWith: { $1 })
    }
    return [variables(parts[0]), variables(parts[1])]
  }

  private static func luminance(_ color: String) -> Double {
    let channels = (0..<3).map { place -> Double in
      let start = color.index(color.startIndex, offsetBy: 1 + 2 * place)
      let value = Double(Int(color[start..<color.index(start, offsetBy: 2)], radix: 16)!) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
  }

  static func contrast(_ a: String, _ b: String) -> Double {
    let (x, y) = (luminance(a), luminance(b))
    return (max(x, y) + 0.05) / (min(x, y) + 0.05)
  }

  @Test("Known contrasts")
  func known() {
    #expect(abs(Self.contrast("#000000", "#ffffff") - 21) < 1e-9)
    #expect(abs(Self.contrast("#777777", "#ffffff") - 4.478) < 0.001)
  }

  @Test("Words of the page stand out by 4.5 to 1, light and dark")
  func page() throws {
    for palette in Self.palettes(try Self.sheet("page.css")) {
      for (ink, paper) in [
        ("ink", "paper"), ("muted", "paper"), ("link", "paper"), ("ink", "soft"), ("muted", "soft"),
        ("warn-ink", "warn-paper"),
      ] {
        let contrast = Self.contrast(try #require(palette[ink]), try #require(palette[paper]))
        #expect(contrast >= 4.5, "\(ink) on \(paper): \(contrast)")
      }
    }
  }

  @Test("Words of charts stand out by 4.5 to 1, marks by 3 to 1, light and dark, also on every shade of the heat map")
  func charts() throws {
    for palette in Self.palettes(try Self.sheet("charts.css")) {
      let paper = try #require(palette["paper"])
      for word in ["ink", "muted"] { #expect(Self.contrast(try #require(palette[word]), paper) >= 4.5, "\(word)") }
      for mark in ["gain", "loss", "total", "mark", "chosen", "limit"] + (0..<6).map({ "series\($0)" }) {
        #expect(Self.contrast(try #require(palette[mark]), paper) >= 3, "\(mark)")
      }
      for shade in 0..<7 {
        let contrast = Self.contrast(try #require(palette["on\(shade)"]), try #require(palette["heat\(shade)"]))
        #expect(contrast >= 4.5, "shade \(shade): \(contrast)")
      }
    }
  }

  @Test("Charts are drawn on the paper of the page")
  func samePaper() throws {
    let (page, charts) = (Self.palettes(try Self.sheet("page.css")), Self.palettes(try Self.sheet("charts.css")))
    for (a, b) in zip(page, charts) { #expect(a["paper"] == b["paper"] && a["ink"] == b["ink"]) }
  }
}
