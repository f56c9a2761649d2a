import ArgumentParser
import LanesExamples
import LanesPlot
import LanesTrain

struct RunCircles: ExampleCommand {
  static let configuration = CommandConfiguration(
    commandName: "circles",
    abstract: "Which of 300 points of the plane lie in a circle? A net 2-11-1, \(Circles.steps) steps of Adam.",
    discussion: """
      EXAMPLES:
        lanes run circles --regularizer l2:0.01 --report circles.html
        lanes run circles --regularizer l2:0.01 --decay 0.001:0.999:10 --moving-average 0.99
        lanes run circles --backend reference --steps 2000 --format json
      """)

  @OptionGroup var options: RunOptions

  @Option(parsing: .unconditional, help: RegularizerOption.help, transform: RegularizerOption.parse)
  var regularizer = Regularizer.none

  @Option(parsing: .unconditional, help: DecayOption.help, transform: DecayOption.init)
  var decay: DecayOption?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Shadow parameters that follow by min(D, (1 + step)/(10 + step)), D from 0 to below 1. (default: none)",
      valueName: "D"),
    transform: RunCircles.movingAverage)
  var movingAverage: Float?

  private static func movingAverage(_ text: String) throws -> Float {
    guard let decay = Float(text), decay >= 0, decay < 1 else {
      throw ValidationError("it must be a number from 0 to below 1, such as 0.99")
    }
    return decay
  }

  func run() throws { try perform() }

  var settings: String {
    (["regularizer \(RegularizerOption.text(regularizer))"] + (decay.map { ["rate \($0)"] } ?? [])
      + (movingAverage.map { ["moving average \($0)"] } ?? [])).joined(separator: ", ")
  }

  func result(on backend: ChosenBackend, output: (String) throws -> Void) throws -> ExampleResult {
    let example = Circles(
      regularizer: regularizer, rate: decay?.schedule ?? .constant(Circles.learningRate),
      movingAverage: movingAverage.map { .adaptive($0) })
    let training = try TrainingRun(example, options: options, backend: backend)
    var (result, history) = try training.run(accuracy: Circles.accuracy, output: output)
    result.model = try ModelSummary(Circles.network, features: 2)
    if options.report != nil {
      result.sections =
        try CirclesPictures(trainer: training.trainer, data: training.data).sections
        + history.sections(isRegularized: regularizer != .none)
    }
    return result
  }
}

/// The lecture's pictures: the points, and where the net decides.
struct CirclesPictures {
  let trainer: Trainer
  let data: Dataset

  var sections: [Report.Section] {
    get throws {
      let points = ScatterChart(title: "The points", x: "x0", y: "x1", classes: classes)
      var boundaries: [Report.Block] = [.chart(try boundary(averaged: false))]
      if trainer.movingAverage != nil { boundaries.append(.chart(try boundary(averaged: true))) }
      return [Report.Section("Data", [.chart(points)]), Report.Section("Decision boundary", boundaries)]
    }
  }

  private var classes: [Series] {
    ["outside the circle", "inside the circle"].enumerated().map { index, name in
      let samples = (0..<data.count).filter { (data.targets[$0] > 0.5) == (index == 1) }
      return Series(
        name, samples.map { Point(Double(data.features[2 * $0]), Double(data.features[2 * $0 + 1])) })
    }
  }

  /// The net's output over [−3, 3)² in steps of 0.01, and where it is 0.5.
  func boundary(averaged: Bool) throws -> DecisionChart {
    let count = 600
    let coordinates = (0..<count).map { -3 + 0.01 * Double($0) }
    var places: [Float] = []
    places.reserveCapacity(2 * count * count)
    for x1 in coordinates {
      for x0 in coordinates {
        places.append(Float(x0))
        places.append(Float(x1))
      }
    }
    let grid = try Dataset(
      features: places, featureCount: 2, targets: [Float](repeating: 0, count: count * count), targetCount: 1)
    let outputs = try trainer.predict(grid, averaged: averaged).values
    let range = coordinates[0]...coordinates[count - 1]
    return DecisionChart(
      title: averaged ? "Where the shadow net decides" : "Where the net decides", x: "x0", y: "x1",
      field: try ScalarGrid(x: range, columns: count, y: range, rows: count, values: outputs), below: "output < 0.5",
      above: "output ≥ 0.5", classes: classes)
  }
}
