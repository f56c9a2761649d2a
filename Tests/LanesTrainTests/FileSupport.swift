import Foundation
import LanesTrain

/// A folder of its own for a test, removed when the test lets go of it.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("lanes-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  var files: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }
}

func bytes(of path: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) }

func write(_ bytes: [UInt8], to path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

/// The bytes that a text in base 64 stands for.
func base64(_ text: String) -> [UInt8] { Data(base64Encoded: text).map { [UInt8]($0) } ?? [] }

/// The Python that `LANES_PYTHON` names, or `python3`, to compare with. No test needs it.
enum Python {
  /// Whether a module can be imported.
  static func has(_ module: String) -> Bool { (try? run("import \(module)")) != nil }

  /// What a program prints.
  static func run(_ program: String, _ arguments: String...) throws -> String {
    let process = Process()
    let output = Pipe()
    let python = ProcessInfo.processInfo.environment["LANES_PYTHON"] ?? "python3"
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python, "-c", program] + arguments
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    if process.terminationStatus != 0 { throw CocoaError(.featureUnsupported) }
    return String(decoding: data, as: UTF8.self)
  }
}

/// Damaged copies of some bytes: every prefix (of long ones, some), then so many with bytes changed, inserted, removed or
/// doubled, then as many of nothing but random bytes.
func damaged(_ bytes: [UInt8], count: Int, seed: UInt32 = 1) throws -> [[UInt8]] {
  var random = NumPyRandomState(seed: seed)
  var result = stride(from: 0, to: bytes.count, by: max(1, bytes.count / 700)).map { Array(bytes[..<$0]) }
  for _ in 0..<count {
    var copy = bytes
    for _ in 0..<(try random.randint(1, 6)) where !copy.isEmpty {
      // Half of the changes near the beginning, where the structure is.
      let reach = try random.randint(0, 2) == 0 ? min(copy.count, 24) : copy.count
      let place = try random.randint(0, reach)
      let byte = UInt8(try random.randint(0, 256))
      switch try random.randint(0, 5) {
      case 0: copy[place] = byte
      case 1: copy[place] ^= 1 << (byte & 7)
      case 2: copy.insert(byte, at: place)
      case 3: copy.remove(at: place)
      default: copy.insert(contentsOf: copy[place..<min(place + 9, copy.count)], at: place)
      }
    }
    result.append(copy)
  }
  for _ in 0..<count { result.append(try random.randint(0, 256, count: random.randint(0, 60)).map { UInt8($0) }) }
  return result
}
