import Foundation
import Lanes
import Testing

@testable import LanesCLI

/// What `lanes` says of itself, of this machine, and to readers that leave.
@Suite struct CommandTests {
  @Test func version() throws {
    let outcome = try LanesProcess.run("--version")
    #expect(outcome.succeeded && outcome.output == "\(lanesVersion)\n")
  }

  private static let helps =
    ["--help", "info --help", "parity --help", "run --help", "examples --help"]
    + ExampleRun.names.map { "run \($0) --help" }

  @Test(arguments: helps)
  func helpHasExamples(_ arguments: String) throws {
    let outcome = try LanesProcess.run(arguments.split(separator: " ").map(String.init))
    #expect(outcome.succeeded && outcome.errors == "")
    #expect(outcome.output.contains("OVERVIEW: ") && outcome.output.contains("USAGE: lanes"))
    #expect(arguments == "examples --help" || outcome.output.contains("EXAMPLES:\n"))
    #expect(!outcome.output.contains("unknown-example"))
  }

  @Test func examplesAreListed() throws {
    let outcome = try LanesProcess.run("examples")
    #expect(outcome.succeeded && outcome.output.contains("\ncircles         Which of 300 points"))
    for name in ExampleRun.names { #expect(outcome.output.contains("\n\(name) ")) }
  }

  private struct Info: Decodable {
    let version: String, isa: String, isaReason: String
    let availableISAs: [String], unavailableISAs: [String]
    let threads: Int, threadsReason: String
    let affinityProcessors: Int, quotaProcessors: Double?
    let cacheBytes: [String: Int?]
    let openMP: Bool
  }

  private static func info(_ environment: [String: String] = [:]) throws -> Info {
    let outcome = try LanesProcess.run("info", "--format", "json", environment: environment)
    try #require(outcome.succeeded, "\(outcome.errors)")
    return try JSONDecoder().decode(Info.self, from: Data(outcome.output.utf8))
  }

  @Test func infoSaysWhatIsChosen() throws {
    let info = try Self.info()
    let backend = try NativeBackend(isa: Hardware.availableISAs.last)
    #expect((info.version, info.isa) == (lanesVersion, backend.isa))
    #expect(info.isaReason == "the best that processor, system and build have")
    #expect(info.availableISAs == Hardware.availableISAs)
    #expect(Set(info.availableISAs + info.unavailableISAs) == Set(Hardware.knownISAs))
    #expect(info.openMP == Hardware().hasOpenMP)
    #expect((1...1024).contains(info.threads) && info.affinityProcessors >= info.threads)
    #expect(Set(info.cacheBytes.keys) == ["l1Data", "l2", "l3"])
  }

  @Test(arguments: Forced.isas, [1, 3]) func infoNamesWhatIsForced(_ isa: String, _ threads: Int) throws {
    let info = try Self.info(["LANES_ISA": isa, "LANES_NUM_THREADS": "\(threads)"])
    #expect((info.isa, info.threads) == (isa, Forced.used(threads)))
    #expect(info.isaReason == "forced by LANES_ISA=\(isa)")
    #expect(info.threadsReason.contains("LANES_NUM_THREADS=\(threads)"))
  }

  @Test func infoAsText() throws {
    let outcome = try LanesProcess.run("info", environment: ["LANES_ISA": "portable"])
    #expect(outcome.succeeded && outcome.output.hasPrefix("Lanes \(lanesVersion)\n"))
    #expect(outcome.output.contains("portable: forced by LANES_ISA=portable\n"))
    #expect(outcome.output.contains("L1 data "))
    #expect(outcome.output.contains(Hardware().hasOpenMP ? "in this build\n" : "serial\n"))
  }

  @Test func sizesAsPeopleReadThem() {
    #expect(InfoReport.size(32 << 10) == "32 KiB")
    #expect(InfoReport.size(3 << 20) == "3 MiB")
    #expect(InfoReport.size(1_310_720) == "1280 KiB")
    #expect(InfoReport.size(1000) == "1000 bytes")
  }

  @Test func aReaderThatLeavesIsNoCrash() throws {
    let outcome = try LanesProcess.shell("\"$lanes\" run circles | head -n 1; echo ${PIPESTATUS[0]}")
    #expect(outcome.output.hasPrefix("circles: "))
    #expect(outcome.output.hasSuffix("\n141\n"), "ended by SIGPIPE")
    #expect(outcome.errors == "")
  }

  /// Whoever runs the tests may ignore SIGINT, and the command would inherit that.
  @Test func anInterruptIsNoCrash() throws {
    let command = "env --default-signal=INT \"$lanes\" run circles --steps 1000000000 --format json"
    let outcome = try LanesProcess.shell(
      "timeout --preserve-status --signal=INT --kill-after=9 0.5 \(command); echo $?")
    #expect(outcome.output == "130\n", "ended by SIGINT")
    #expect(outcome.errors == "")
  }

  @Test(arguments: ["run circles --steps 1", "run circles --steps 1 --format json", "info", "examples"])
  func aFullDiskIsAnError(_ arguments: String) throws {
    let outcome = try LanesProcess.shell("\"$lanes\" \(arguments) >/dev/full")
    #expect(outcome.status == 1)
    #expect(outcome.errors == "Error: standard output cannot be written: No space left on device\n")
  }
}
