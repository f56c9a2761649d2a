import Lanes
import LanesTrain
import Testing

/// The programs of `LearningRates.md`.
@Suite("Tutorial: learning rates")
struct LearningRatesTests {
  @Test("descent and decay")
  func descent() throws {
    // snippet
    let parameter = Variable("w", .scalar, role: .weight, initializer: .constant(5))
    let model = Lambda { input in input.graph.variable(parameter) }
    let loss = Loss { w, _ in square(w + 1) }
    let unused = try Dataset(features: [0], featureCount: 1, targets: [0], targetCount: 1).batches(of: 1)

    func descend(_ rate: Schedule) throws -> [Float] {
      let trainer = try Trainer(
        model, features: 1, loss: loss, optimizer: .gradientDescent(rate), on: NativeBackend())
      var path: [Float] = []
      try trainer.train(steps: 40, on: unused, reportEvery: 1) { trainer in
        path += trainer.state["w"]?.values ?? []
        return true
      }
      return path
    }
    // end

    // snippet
    let good = try descend(.constant(0.2))  // 5, 2.6, 1.16, 0.296, … −1
    let large = try descend(.constant(1))  // 5, −7, 5, −7, …
    let small = try descend(.constant(0.0001))  // 5, 4.9988, 4.9976, … 4.952
    // end
    #expect(good.count == 41 && large.count == 41 && small.count == 41)
    for (w, expected) in zip(good, [5, 2.6, 1.16, 0.296] as [Float]) { #expect(abs(w - expected) < 1e-5) }
    #expect(abs(good[40] + 1) < 1e-6)
    #expect(large == (0...40).map { $0.isMultiple(of: 2) ? 5 : -7 })
    for (w, expected) in zip(small, [5, 4.9988, 4.9976] as [Float]) { #expect(abs(w - expected) < 1e-4) }
    #expect(abs(small[40] - 4.952) < 1e-3)

    // snippet
    let staircase = Schedule.exponentialDecay(from: 0.1, rate: 0.99, every: 10, staircase: true)
    let smooth = Schedule.exponentialDecay(from: 0.1, rate: 0.99, every: 10, staircase: false)
    print(staircase(15), smooth(15))  // 0.1·0.99¹ = 0.099, and 0.1·0.99^1.5, about 0.0985

    let decayed = try descend(.exponentialDecay(from: 0.1, rate: 0.99, every: 1))
    // end
    #expect(staircase(15) == 0.099 && abs(smooth(15) - 0.0985037) < 1e-6)
    var w = 5.0
    var rate = 0.1
    for (step, value) in decayed.enumerated() {
      #expect(abs(Double(value) - w) < 1e-5, "step \(step)")
      w -= rate * 2 * (w + 1)
      rate *= 0.99
    }

    // snippet
    let composed = Schedule.cosineDecay(from: 0.1, steps: 1_000).warmedUp(over: 100)
    let handmade = Schedule { step in 0.1 / Float(step + 1) }
    // end
    #expect(abs(composed(0) - 0.1 / 101) < 1e-7 && composed(100) == 0.1 && composed(1_100) < 1e-6)
    #expect(handmade(1) == 0.05)
  }
}
