import CostAnalyzer
import Testing

@Suite("Inline Markdown")
struct InlineMarkdownTests {
  @Test(
    "Bold, italic, code and escapes; anything else is text",
    arguments: [
      ("plain & <b>", "plain &amp; &lt;b&gt;"), ("**bold** and *italic*", "<strong>bold</strong> and <em>italic</em>"),
      ("**bold with *italic* in it**", "<strong>bold with <em>italic</em> in it</strong>"),
      ("`a *b* <c>`", "<code>a *b* &lt;c&gt;</code>"), ("a \\* b \\\\ \\|", "a * b \\ |"),
      ("&lt;script&gt; &amp; &nbsp;", "&lt;script&gt; &amp; &amp;nbsp;"), ("5 * 3 ** 2", "5 * 3 ** 2"),
      ("open `code", "open `code"), ("open **bold", "open <strong>bold</strong>"), ("*\\*a\\**", "<em>*a*</em>"),
      ("tail\\", "tail\\"), ("", ""), ("[x](http://e)", "[x](http://e)"), ("cache_write_5m", "cache_write_5m"),
      ("0 ≤ x “q” 'a' \"b\"", "0 ≤ x “q” &#39;a&#39; &quot;b&quot;"),
    ])
  func examples(_ markdown: String, _ html: String) { #expect(InlineMarkdown.html(markdown) == html) }

  @Test("Whatever a log says, escaped for Markdown, is that text again in HTML and no tag")
  func escapedTextIsText() {
    var random = SeededRandom(seed: 5)
    let alphabet: [String] = [
      "*", "**", "`", "\\", "<", ">", "&", "&lt;", "|", "_", "[", "](", "~~", "#", "-", " ", "a", "1", "é", "\u{202E}",
      "\u{1B}", "\"", "'", "http://", "www.", "<script>", "\n",
    ]
    for text in HostileTextTests.texts {
      #expect(InlineMarkdown.html(HostileText.markdown(text)) == HostileText.html(text), "\(text.prefix(50))")
    }
    for _ in 0..<3_000 {
      let text = (0..<Int(random.next() % 12)).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
        .joined()
      #expect(
        InlineMarkdown.html(HostileText.markdown(text)) == HostileText.html(text), "\(text.debugDescription)")
    }
  }

  @Test("Tags are closed in the order they were opened, whatever stars come")
  func nesting() {
    var random = SeededRandom(seed: 6)
    for _ in 0..<2_000 {
      let text = (0..<10).map { _ in ["*", "**", "a", " ", "`", "\\"][Int(random.next() % 6)] }.joined()
      #expect(HTMLReader(InlineMarkdown.html(text)).errors.isEmpty, "\(text)")
    }
  }
}
