import ArgumentParser
import Lanes
import LanesReference
import LanesTrain

struct StepBenchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step",
    abstract: "A training step of the lecture's circles net: 2-11-1, batch 30, mean squared error, L2, Adam.",
    discussion:
      "Microseconds a step. Each run starts from the seeds and trains so many steps; the runs on one thread and on "
      + "several are interleaved. The reference, some 15 times slower, runs by itself and a tenth of the steps.")

  @Option(help: "Steps of a run.")
  var steps = 1_000

  @Flag(help: "Native kernels only.")
  var withoutReference = false

  @OptionGroup var options: CommonOptions

  struct Row: Encodable {
    let backend: String
    let regularizer: String
    let microseconds: Double, best: Double
    let disturbed: Bool
  }

  func validate() throws {
    if steps < 1 { throw ValidationError("--steps is \(steps), and must be at least 1") }
  }

  func run() throws {
    let usage = Usage()
    var report = Report<Row>(subject: "step", machine: try Machine(), repetitions: options.repetitions, rows: [])
    let native = try options.threads.counts.map { try NativeBackend(threads: $0) }
    for (name, regularizer) in [("none", Regularizer.none), ("l2:0.01", .l2(0.01))] {
      progress("circles, regularizer \(name)")
      report.rows += try measure(native, name, regularizer, steps: steps)
      if !withoutReference {
        report.rows += try measure([ReferenceBackend()], name, regularizer, steps: max(1, steps / 10))
      }
    }
    progress()
    report.processorsUsedByOthers = usage.othersSince()

    var table = Table(["backend", "regularizer", "µs", "best"])
    for row in report.rows {
      table.add([row.backend, row.regularizer, row.microseconds.digits(2).marked(row.disturbed), row.best.digits(2)])
    }
    try report.write(
      as: options.format, table: table,
      notes: ["microseconds a step, medians and bests of \(options.repetitions) runs or more, of \(steps) steps"])
  }

  private func measure(
    _ backends: [any Backend], _ name: String, _ regularizer: Regularizer, steps: Int
  ) throws -> [Row] {
    let data = try Dataset.circles(count: 300, seed: 2)
    let batches = try data.batches(of: 30)
    let contenders = backends.map { backend in
      Contender.timed(backend.name) { steps in
        let trainer = try Self.trainer(on: backend, regularizer)
        // The first step compiles the Program.
        try trainer.train(steps: 10, on: batches)
        let start = ContinuousClock.now
        try trainer.train(steps: steps, on: batches)
        return start.duration(to: .now) / .seconds(1)
      }
    }
    var interleaving = options.interleaving(threads: options.threads.counts.max() ?? 1)
    // A turn is one run.
    (interleaving.calls, interleaving.block) = (steps, 0)
    return zip(contenders, try interleaving.measure(contenders)).map { contender, seconds in
      Row(
        backend: contender.name, regularizer: name, microseconds: 1e6 * seconds.median, best: 1e6 * seconds.best,
        disturbed: seconds.isDisturbed)
    }
  }

  /// As in `LanesExamples/Circles.swift`, from the same seeds.
  private static func trainer(on backend: any Backend, _ regularizer: Regularizer) throws -> Trainer {
    let network = Sequential(
      Dense(2, 11, activation: .relu, weights: .normal(seed: 1), bias: .constant(0.01)),
      Dense(11, 1, weights: .normal(seed: 2), bias: .constant(0.01)))
    return try Trainer(
      network, features: 2, loss: .meanSquaredError, regularizer: regularizer, optimizer: .adam(.constant(0.0001)),
      on: backend)
  }
}
