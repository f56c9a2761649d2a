import Foundation
import Lanes
import LanesReference
import LanesTrain
import Testing

/// Each optimizer against a replay of its paper's formulas in float64, over a loss whose gradient is known: Σ cᵢ(wᵢ − aᵢ)²/2.
@Suite("Optimizers")
struct OptimizerTests {
  private static let c: [Double] = [1, 0.5, 3, 0.125], a: [Double] = [1, -2, 0.5, 4], start: [Double] = [5, 5, -3, 0]
  private static let steps = 30

  /// A net of one Dense layer without bias, from one feature that is always 1, is its weights.
  private func trained(_ optimizer: Optimizer) throws -> [Double] {
    let data = try Dataset(features: [1], featureCount: 1, targets: Self.a.map { Float($0) }, targetCount: 4)
    let loss = Loss { y, target in
      sum(y.graph.literal(Self.c.map { Float($0 / 2) }, [1, 4]) * square(y - target))
    }
    let net = Dense(1, 4, weights: .values(Self.start.map { Float($0) }), bias: nil)
    let trainer = try Trainer(
      net, features: 1, targets: 4, loss: loss, optimizer: optimizer, on: ReferenceBackend())
    try trainer.train(steps: Self.steps, on: data.batches(of: 1))
    return try #require(trainer.state["dense1/weights"]).values.map(Double.init)
  }

  /// What a rule makes of a weight, its gradient and two memories in step t = 1, 2, …
  private typealias Rule = (_ w: inout Double, _ g: Double, _ m: inout Double, _ v: inout Double, _ t: Int) -> Void

  private func replayed(
    first: Double = 0, second: Double = 0, clip: ([Double]) -> [Double] = { $0 }, _ rule: Rule
  ) -> [Double] {
    var w = Self.start
    var (m, v) = ([Double](repeating: first, count: 4), [Double](repeating: second, count: 4))
    for t in 1...Self.steps {
      let gradient = clip((0..<4).map { Self.c[$0] * (w[$0] - Self.a[$0]) })
      for i in 0..<4 { rule(&w[i], gradient[i], &m[i], &v[i], t) }
    }
    return w
  }

  private func expectEqual(_ optimizer: Optimizer, _ wanted: [Double], _ comment: Comment) throws {
    for (w, wanted) in zip(try trained(optimizer), wanted) {
      #expect(abs(w - wanted) <= 2e-5 * max(1, abs(wanted)), comment)
    }
  }

  @Test("gradient descent, by a schedule")
  func descent() throws {
    let schedule = Schedule.exponentialDecay(from: 0.3, rate: 0.9, every: 2)
    try expectEqual(
      .gradientDescent(schedule), replayed { w, g, _, _, t in w -= 0.3 * pow(0.9, Double((t - 1) / 2)) * g },
      "gradient descent")
  }

  @Test("momentum and Nesterov's", arguments: [false, true])
  func momentum(isNesterov: Bool) throws {
    let wanted = replayed { w, g, m, _, _ in
      m = 0.8 * m + g
      w -= 0.05 * (isNesterov ? 0.8 * m + g : m)
    }
    try expectEqual(
      .momentum(.constant(0.05), momentum: 0.8, nesterov: isNesterov), wanted, "nesterov: \(isNesterov)")
  }

  @Test("AdaGrad and RMSProp")
  func squares() throws {
    try expectEqual(
      .adagrad(.constant(0.5)),
      replayed(second: 0.1) { w, g, _, v, _ in
        v += g * g
        w -= 0.5 * g / v.squareRoot()
      }, "AdaGrad")
    try expectEqual(
      .rmsProp(.constant(0.05), rho: 0.9, momentum: 0.5, epsilon: 1e-3),
      replayed(second: 1) { w, g, m, v, _ in
        v = 0.9 * v + 0.1 * g * g
        m = 0.5 * m + 0.05 * g / (v + 1e-3).squareRoot()
        w -= m
      }, "RMSProp")
  }

  @Test("Adam, and AdamW's shrinking", arguments: [0, 0.1])
  func adam(decay: Double) throws {
    let wanted = replayed { w, g, m, v, t in
      w -= 0.2 * decay * w
      m = 0.9 * m + 0.1 * g
      v = 0.99 * v + 0.01 * g * g
      let rate = 0.2 * (1 - pow(0.99, Double(t))).squareRoot() / (1 - pow(0.9, Double(t)))
      w -= rate * m / (v.squareRoot() + 1e-4)
    }
    let optimizer =
      decay == 0
      ? Optimizer.adam(.constant(0.2), beta2: 0.99, epsilon: 1e-4)
      : .adamW(.constant(0.2), weightDecay: Float(decay), beta2: 0.99, epsilon: 1e-4)
    try expectEqual(optimizer, wanted, "decay \(decay)")
  }

  @Test("gradients are clipped by value and by global norm")
  func clipping() throws {
    try expectEqual(
      .gradientDescent(.constant(0.1)).clipped(toValue: 1.5),
      replayed(clip: { $0.map { min(max($0, -1.5), 1.5) } }) { w, g, _, _, _ in w -= 0.1 * g }, "value")
    try expectEqual(
      .gradientDescent(.constant(0.1)).clipped(toGlobalNorm: 2),
      replayed(clip: { gradient in
        let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return gradient.map { $0 * min(1, 2 / norm) }
      }) { w, g, _, _, _ in w -= 0.1 * g }, "norm")
  }

  @Test("the decay of weights is added to clipped gradients")
  func decay() throws {
    try expectEqual(
      .gradientDescent(.constant(0.1)).clipped(toValue: 1.5).decayed(0.25),
      replayed(clip: { $0.map { min(max($0, -1.5), 1.5) } }) { w, g, _, _, _ in w -= 0.1 * (g + 0.25 * w) }, "decay")
  }

  @Test("schedules at their corners")
  func schedules() {
    func near(_ a: Float, _ b: Double) -> Bool { abs(Double(a) - b) <= 1e-7 * max(1, abs(b)) }
    let smooth = Schedule.exponentialDecay(from: 0.1, rate: 0.99, every: 4, staircase: false)
    #expect(near(smooth(6), 0.1 * pow(0.99, 1.5)))
    let stairs = Schedule.exponentialDecay(from: 0.1, rate: 0.99, every: 4)
    #expect(stairs(3) == stairs(0) && stairs(4) < stairs(3) && near(stairs(7), 0.099))
    let steps = Schedule.steps([10, 20], [3, 2, 1])
    #expect([0, 10, 11, 20, 21, 1000].map { steps($0) } == [3, 3, 2, 2, 1, 1])
    let line = Schedule.polynomialDecay(from: 1, to: 0.5, steps: 10)
    #expect(line(0) == 1 && near(line(5), 0.75) && line(10) == 0.5 && line(99) == 0.5)
    let cosine = Schedule.cosineDecay(from: 2, steps: 10, floor: 0.25)
    #expect(cosine(0) == 2 && near(cosine(5), 1.25) && near(cosine(10), 0.5) && near(cosine(50), 0.5))
    let warm = Schedule.constant(1).warmedUp(over: 3)
    #expect((0..<5).map { warm($0) } == [0.25, 0.5, 0.75, 1, 1])
    let two = Schedule.constant(1).then(from: 5, line)
    #expect(two(4) == 1 && two(5) == 1 && near(two(10), 0.75))
  }
}
