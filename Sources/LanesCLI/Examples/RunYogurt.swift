import ArgumentParser
import LanesExamples
import LanesPlot
import LanesTrain

struct RunYogurt: ExampleCommand {
  enum LossName: String, CaseIterable, ExpressibleByArgument {
    case mse, custom
  }

  static let configuration = CommandConfiguration(
    commandName: "yogurt",
    abstract: "How much will be sold? Two weights by gradient descent, with a loss of one's own.",
    discussion: """
      With --loss custom, a unit too many costs COST, and one too few the PROFIT that it would have made.

      EXAMPLES:
        lanes run yogurt
        lanes run yogurt --loss custom --cost 1 --profit 9
        lanes run yogurt --loss custom --cost 9 --profit 1 --report yogurt.html
      """)

  @OptionGroup var options: RunOptions

  @Option(parsing: .unconditional, help: "The mean squared error, or what errors cost.")
  var loss = LossName.mse

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Of a unit too many, with --loss custom. (default: 1)", valueName: "cost"),
    transform: DecayOption.positive)
  var cost: Float?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Of a unit too few, with --loss custom. (default: 9)", valueName: "profit"),
    transform: DecayOption.positive)
  var profit: Float?

  func validate() throws {
    if loss == .mse, cost != nil || profit != nil {
      throw ValidationError("--cost and --profit need --loss custom")
    }
  }

  func run() throws { try perform() }

  private var price: Yogurt.Price {
    loss == .mse ? .meanSquaredError : .custom(cost: cost ?? 1, profit: profit ?? 9)
  }

  var settings: String {
    switch price {
    case .meanSquaredError: "mean squared error"
    case .custom(let cost, let profit): "cost \(cost), profit \(profit)"
    }
  }

  func result(on backend: ChosenBackend, output: (String) throws -> Void) throws -> ExampleResult {
    let training = try TrainingRun(Yogurt(price), options: options, backend: backend)
    var (result, history) = try training.run(output: output)
    result.model = try ModelSummary(Yogurt.network, features: 2)
    if let weights = result.parameters.first?.value.values, weights.count == 2 {
      result.text += "sales = \(weights[0])·x1 + \(weights[1])·x2\n"
    }
    if options.report != nil {
      let weights = history.chart(of: Yogurt.weights, title: "The two weights", elements: ["w1", "w2"])
      result.sections =
        [
          Report.Section("Prediction", [.chart(try prediction(training.trainer, training.data))]),
          Report.Section("Weights", [.chart(weights)]),
        ] + history.sections(isRegularized: false)
    }
    return result
  }

  /// What is predicted for the samples, sorted by what was sold.
  private func prediction(_ trainer: Trainer, _ data: Dataset) throws -> LineChart {
    let outputs = try trainer.predict(data).values
    let order = data.targets.indices.sorted { data.targets[$0] < data.targets[$1] }
    return LineChart(
      title: "Samples from the least sold to the most", x: "sample", y: "units",
      series: [
        Series("sold", order.map { Double(data.targets[$0]) }),
        Series("predicted", order.map { Double(outputs[$0]) }),
      ])
  }
}
