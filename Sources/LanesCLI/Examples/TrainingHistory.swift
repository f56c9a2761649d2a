import LanesExamples
import LanesPlot
import LanesTrain

/// What is measured during a training for the curves of a report.
struct TrainingHistory {
  private var steps: [Double] = []
  private var losses: [Double] = [], dataLosses: [Double] = [], rates: [Double] = []
  /// The parameters, and the shadow of the first of each.
  private var values: [String: [[Double]]] = [:], shadows: [String: [Double]] = [:]
  private let names: [String]
  private let isAveraged: Bool

  init(_ trainer: Trainer) {
    names = trainer.state.variables.filter(\.isTrainable).map(\.name)
    isAveraged = trainer.movingAverage != nil
  }

  mutating func add(_ trainer: Trainer, _ data: Dataset) throws {
    steps.append(Double(trainer.globalStep))
    losses.append(Double(try trainer.loss(on: data)))
    dataLosses.append(Double(try trainer.dataLoss(on: data)))
    rates.append(Double(trainer.optimizer.schedule(trainer.globalStep)))
    for name in names {
      values[name, default: []].append(trainer.state[name]?.values.map { Double($0) } ?? [])
      guard isAveraged, let shadow = trainer.state[MovingAverage.name(of: name)]?.values.first else { continue }
      shadows[name, default: []].append(Double(shadow))
    }
  }

  /// Loss and rate, and parameter and shadow where there is one.
  func sections(isRegularized: Bool) -> [Report.Section] {
    let total = Series(isRegularized ? "with the regularization" : "loss", x: steps, y: losses)
    let curves = isRegularized ? [total, Series("without it", x: steps, y: dataLosses)] : [total]
    let loss = LineChart(title: "Loss", x: "step", y: "loss", yScale: .logarithmic, series: curves)
    let rate = LineChart(
      title: "Learning rate", x: "step", y: "learning rate", series: [Series("learning rate", x: steps, y: rates)])
    return [Report.Section("Loss", [.chart(loss)]), Report.Section("Learning rate", [.chart(rate)])] + shadowSection
  }

  private var shadowSection: [Report.Section] {
    guard isAveraged else { return [] }
    let charts = names.map { name in
      LineChart(
        title: "\(name), first element", x: "step", y: "value",
        series: [
          Series("parameter", x: steps, y: values[name, default: []].compactMap(\.first)),
          Series("shadow", x: steps, y: shadows[name, default: []]),
        ])
    }
    return [Report.Section("Shadow against parameter", charts.map { .chart($0) })]
  }

  /// The elements of a parameter over the steps.
  func chart(of name: String, title: String, elements: [String]) -> LineChart {
    let curves = elements.enumerated().map { index, element in
      Series(element, x: steps, y: values[name, default: []].compactMap { index < $0.count ? $0[index] : nil })
    }
    return LineChart(title: title, x: "step", y: "value", series: curves)
  }
}
