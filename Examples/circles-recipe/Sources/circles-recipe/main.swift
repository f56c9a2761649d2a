import CirclesRecipe
import Foundation
import Lanes
import LanesPlot
import LanesTrain

// circles-recipe [STEPS] [PICTURE.svg]: trains, prints the loss, and draws the curve where the output is 0.5.

let arguments = CommandLine.arguments
guard let steps = arguments.count > 1 ? Int(arguments[1]) : Backward.steps, steps >= 0, arguments.count < 4 else {
  FileHandle.standardError.write(Data("usage: circles-recipe [STEPS] [PICTURE.svg]\n".utf8))
  exit(2)
}

let data = try DataGeneration.samples()
let trainer = try Backward.train(steps: steps, on: data, backend: NativeBackend()) { trainer in
  print("after \(trainer.globalStep) steps the loss is \(try trainer.loss(on: data))")
}
let accuracy = try trainer.accuracy(on: data, averaged: true)
print("accuracy with the averaged parameters: \(accuracy)")

if arguments.count > 2 {
  // The points of [−3, 3] × [−3, 3] in steps of 0.02.
  let ticks = (0...300).map { -3 + Float($0) / 50 }
  let grid = ticks.flatMap { x1 in ticks.flatMap { x0 in [x0, x1] } }
  let unknown = [Float](repeating: 0, count: grid.count / 2)
  let plane = try Dataset(features: grid, featureCount: 2, targets: unknown, targetCount: 1)
  let outputs = try trainer.predict(plane, averaged: true).values

  func points(of target: Float) -> [Point] {
    (0..<data.count).filter { data.targets[$0] == target }
      .map { Point(Double(data.features[2 * $0]), Double(data.features[2 * $0 + 1])) }
  }
  let chart = DecisionChart(
    title: "Circles, L2", x: "x0", y: "x1",
    field: try ScalarGrid(x: -3...3, columns: ticks.count, y: -3...3, rows: ticks.count, values: outputs), level: 0.5,
    below: "outside", above: "inside",
    classes: [Series("target 0", points(of: 0)), Series("target 1", points(of: 1))])
  try Data(chart.svg().utf8).write(to: URL(fileURLWithPath: arguments[2]))
}
