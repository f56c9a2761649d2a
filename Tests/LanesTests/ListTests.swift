import CLanes
import Foundation
import Lanes
import Testing

/// The list of operations stands in C and in Swift; the header is C and C++.
@Suite("Lists and header")
struct ListTests {
  private func names(_ count: UInt32, _ name: (UInt32) -> UnsafePointer<CChar>?) -> [String?] {
    (0..<count).map { name($0).map { String(cString: $0) } }
  }

  @Test("Swift's operations are C's: names, order and numbers")
  func operations() {
    #expect(
      names(LANES_UNARY_COUNT.rawValue) { lanes_unary_name(.init($0)) } == UnaryOperation.allCases.map { "\($0)" })
    #expect(
      names(LANES_BINARY_COUNT.rawValue) { lanes_binary_name(.init($0)) } == BinaryOperation.allCases.map { "\($0)" })
    #expect(
      names(LANES_TERNARY_COUNT.rawValue) { lanes_ternary_name(.init($0)) } == TernaryOperation.allCases.map { "\($0)" }
    )
    #expect(
      names(LANES_REDUCE_COUNT.rawValue) { lanes_reduce_name(.init($0)) } == ReduceOperation.allCases.map { "\($0)" })
    #expect(names(LANES_ISA_COUNT.rawValue) { lanes_isa_name(.init($0)) } == Hardware.knownISAs)
    #expect(UnaryOperation.allCases.map(\.rawValue) == Array(0..<Int32(LANES_UNARY_COUNT.rawValue)))
    #expect(BinaryOperation.allCases.map(\.rawValue) == Array(0..<Int32(LANES_BINARY_COUNT.rawValue)))
    #expect(TernaryOperation.allCases.map(\.rawValue) == Array(0..<Int32(LANES_TERNARY_COUNT.rawValue)))
    #expect(ReduceOperation.allCases.map(\.rawValue) == Array(0..<Int32(LANES_REDUCE_COUNT.rawValue)))
    #expect(Axis.allCases.map(\.rawValue) == Array(0..<Int32(LANES_AXIS_COUNT.rawValue)))
    #expect(Axis.everything.rawValue == Int32(LANES_EVERYTHING.rawValue))
    #expect(Axis.eachRow.rawValue == Int32(LANES_EACH_ROW.rawValue))
    #expect(Axis.eachColumn.rawValue == Int32(LANES_EACH_COLUMN.rawValue))
  }

  @Test("a number that is not in a list has no name")
  func noName() {
    for number in [UInt32(1000), .max] {
      #expect(lanes_unary_name(.init(number)) == nil && lanes_binary_name(.init(number)) == nil)
      #expect(lanes_ternary_name(.init(number)) == nil && lanes_reduce_name(.init(number)) == nil)
      #expect(lanes_isa_name(.init(number)) == nil && lanes_isa_available(.init(number)) == 0)
    }
    #expect(lanes_unary_name(LANES_UNARY_COUNT) == nil && lanes_binary_name(LANES_BINARY_COUNT) == nil)
  }

  @Test("gradients take the argument that C says", arguments: UnaryOperation.allCases)
  func gradientArgument(_ operation: UnaryOperation) {
    let argument = lanes_unary_gradient_argument(.init(UInt32(operation.rawValue)))
    #expect((argument == LANES_FROM_INPUT) == (operation.gradientArgument == .input))
  }

  @Test("every status has its own sentence")
  func messages() {
    let messages = (0...LANES_STATUS_COUNT.rawValue).map { String(cString: lanes_status_message(.init($0))) }
    #expect(Set(messages).count == messages.count && messages.allSatisfy { !$0.isEmpty })
    #expect(String(cString: lanes_status_message(.init(.max))) == messages.last)
  }

  @Test("the version is one version")
  func version() { #expect(lanesVersion == LANES_VERSION && lanesVersion == String(cString: lanes_version())) }

  // MARK: - The header

  static let clang = ["/opt/swift/usr/bin/clang", "/usr/bin/clang"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  @Test(
    "lanes.h is C99, C11 and C++", .enabled(if: clang != nil, "no clang here"),
    arguments: [["c", "c99"], ["c", "c11"], ["c++", "c++98"], ["c++", "c++11"], ["c++", "c++20"]])
  func header(_ language: [String]) throws {
    let header = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources/CLanes/include/lanes.h").path
    let process = Process()
    process.executableURL = URL(filePath: try #require(Self.clang))
    process.arguments = [
      "-x", language[0], "-std=\(language[1])", "-pedantic-errors", "-Wall", "-Wextra", "-Werror",
      "-Wno-unused-parameter",
      "-include", header, "-include", header, "-S", "-O0", "-o", "-", "-",
    ]
    let (input, output) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    // A call, so that the symbol shows: not mangled in C++.
    input.fileHandleForWriting.write(
      Data("const char *version(void); const char *version(void) { return lanes_version(); }\n".utf8))
    try input.fileHandleForWriting.close()
    let assembly = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(assembly.contains("lanes_version") && !assembly.contains("_Z13lanes_version"))
  }
}
