import Foundation
import Lanes
import LanesExamples
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// An example of `lanes run`, with options that make it short.
struct ExampleRun: Sendable, CustomTestStringConvertible {
  let name: String
  let options: [String]
  let columns: [String]

  init(_ line: String, _ columns: String...) {
    let words = line.split(separator: " ").map(String.init)
    (name, options, self.columns) = (words.first ?? "", Array(words.dropFirst()), columns)
  }

  var testDescription: String { ([name] + options).joined(separator: " ") }

  static let all = [
    ExampleRun("activations", "x", "relu", "relu derivative", "sigmoid"),
    ExampleRun("complexity --sizes 5-7-1", "layer", "outputs", "parameters"),
    ExampleRun("yogurt --steps 600", "step", "loss_over_all_32", "w1", "w2"),
    ExampleRun(
      "yogurt --loss custom --cost 9 --profit 1 --steps 300", "step", "loss_over_all_32", "w1", "w2"),
    ExampleRun("cross-entropy", "sample", "label", "logit0"),
    ExampleRun("descent --rate 0.3", "step", "learning_rate_after", "w", "loss"),
    ExampleRun("decay --base 0.2 --rate 0.9 --every 5 --smooth", "step", "learning_rate_after", "w", "loss"),
    ExampleRun("moving-average", "global_step", "w", "shadow"),
    ExampleRun(
      "circles --regularizer l1:0.01 --decay 0.001:0.999:10:smooth --moving-average 0.99 --steps 150", "step",
      "total_loss_over_all_300", "mse"),
  ]

  static var names: [String] { all.map(\.name).reduce(into: []) { if !$0.contains($1) { $0.append($1) } } }

  func json(_ more: [String] = [], isa: String? = nil) throws -> String {
    let outcome = try LanesProcess.run(
      ["run", name, "--format", "json"] + options + more, environment: isa.map { ["LANES_ISA": $0] } ?? [:])
    try #require(outcome.succeeded, "\(outcome.errors)")
    #expect(outcome.errors == "")
    return outcome.output
  }
}

/// What every example of `lanes run` has in common.
@Suite struct ExampleRunTests {
  private struct Result: Decodable {
    struct Trace: Decodable {
      let columns: [String]
      let rows: [[Double]]
    }
    let example: String
    let steps: Int
    let loss: Double?
    let parameters: [CircleResult.Parameter], shadow: [CircleResult.Parameter]?
    let trace: Trace
  }

  @Test(arguments: ExampleRun.all) func jsonHasATrace(_ run: ExampleRun) throws {
    let result = try JSONDecoder().decode(Result.self, from: Data(run.json().utf8))
    #expect(result.example == run.name)
    #expect(Array(result.trace.columns.prefix(run.columns.count)) == run.columns)
    #expect(!result.trace.rows.isEmpty && result.trace.rows.allSatisfy { $0.count == result.trace.columns.count })
    let isAveraged = run.name == "moving-average" || run.options.contains("--moving-average")
    #expect(result.shadow?.map(\.shape) == (isAveraged ? result.parameters.map(\.shape) : nil))
    if let shadow = result.shadow { #expect(shadow.map(\.values) != result.parameters.map(\.values)) }
  }

  @Test(arguments: ExampleRun.all) func everyRunHasTheSameBits(_ run: ExampleRun) throws {
    let expected = try CircleResult.parametersText(run.json(["--backend", "reference"]))
    for isa in Forced.isas {
      for threads in [1, 2, 3] {
        let native = try run.json(["--threads", "\(threads)"], isa: isa)
        #expect(try CircleResult.parametersText(native) == expected, "\(isa), \(threads) threads")
      }
    }
  }

  @Test(arguments: ExampleRun.all) func theReportIsOnePage(_ run: ExampleRun) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lanes-report-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("a report.html")
    try Data("old".utf8).write(to: file)
    let outcome = try LanesProcess.run(["run", run.name] + run.options + ["--report", file.path])
    #expect(outcome.succeeded && outcome.errors == "")
    #expect(outcome.output.hasSuffix("report: \(file.path)\n"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a report.html"])

    let page = try String(contentsOf: file, encoding: .utf8)
    #expect(page.contains("<h1>lanes run \(run.name)</h1>") && page.contains("Instruction set"))
    #expect(!page.contains("src=") && !page.contains("<script") && !page.contains("<link"))
    #expect(page.contains("<svg") || run.name == "complexity")
    let parser = XMLParser(data: Data(page.utf8))
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
  }

  @Test func theLecturesPicturesAreInTheReport() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("lanes-\(UUID().uuidString).html")
    defer { try? FileManager.default.removeItem(at: file) }
    let options = ["--regularizer", "l2:0.01", "--moving-average", "0.99", "--steps", "100", "--report", file.path]
    #expect(try LanesProcess.run(["run", "circles"] + options).succeeded)
    let page = try String(contentsOf: file, encoding: .utf8)
    for part in [
      "The points", "Where the net decides", "Where the shadow net decides", "with the regularization", "Learning rate",
      "dense2/bias, first element", "2 layers, 45 parameters",
    ] {
      #expect(page.contains(part), "\(part)")
    }
  }

  /// A file in place of a folder, found before the first step: there is no output.
  @Test func aReportThatCannotBeWrittenEndsTheRunBeforeItStarts() throws {
    let outcome = try LanesProcess.run("run", "circles", "--steps", "1000000000", "--report", "/proc/version/x.html")
    #expect(outcome.status == 1 && outcome.output == "")
    #expect(outcome.errors.hasPrefix("Error: /proc/version/x.html: "))
  }

  @Test func aDivergedRunWritesNoReport() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("lanes-\(UUID().uuidString).html")
    let outcome = try LanesProcess.run("run", "descent", "--rate", "2", "--report", file.path)
    #expect(outcome.status == 1 && outcome.errors == "Error: training diverged: loss is inf after 39 steps\n")
    #expect(!FileManager.default.fileExists(atPath: file.path))
  }

  @Test func textShowsWhatTheLectureShows() throws {
    func text(_ arguments: String...) throws -> String { try LanesProcess.run(["run"] + arguments).output }
    #expect(try text("complexity").hasSuffix("2 layers, 26 parameters\n3·4 + 4 + 4·2 + 2 = 26\n"))
    #expect(try text("moving-average").contains("100  10.0  2.3281732\n"))
    #expect(try text("cross-entropy").contains("(0.6, 0.4)         0.5108256  0.22184873"))
    #expect(try text("descent", "--steps", "4").contains("step       3  loss 1.679616"))
    #expect(try text("yogurt").contains("sales = 0.98"))
    #expect(try text("activations").contains("max(x, 0)"))
  }
}
