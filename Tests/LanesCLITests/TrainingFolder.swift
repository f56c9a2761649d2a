import Foundation
import Testing

/// A folder of its own for a test of `lanes train`, with CSV files of classes and of numbers.
final class TrainingFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("lanes-train-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
    var (classes, numbers) = ("x,y,place\n", "a,b,price\n")
    // A low-discrepancy sequence: the same rows each time.
    for row in 1...150 {
      let (u, v) = (Double(row) * 0.754_877_666, Double(row) * 0.569_840_291)
      let (x, y) = (4 * (u - u.rounded(.down)) - 2, 4 * (v - v.rounded(.down)) - 2)
      classes += "\(x),\(y),\(x * x + y * y < 2 ? "\"in, side\"" : "outside")\n"
      numbers += "\(100 * x),\(y),\(1000 + 300 * x - 50 * y)\n"
    }
    try write(classes, to: "classes.csv")
    try write(numbers, to: "numbers.csv")
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
  }

  func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")) }

  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  /// A shell command line in the folder, in which `lanes` is the command.
  func run(_ line: String) throws -> LanesProcess.Outcome {
    try LanesProcess.shell("cd '\(path)' || exit 9\nlanes() { \"$lanes\" \"$@\"; }\n\(line)")
  }

  /// What must succeed, and say nothing on standard error. Gives standard output.
  @discardableResult func runs(_ line: String) throws -> String {
    let outcome = try run(line)
    try #require(outcome.succeeded && outcome.errors == "", "\(line): \(outcome.errors)")
    return outcome.output
  }
}
