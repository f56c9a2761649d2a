import Testing

@testable import LanesPlot

@Suite("Markup")
struct MarkupTests {
  @Test("XML's own characters are entities, and characters that XML does not have are replaced")
  func escaping() {
    #expect(escaped("<&>\"'") == "&lt;&amp;&gt;&quot;&#39;")
    #expect(escaped("a\u{0}b\u{1F}c\u{FFFF}d") == "a\u{FFFD}b\u{FFFD}c\u{FFFD}d")
    #expect(escaped("1\n2\t3\r4") == "1\n2\t3&#13;4")
    #expect(escaped("1\n2\t3", inAttribute: true) == "1&#10;2&#9;3")
    #expect(escaped("ẃ 😀 x₀") == "ẃ 😀 x₀")
  }

  @Test("every text comes back from a parser, in content and in an attribute")
  func roundTrip() {
    for scalar in (0x9...0x2FF).compactMap(Unicode.Scalar.init) + ["\u{FFFD}", "\u{10FFFF}", "😀"] {
      let isAllowed =
        scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) || "\t\n\r".unicodeScalars.contains(scalar)
      let text = "a\(Character(scalar))b]]>"
      let parsed = ParsedXML(Element("p", ["k": text], text: text).markup)
      #expect(parsed.error == nil)
      let expected = isAllowed ? text : "a\u{FFFD}b]]>"
      #expect(parsed.elements.first?.text == expected, "U+\(String(scalar.value, radix: 16))")
      #expect(parsed.elements.first?.attributes["k"] == expected, "U+\(String(scalar.value, radix: 16))")
    }
  }

  @Test("only elements that HTML allows to close themselves do")
  func closing() {
    #expect(Element("td", []).markup == "<td></td>")
    #expect(Element("br", []).markup == "<br/>")
    #expect(Element("p", ["class": "", "lang": "en"]).markup == "<p lang=\"en\"></p>")
  }

  @Test("a path is written in differences, which do not drift")
  func paths() {
    var path = PathData()
    path.add([Point(0, 0), Point(0.04, 10), Point(0.08, 10), Point(0.12, -3.26), Point(5, 5)], closed: true)
    #expect(path.text == "M0 0v10h.1l0-13.3l4.9 8.3z" || path.text == "M0 0v10h.1v-13.3l4.9 8.3z")
    var dot = PathData()
    dot.dot(at: Point(-0.5, .infinity))
    #expect(dot.text == "M-.5 1000000h0")
  }

  @Test("lines of text are broken at spaces")
  func wrapping() {
    let style = TextStyle(size: 10)
    #expect(style.lines(of: "one two  three", limit: 60) == ["one two", "three"])
    #expect(style.lines(of: "unbreakable", limit: 5) == ["unbreakable"])
    #expect(style.lines(of: "a\u{A0}b", limit: 1) == ["a\u{A0}b"])
    #expect(style.lines(of: " ", limit: 5).isEmpty)
  }
}
