import LanesTrain

/// How well a model does on samples, as the net sees them; by moving averages where there are such.
struct Evaluation {
  let samples: Int
  /// Without regularization.
  let loss: Float
  /// Nil where the target is a number.
  let accuracy: Double?
  let output: Tensor

  init(_ trainer: Trainer, _ data: Dataset) throws {
    let averaged = trainer.movingAverage != nil
    samples = data.count
    loss = try trainer.dataLoss(on: data, averaged: averaged)
    output = try trainer.predict(data, averaged: averaged)
    accuracy = data.classes == nil ? nil : try trainer.accuracy(on: data, averaged: averaged)
  }

  var text: String { "loss \(loss)" + (accuracy.map { ", accuracy \(TrainingSession.percent($0))" } ?? "") }

  var json: JSON {
    .object([
      ("samples", .integer(samples)), ("loss", .float(loss)), ("accuracy", accuracy.map { .double($0) } ?? .null),
    ])
  }
}

/// Of predicted numbers, in the target's own unit.
struct NumberErrors {
  let meanSquared: Double, meanAbsolute: Double
  /// R² = 1 − Σ(y − target)²/Σ(target − mean)²; NaN where all targets are equal.
  let determination: Double

  init(_ predicted: [Float], _ targets: [Float]) {
    let count = Double(targets.count)
    let errors = zip(predicted, targets).map { Double($0) - Double($1) }
    let mean = targets.reduce(0) { $0 + Double($1) } / count
    let spread = targets.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    let squares = errors.reduce(0) { $0 + $1 * $1 }
    (meanSquared, meanAbsolute) = (squares / count, errors.reduce(0) { $0 + abs($1) } / count)
    determination = spread > 0 ? 1 - squares / spread : .nan
  }
}
