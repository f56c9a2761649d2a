import ArgumentParser
import LanesExamples
import LanesTrain

struct RunCircles: ParsableCommand {
  private static let name = "circles"
  static let configuration = CommandConfiguration(
    commandName: name,
    abstract: "Which of 300 points of the plane lie in a circle? A net 2-11-1, \(Circles.steps) steps of Adam.",
    discussion: """
      EXAMPLES:
        lanes run circles --regularizer l2:0.01
        lanes run circles --backend reference --steps 2000 --format json
      """)

  @OptionGroup var options: RunOptions

  @Option(parsing: .unconditional, help: RegularizerOption.help, transform: RegularizerOption.parse)
  var regularizer = Regularizer.none

  func run() throws {
    let backend = try options.chosenBackend()
    let data = try Circles.data()
    let training = TrainingRun(
      example: Self.name, settings: "regularizer \(RegularizerOption.text(regularizer))", backend: backend,
      trainer: try Circles(regularizer: regularizer).trainer(on: backend.backend), data: data,
      batches: try data.batches(of: Circles.batchSize), steps: options.steps ?? Circles.steps,
      accuracy: Circles.accuracy)
    try training.run(format: options.format)
  }
}
