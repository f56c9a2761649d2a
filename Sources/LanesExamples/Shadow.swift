import Lanes
import LanesTrain

/// The lecture's *moving average*: a parameter w is set by hand, and its shadow follows; closely at step 0, slowly at
/// step 100.
public struct Shadow: Sendable {
  public static let average = MovingAverage.adaptive(0.99)
  public static let parameter = Variable("w", .scalar, role: .weight, initializer: .zeros)
  public static let shadow = Variable(
    MovingAverage.name(of: parameter.name), .scalar, role: .slot, initializer: .copy(of: parameter.name))
  /// Updates of the shadow in the lecture's table: one at step 0, the others at step 100.
  public static let updates = 7

  public init() {}

  /// The table: where w and its shadow start, then a row for each update.
  public func run(updates: Int = Shadow.updates, on backend: any Backend) throws -> Trace {
    let state = State()
    try state.add([Self.parameter, Self.shadow])
    var trace = Trace(columns: ["global_step", "w", "shadow"])
    func note(_ step: Int) {
      let values = [Self.parameter, Self.shadow].flatMap { state[$0.name]?.values ?? [] }
      trace.append([Float(step)] + values)
    }
    note(0)
    let (first, later) = (try follow(at: 0, state, on: backend), try follow(at: 100, state, on: backend))
    for update in 0..<updates {
      try state.write(Tensor(.scalar, [update == 0 ? 1 : 10]), to: Self.parameter.name)
      try (update == 0 ? first : later).run()
      note(update == 0 ? 0 : 100)
    }
    return trace
  }

  /// shadow ← d·shadow + (1 − d)·w, d = min(0.99, (1 + step) / (10 + step)).
  private func follow(at step: Int, _ state: State, on backend: any Backend) throws -> Program {
    let graph = Graph()
    let (w, shadow) = (graph.variable(Self.parameter), graph.variable(Self.shadow))
    let decay = graph.constant(Self.average(step))
    return try Program(graph, updates: [.movingAverage(shadow, of: w, decay: decay)], state: state, on: backend)
  }
}
