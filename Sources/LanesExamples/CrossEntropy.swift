import Lanes
import LanesTrain

/// The lecture's *cross-entropy*: how far answers are from the truth. From logits, stable however large they are, with the
/// gradient; and from probabilities, which are clipped so that no logarithm is of 0.
public struct CrossEntropy: Sendable {
  /// Four samples of three classes; the third has logits whose exponentials float32 cannot hold.
  public static let logits: [[Float]] = [[2, 1, 0.1], [0, 0, 0], [1000, -1000, 0], [-3, 5, 5]]
  public static let labels: [Int32] = [0, 2, 1, 2]
  /// Answers to the target (1, 0). The lecture compares the first two.
  public static let answers: [[Float]] = [[0.6, 0.4], [0.8, 0.2], [1, 0], [0, 1]]
  public static let target: [Float] = [1, 0]

  /// What there is to know of the samples, row by row.
  public struct Result: Hashable, Sendable {
    public let softmax: Tensor
    /// A loss a sample.
    public let losses: Tensor
    public let mean: Float
    /// Of the mean loss with respect to the logits.
    public let gradient: Tensor
    /// Of the answers: −mean(target · log y), as in the lecture's TensorFlow code.
    public let clippedMean: Tensor
    /// Of the answers: −Σ target · log y, with natural logarithms and with those to the base 10 of the lecture's figures.
    public let clippedSum: Tensor, clippedSumBase10: Tensor
  }

  public init() {}

  public func run(on backend: any Backend) throws -> Result {
    let (samples, classes) = (Self.logits.count, Self.logits.first?.count ?? 0)
    let graph = Graph()
    let logits = graph.variable(
      Variable("logits", [samples, classes], role: .weight, initializer: .values(Self.logits.flatMap { $0 })))
    let labels = graph.input("labels", [samples], .int32)
    let losses = softmaxCrossEntropy(logits: logits, target: labels)
    let total = mean(losses)

    let answers = graph.literal(Self.answers.flatMap { $0 }, [Self.answers.count, Self.target.count])
    let terms = graph.literal(Self.target, [Self.target.count]) * log(clip(answers, 1e-12, 1))
    let clippedSum = -sum(terms, .eachRow)

    let results =
      [softmax(logits), losses, total] + graph.gradients(of: total, withRespectTo: [logits])
      + [-mean(terms, .eachRow), clippedSum, clippedSum * Float(0.43429448)]
    let program = try Program(graph, results: results, state: State(), on: backend)
    try Self.labels.withUnsafeBufferPointer { labels in
      if let input = program.input("labels"), let base = labels.baseAddress { program.bind(input, to: base) }
      try program.run()
    }
    return Result(
      softmax: program.result(0), losses: program.result(1), mean: program.result(2).values.first ?? .nan,
      gradient: program.result(3), clippedMean: program.result(4), clippedSum: program.result(5),
      clippedSumBase10: program.result(6))
  }
}
