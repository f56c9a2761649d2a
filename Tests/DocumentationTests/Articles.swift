import Foundation
import Testing

/// The documentation's programs stand in these tests, between the marks `// snippet` and `// end`, and are compiled and run
/// here. An article's Swift blocks are compared with them, in order.
enum Articles {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  /// Articles, and the files that their programs come from.
  static let sources: [(article: String, files: [String])] = [
    ("Sources/Lanes/Lanes.docc/Lanes.md", ["Tests/DocumentationTests/BackendTests.swift"]),
    (
      "Sources/LanesReference/LanesReference.docc/LanesReference.md",
      ["Tests/DocumentationTests/ReferenceTests.swift"]
    ),
    ("Sources/LanesParity/LanesParity.docc/LanesParity.md", ["Tests/DocumentationTests/ParityTests.swift"]),
    ("Sources/LanesPlot/LanesPlot.docc/LanesPlot.md", ["Tests/DocumentationTests/PlotTests.swift"]),
    ("Sources/LanesTrain/LanesTrain.docc/LanesTrain.md", ["Tests/DocumentationTests/TrainTests.swift"]),
    (tutorial("Neurons"), ["Tests/DocumentationTests/NeuronsTests.swift"]),
    (tutorial("LearningRates"), ["Tests/DocumentationTests/LearningRatesTests.swift"]),
    (tutorial("AveragedParameters"), ["Tests/DocumentationTests/AveragedParametersTests.swift"]),
    (tutorial("Regularization"), ["Tests/DocumentationTests/RegularizationTests.swift"]),
    (
      tutorial("ModularRecipe"),
      ["DataGeneration", "Forward", "Backward"].map { "\(recipe)/\($0).swift" }
        + ["Tests/DocumentationTests/ModularRecipeTests.swift"]
    ),
  ]

  /// Those that show commands and tables only.
  static let withoutPrograms = ["Sources/Lanes/Lanes.docc/AccuracyOfFunctions.md"]

  static let recipe = "Examples/circles-recipe/Sources/CirclesRecipe"

  private static func tutorial(_ name: String) -> String { "Sources/LanesTrain/LanesTrain.docc/\(name).md" }

  /// The lines between marks, without the indentation of their mark.
  static func snippets(of source: String) -> [String] {
    var found: [String] = []
    var lines: [Substring]?
    var indentation = 0
    for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
      switch line.drop(while: { $0 == " " }) {
      case "// snippet": (lines, indentation) = ([], line.prefix { $0 == " " }.count)
      case "// end":
        if let ended = lines { found.append(ended.joined(separator: "\n")) }
        lines = nil
      default: lines?.append(line.dropFirst(indentation))
      }
    }
    return found
  }

  /// The blocks that are marked as Swift.
  static func blocks(of article: String) -> [String] {
    article.components(separatedBy: "\n```swift\n").dropFirst()
      .compactMap { $0.components(separatedBy: "\n```").first }
  }
}

@Suite("Articles")
struct ArticlesTests {
  @Test("an article's programs are those that the tests run", arguments: Articles.sources.indices)
  func programs(index: Int) throws {
    let (article, files) = Articles.sources[index]
    let blocks = Articles.blocks(of: try Articles.text(article))
    let snippets = try files.flatMap { Articles.snippets(of: try Articles.text($0)) }
    #expect(!blocks.isEmpty, "\(article)")
    #expect(blocks == snippets, "\(article)")
  }

  @Test("every article is in the list, and no block is unmarked Swift")
  func all() throws {
    let files = try FileManager.default.subpathsOfDirectory(
      atPath: Articles.root.appendingPathComponent("Sources").path)
    let articles = files.filter { $0.contains(".docc/") && $0.hasSuffix(".md") }.map { "Sources/\($0)" }
    #expect(Set(articles) == Set(Articles.sources.map(\.article) + Articles.withoutPrograms))
    for article in articles {
      let text = try Articles.text(article)
      #expect(text.components(separatedBy: "```swift").count - 1 == Articles.blocks(of: text).count, "\(article)")
    }
  }

  @Test("marks are found with their indentation, and blocks without their fences")
  func parts() {
    #expect(
      Articles.snippets(of: "  // snippet\n  a\n\n    b\n  // end\nc\n// snippet\nd\n// end") == ["a\n\n  b", "d"])
    #expect(Articles.blocks(of: "x\n```swift\na\n\n  b\n```\ny\n```\nz\n```\n```swift\nd\n```\n") == ["a\n\n  b", "d"])
  }
}
