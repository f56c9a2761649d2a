import Lanes
import LanesTrain

/// An example that trains: its data, how batches are made, its trainer, and what is written down on the way.
public protocol TrainingExample: Sendable {
  /// Updates, unless others are asked for.
  var steps: Int { get }
  /// A row is written down after step 0 and after every step whose number is a multiple of this.
  var traceInterval: Int { get }
  var traceColumns: [String] { get }

  func batches() throws -> Batches
  func trainer(on backend: any Backend) throws -> Trainer
  /// The trace's row right after a step.
  func traceRow(after step: Int, _ trainer: Trainer, on data: Dataset) throws -> [Float]
}

extension TrainingExample {
  /// Trains from the first step on.
  /// - Parameters:
  ///   - steps: nil: as many as the example has.
  ///   - observe: called before each step and after the last; `trainer.globalStep` says where training is.
  public func train(
    _ trainer: Trainer, steps: Int? = nil, observe: (Trainer) throws -> Void = { _ in }
  ) throws -> Trace {
    let batches = try batches()
    var trace = Trace(columns: traceColumns)
    for step in 0..<(steps ?? self.steps) {
      try observe(trainer)
      try trainer.step(on: batches)
      guard step % traceInterval == 0 else { continue }
      let row = try traceRow(after: step, trainer, on: batches.dataset)
      if let wrong = row.firstIndex(where: { !$0.isFinite }) {
        throw Divergence(what: traceColumns[wrong], value: row[wrong], step: trainer.globalStep)
      }
      trace.append(row)
    }
    try observe(trainer)
    return trace
  }
}

/// Training went where float32 ends.
public struct Divergence: Error, Hashable, CustomStringConvertible {
  public let what: String
  public let value: Float
  /// Updates so far.
  public let step: Int

  public init(what: String, value: Float, step: Int) { (self.what, self.value, self.step) = (what, value, step) }

  public var description: String {
    "training diverged: \(what) is \(value.isNaN ? "NaN" : "\(value)") after \(step) step\(step == 1 ? "" : "s")"
  }
}
