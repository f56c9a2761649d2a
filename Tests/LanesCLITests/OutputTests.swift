import Foundation
import Testing

@testable import LanesCLI

@Suite struct OutputTests {
  /// Subnormals, both zeros, powers of two and their neighbours, and bits at random.
  private static let floats: [Float] = {
    var generator = SystemRandomNumberGenerator()
    let special: [Float] = [
      0, -0.0, 1, -1, 0.1, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude,
    ]
    let powers = (-149...127).map { Float(sign: .plus, exponent: $0, significand: 1) }
    let random = (0..<20_000).map { _ in Float(bitPattern: generator.next()) }.filter(\.isFinite)
    return special + powers + powers.map(\.nextUp) + powers.map(\.nextDown) + random
  }()

  @Test func floatsReadBackToTheSameBits() throws {
    for value in Self.floats {
      let text = JSON.float(value).description
      #expect(Float(text)?.bitPattern == value.bitPattern, "\(text)")
    }
  }

  @Test func floatsAreJSON() throws {
    let text = JSON.array(Self.floats.map { .float($0) }).description
    let read = try JSONDecoder().decode([Double].self, from: Data(text.utf8))
    #expect(read.count == Self.floats.count)
    #expect(zip(read, Self.floats).allSatisfy { Float($0) == $1 })
    #expect(JSON.float(-0.0).description == "-0.0")
  }

  @Test func stringsAreEscaped() throws {
    let string = "a \"quoted\" \\ back\u{1}\n\u{1F}é 🧵"
    let text = JSON.object([("key\n", .string(string)), ("b", .null), ("c", .bool(true))]).description
    let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["key\n"] as? String == string)
    #expect(object["c"] as? Bool == true && object["b"] is NSNull)
    #expect(!text.contains("\n"))
  }

  @Test func numbersAreFlushRightInTables() {
    let table = Table(columns: ["name", "n"], rows: [["a", "9"], ["longer", "1000"]])
    #expect(
      table.description == """
        name       n
        ------  ----
        a          9
        longer  1000

        """)
    #expect(Table(columns: ["name", "n"], rows: []).description == "name  n\n----  -\n")
  }

  @Test func progressSaysRateAndTimeLeft() {
    func text(_ done: Int, _ seconds: Double) -> String {
      ProgressLine.text(done: done, total: 40_000, unit: "steps", seconds: seconds)
    }
    #expect(text(10_000, 2) == "10000/40000 steps, 5000 steps/s, 0:06 left")
    #expect(text(400, 2) == "400/40000 steps, 200 steps/s, 3:18 left")
    #expect(text(40_000, 8) == "40000/40000 steps, 5000 steps/s, 0:00 left")
    #expect(text(0, 0) == "0/40000 steps")
    #expect(text(1, 1e300) == "1/40000 steps, 0 steps/s, 16666666:40 left")
  }
}
