import Foundation
import Lanes
import Testing

@testable import LanesCLI

@Suite struct AccuracyCommandTests {
  private struct Report: Decodable {
    struct Function: Decodable {
      let name: String
      let inputs: Int, wrongNaNs: Int
      let worstULP: Double
      let landmarkBits: [UInt32]
    }
    let isa: String
    let sample: Int
    let functions: [Function]
  }

  /// The bounds of the documentation's table, on a sample.
  @Test func boundsHold() throws {
    let names = ["exp", "log", "tanh", "sigmoid", "gelu", "softplus", "erf", "expm1", "log1p"]
    let outcome = try LanesProcess.run(["accuracy", "--gradients", "--sample", "65537", "--format", "json"] + names)
    #expect(outcome.succeeded && outcome.errors == "")
    let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
    #expect(report.sample == 65537)
    #expect(report.functions.map(\.name) == names + ["log′", "gelu′", "softplus′", "erf′", "log1p′"])
    for function in report.functions {
      let bound =
        switch function.name {
        case "exp", "log": 1.0
        case "tanh", "sigmoid": 1.5
        case "gelu′": 1.0
        default: 2.0
        }
      #expect(function.worstULP <= bound, "\(function.name)")
      #expect(function.wrongNaNs == 0 && function.inputs == 65536)
    }
    let exp = try #require(report.functions.first)
    #expect(exp.landmarkBits == [0, 0x3f80_0000, 0x3f80_0000, 0x7f80_0000])
  }

  @Test func markdown() throws {
    let outcome = try LanesProcess.run("accuracy", "tanh", "--sample", "1000003", "--isa", "portable")
    #expect(outcome.succeeded)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 3 && lines[2].hasPrefix("| tanh | ") && lines[2].hasSuffix("| -1.0, −0, +0, 1.0 |"))
  }

  @Test(arguments: [["sine"], ["--sample", "0"], ["--isa", "avx9"]])
  func badInputIsRefused(arguments: [String]) throws {
    let outcome = try LanesProcess.run(["accuracy"] + arguments)
    #expect(!outcome.succeeded && outcome.output == "" && outcome.errors != "")
  }

  /// Neighbouring inputs ascend, and each bit pattern comes once.
  @Test func inputsAscend() {
    let middle = 1 << 31
    #expect(AccuracySweep.input(middle).bitPattern == 0 && AccuracySweep.input(middle - 1).bitPattern == 0x8000_0000)
    #expect(AccuracySweep.input(middle + 1) == .leastNonzeroMagnitude)
    #expect(AccuracySweep.input(0).bitPattern == 0xffff_ffff)
    #expect(AccuracySweep.input(2 * middle - 1).bitPattern == 0x7fff_ffff)
  }

  @Test func unitsInTheLastPlace() {
    #expect(AccuracySweep.unitsInLastPlace(1, 1 + 0x1p-23) == 1)
    #expect(AccuracySweep.unitsInLastPlace(.leastNonzeroMagnitude, 0) == 1)
    #expect(AccuracySweep.unitsInLastPlace(.infinity, 1e300) == 0)
    #expect(AccuracySweep.unitsInLastPlace(.infinity, 0x1p127) == 0x1p23)
    #expect(AccuracySweep.unitsInLastPlace(0.999_999_94, 1) == 0.5)
  }
}
