/// The size and weight of a text in a drawing, and how wide the text is there.
///
/// Which font a browser takes is not known, so widths are those of a wide one (DejaVu Sans, Verdana): room that is kept
/// for a text is enough.
struct TextStyle: Hashable, Sendable {
  /// In pixels.
  let size: Double
  var isBold = false

  static let family = "Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif"

  static let title = TextStyle(size: 17, isBold: true)
  static let axisLabel = TextStyle(size: 14)
  static let tick = TextStyle(size: 13)
  static let legend = TextStyle(size: 13)
  static let note = TextStyle(size: 12)

  /// From one baseline to the next, in pixels.
  var lineHeight: Double { (size * 1.3).rounded() }

  /// In pixels.
  func width(of text: String) -> Double {
    let ems = text.reduce(0) { $0 + Self.ems($1) }
    return ems * size * (isBold ? 1.1 : 1)
  }

  /// The text in lines of at most `limit` pixels, broken at spaces (not at those that forbid it); a word that is wider
  /// has a line of its own.
  func lines(of text: String, limit: Double) -> [String] {
    var lines: [String] = []
    for word in text.split(whereSeparator: { $0 == " " || $0.isNewline }) {
      if let last = lines.last, width(of: "\(last) \(word)") <= limit {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }

  private static func ems(_ character: Character) -> Double {
    switch character {
    case "i", "j", "l", "I", ".", ",", ":", ";", "|", "'", " ", "!", "(", ")", "[", "]": 0.38
    case "f", "r", "t", "-", "⁻", "⁰"..."⁹", "¹", "²", "³", "/": 0.45
    case "m", "w", "M", "W", "%", "@": 0.98
    case "a"..."z", "0"..."9": 0.63
    case "A"..."Z", "+", "=", "<", ">", "−", "×", "≥", "≤": 0.76
    default: character.unicodeScalars.allSatisfy { $0.value < 0x2E80 } ? 0.7 : 1.05
    }
  }
}
