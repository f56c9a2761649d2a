import Lanes
import LanesPlot
import LanesTrain

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The page of a run.
struct ExampleReport {
  let example: String
  /// What the example is, and what is special about the run.
  let abstract: String, settings: String
  let backend: ChosenBackend
  let result: ExampleResult

  var page: Report {
    Report(
      title: "lanes run \(example)", summary: "\(abstract) Here: \(settings).", figures: figures,
      sections: result.sections + modelSection,
      environment: Report.Environment(
        version: lanesVersion, backend: backend.name, instructionSet: backend.isa, threads: backend.threads,
        date: Self.now(),
        more: [.init("Command", (["lanes"] + CommandLine.arguments.dropFirst()).joined(separator: " "))]))
  }

  private var figures: [Report.KeyFigure] {
    (result.steps > 0 ? [.init("Steps", result.steps)] : []) + (result.loss.map { [.init("Loss", Double($0))] } ?? [])
      + (result.accuracy.map { [.init("Accuracy", $0)] } ?? [])
      + (result.model.map { [.init("Parameters", $0.parameters)] } ?? [])
  }

  private var modelSection: [Report.Section] {
    guard let model = result.model else { return [] }
    let layers = model.layers.map {
      LanesPlot.Table.Layer($0.name, output: "batch × \($0.outputs)", parameters: $0.parameters)
    }
    return [Report.Section("Model", [.table(LanesPlot.Table(model: layers))])]
  }

  /// In coordinated universal time.
  private static func now() -> String {
    var seconds = time(nil)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    var text = [UInt8](repeating: 0, count: 64)
    let count = text.withUnsafeMutableBytes { bytes in
      strftime(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, "%Y-%m-%d %H:%M UTC", &parts)
    }
    return String(decoding: text.prefix(count), as: UTF8.self)
  }
}
