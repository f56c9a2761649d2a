import Foundation
import LanesTrain
import Testing

@Suite("Text files", .tags(.errors))
struct TextFileTests {
  /// A folder of its own for a test.
  private static func inFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lanes-text-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test("a check leaves nothing behind, and a write replaces the file alone") func replaces() throws {
    try Self.inFolder { folder in
      let file = folder.appendingPathComponent("page.html")
      func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path) }
      try TextFile.check(file.path)
      #expect(try files() == [])
      for text in ["old, and longer", "new: é 🧵", ""] {
        try TextFile.write(text, to: file.path)
        try TextFile.check(file.path)
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
        #expect(try files() == ["page.html"])
      }
    }
  }

  @Test("what cannot be a file is refused, and stays as it is") func refuses() throws {
    try Self.inFolder { folder in
      let paths = ["", "/", folder.path, folder.appendingPathComponent("missing/page.html").path, "/dev/null"]
      for path in paths {
        #expect(throws: FileError.self, "\(path)") { try TextFile.check(path) }
        #expect(throws: FileError.self, "\(path)") { try TextFile.write("text", to: path) }
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
      let device = try FileManager.default.attributesOfItem(atPath: "/dev/null")
      #expect(device[.type] as? FileAttributeType == .typeCharacterSpecial)
    }
  }
}
