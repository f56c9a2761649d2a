/// An element of XML: what drawings and reports are made of.
///
/// Text and attributes are plain; they are escaped where the element is written, and only there.
public struct Element: Sendable {
  /// What an element contains.
  public enum Node: Sendable {
    case element(Element)
    case text(String)
  }

  public let name: String
  public let attributes: [(name: String, value: String)]
  public let children: [Node]

  /// Names are written as they are; values and texts may be any text. An attribute with an empty value is left out.
  public init(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], nodes: [Node]) {
    self.name = name
    self.attributes = attributes.filter { !$0.value.isEmpty }.map { (name: $0.key, value: $0.value) }
    self.children = nodes
  }

  public init(_ name: String, _ attributes: KeyValuePairs<String, String>, _ children: [Element] = []) {
    self.init(name, attributes, nodes: children.map { .element($0) })
  }

  public init(_ name: String, _ children: [Element]) { self.init(name, [:], children) }

  public init(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], text: String) {
    self.init(name, attributes, nodes: [.text(text)])
  }

  /// The element as XML that HTML reads in the same way.
  public var markup: String {
    var output = ""
    write(to: &output)
    return output
  }

  private func write(to output: inout String) {
    output += "<\(name)"
    for attribute in attributes { output += " \(attribute.name)=\"\(escaped(attribute.value, inAttribute: true))\"" }
    if children.isEmpty && Self.namesThatCloseThemselves.contains(name) {
      output += "/>"
      return
    }
    output += ">"
    for child in children {
      switch child {
      case .element(let element): element.write(to: &output)
      case .text(let text): output += escaped(text)
      }
    }
    output += "</\(name)>"
  }

  /// HTML takes `<p/>` for an opening tag. Its void elements and the shapes of SVG may end so.
  private static let namesThatCloseThemselves: Set = ["meta", "br", "path", "line", "rect", "circle"]
}

/// The text with XML's own characters as entities. Line breaks and tabs stay as they are in content, and survive in a
/// quoted attribute. Characters that XML 1.0 does not allow, or advises against, become U+FFFD.
func escaped(_ text: String, inAttribute: Bool = false) -> String {
  var output = ""
  output.reserveCapacity(text.utf8.count)
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": output += "&amp;"
    case "<": output += "&lt;"
    case ">": output += "&gt;"
    case "\"": output += "&quot;"
    case "'": output += "&#39;"
    case "\r": output += "&#13;"
    case "\t" where inAttribute, "\n" where inAttribute: output += "&#\(scalar.value);"
    case "\t", "\n": output.unicodeScalars.append(scalar)
    case "\u{0}"..<"\u{20}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": output.unicodeScalars.append("\u{FFFD}")
    default: output.unicodeScalars.append(scalar)
    }
  }
  return output
}
