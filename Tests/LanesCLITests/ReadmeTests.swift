import Foundation
import Lanes
import LanesTrain
import Testing

/// The README's programs, compiled and run, and compared with what it prints.
@Suite struct ReadmeTests {
  @Test func backendProgram() throws {
    // README
    let backend = try NativeBackend()
    let x: [Float] = [-2, -1, 0, 1, 2]
    var y = x
    try backend.unary(.tanh, count: x.count, x, into: &y)
    print(backend.name, y)
    // end
    #expect(zip(x, y).allSatisfy { abs(Double($1) - tanh(Double($0))) < 1e-6 })
    #expect(try Self.readme().contains(Self.program(1)))
  }

  @Test func trainingProgram() throws {
    // README
    let data = try Dataset.circles(count: 300, seed: 2)
    let net = Sequential(Dense(2, 11, activation: .relu), Dense(11, 1))
    let trainer = try Trainer(
      net, features: 2, loss: .meanSquaredError, regularizer: .l2(0.01), optimizer: .adam(.constant(0.001)),
      on: NativeBackend())
    try trainer.train(steps: 10_000, on: data.batches(of: 30), reportEvery: 2_000) { trainer in
      print(trainer.globalStep, try trainer.loss(on: data))
      return true
    }
    // end
    #expect(try trainer.loss(on: data) < 0.2)
    #expect(try Self.readme().contains(Self.program(2)))
  }

  /// Links to files of the repository, and the scripts that are run.
  @Test func whatItNamesExists() throws {
    let readme = try Self.readme()
    let links = readme.matches(of: /\]\(([^)#:]+)\)/).map { String($0.output.1) }
    #expect(links.count > 3)
    for path in links + ["ci/circles", "ci/test"] {
      #expect(readme.contains(path))
      #expect(FileManager.default.fileExists(atPath: Self.root.appendingPathComponent(path).path), "\(path)")
    }
  }

  /// Its commands are run as they stand, but for those that build.
  @Test func itsCommandsRun() throws {
    let lines = try Self.readme().split(separator: "\n").filter { $0.contains(".build/release/lanes ") }
    #expect(lines.count > 3)
    for line in lines where !line.contains("lanes parity") {
      let command = line.prefix { $0 != "#" }.replacingOccurrences(of: ".build/release/lanes", with: "\"$lanes\"")
      let outcome = try LanesProcess.shell(command)
      #expect(outcome.status == 0 && outcome.errors == "", "\(line)")
    }
  }

  /// The commands that train on a table, as they stand, in a folder of their own.
  @Test func itsTrainingRuns() throws {
    let readme = try Self.readme()
    let start = try #require(readme.range(of: "\nawk "))
    let end = try #require(readme[start.upperBound...].range(of: "\n```"))
    let folder = try TrainingFolder()
    let printed = try folder.runs("set -e" + readme[start.lowerBound..<end.lowerBound])
    #expect(printed.contains("samples   500\n") && printed.contains("prediction,probability inside,"))
    #expect(printed.contains("322 parameters, 2 layers"))
  }

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static func readme() throws -> String {
    try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
  }

  /// The lines between this file's marks, without their indentation.
  private static func program(_ number: Int) throws -> String {
    let source = try String(contentsOf: URL(fileURLWithPath: #filePath), encoding: .utf8)
    let parts = source.components(separatedBy: "    // README\n")
    let program = try #require(parts.indices.contains(number) ? parts[number] : nil)
    let end = try #require(program.range(of: "    // end\n"))
    return program[..<end.lowerBound].split(separator: "\n").map { $0.dropFirst(4) }.joined(separator: "\n")
  }
}
