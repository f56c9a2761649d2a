import ArgumentParser
import LanesExamples
import LanesPlot
import LanesTrain

struct RunMovingAverage: ExampleCommand {
  static let configuration = CommandConfiguration(
    commandName: "moving-average",
    abstract: "A parameter is set by hand, and its shadow follows.",
    discussion: """
      EXAMPLES:
        lanes run moving-average
        lanes run moving-average --steps 50 --report shadow.html
      """)

  @OptionGroup var options: RunOptions

  func run() throws { try perform() }
  var settings: String { "decay \(Shadow.average.decay), min(decay, (1 + step)/(10 + step))" }

  func result(on backend: ChosenBackend, output: (String) throws -> Void) throws -> ExampleResult {
    let updates = options.steps ?? Shadow.updates
    let trace = try Shadow().run(updates: updates, on: backend.backend)
    var result = ExampleResult(steps: updates, trace: trace)
    func last(_ column: String) throws -> [ExampleResult.Parameter] {
      [.init(name: Shadow.parameter.name, value: try Tensor(.scalar, Array(trace.column(column).suffix(1))))]
    }
    result.parameters = try last("w")
    result.shadow = try last("shadow")
    result.text = trace.table.description
    let chart = LineChart(
      title: "The shadow follows the parameter", x: "update", y: "value",
      series: [("parameter", "w"), ("shadow", "shadow")].map { name, column in
        Series(name, trace.column(column).map { Double($0) })
      })
    result.sections = [
      Report.Section("Shadow against parameter", [.chart(chart), .table(trace.reportTable)])
    ]
    return result
  }
}

extension Trace {
  /// As a table of a report.
  var reportTable: LanesPlot.Table {
    LanesPlot.Table(columns: columns.map { .init($0, isNumeric: true) }, rows: table.rows)
  }
}
