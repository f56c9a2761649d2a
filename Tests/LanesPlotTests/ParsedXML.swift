import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What an XML parser makes of a text.
final class ParsedXML: NSObject, XMLParserDelegate {
  struct Found {
    let name: String
    let attributes: [String: String]
    var text = ""
  }

  /// In document order.
  private(set) var elements: [Found] = []
  private(set) var error: String?
  private var open: [Int] = []

  /// Line numbers and columns of an error are in its text.
  init(_ text: String) {
    super.init()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = self
    if !parser.parse() {
      error = "\(parser.lineNumber):\(parser.columnNumber): \(parser.parserError.map { "\($0)" } ?? "not parsed")"
    }
  }

  func named(_ name: String) -> [Found] { elements.filter { $0.name == name } }

  /// The text of each `text` element.
  var texts: [String] { named("text").map(\.text) }

  func parser(
    _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?, qualifiedName qName: String?,
    attributes attributeDict: [String: String] = [:]
  ) {
    open.append(elements.count)
    elements.append(Found(name: elementName, attributes: attributeDict))
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    for index in open { elements[index].text += string }
  }

  func parser(
    _ parser: XMLParser, didEndElement elementName: String, namespaceURI: String?, qualifiedName qName: String?
  ) {
    open.removeLast()
  }
}
