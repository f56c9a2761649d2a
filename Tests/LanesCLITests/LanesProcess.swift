import Foundation
import Lanes

/// Runs the `lanes` that was built beside this test bundle.
enum LanesProcess {
  struct Outcome {
    let status: Int32
    /// Ended by a signal, whose number the status then is.
    let isSignalled: Bool
    let output: String, errors: String

    var succeeded: Bool { status == 0 && !isSignalled }
  }

  struct Missing: Error, CustomStringConvertible {
    let path: String
    var description: String { "there is no command '\(path)': build it with 'swift build --build-tests'" }
  }

  /// The test bundle's folder is the command's.
  static func command() throws -> URL {
    let bundle = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let beside = [bundle, URL(fileURLWithPath: CommandLine.arguments.first ?? "")].map {
      $0.deletingLastPathComponent().appendingPathComponent("lanes")
    }
    guard let found = beside.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) }) else {
      throw Missing(path: beside[0].path)
    }
    return found
  }

  /// `environment` is added to this process's, from which what forces Lanes is taken away.
  static func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Outcome {
    try run(command(), arguments, environment: environment)
  }

  static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
    try run(command(), arguments, environment: environment)
  }

  /// A shell command line, in which "$lanes" is the command.
  static func shell(_ line: String) throws -> Outcome {
    try run(URL(fileURLWithPath: "/bin/bash"), ["-c", line], environment: ["lanes": command().path])
  }

  /// Output goes to files, so that no pipe can fill up.
  private static func run(_ program: URL, _ arguments: [String], environment: [String: String]) throws -> Outcome {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lanes-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = [folder.appendingPathComponent("output"), folder.appendingPathComponent("errors")]
    for file in files { try Data().write(to: file) }

    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("LANES_") }
    process.environment = inherited.merging(environment) { _, new in new }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    try withNoSignalBlocked { try process.run() }
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, isSignalled: process.terminationReason == .uncaughtSignal,
      output: String(decoding: try Data(contentsOf: files[0]), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: files[1]), as: UTF8.self))
  }
}

/// The workers that tests run on block most signals, and a process inherits what the thread that starts it blocks.
private func withNoSignalBlocked(_ body: () throws -> Void) rethrows {
  var none = sigset_t()
  var before = sigset_t()
  sigemptyset(&none)
  pthread_sigmask(SIG_SETMASK, &none, &before)
  defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
  try body()
}

/// What the tests force.
enum Forced {
  static let isas = Hardware.availableISAs
  static let threads = [1, 2, 3, 5]
  /// What a result says of a number of threads that was asked for.
  static func used(_ threads: Int) -> Int { Hardware().hasOpenMP ? threads : 1 }
}
