import Lanes
import LanesReference
import LanesTrain
import Testing

@Suite("Checkpoints of a Trainer")
struct CheckpointTests {
  /// What a run is made of: optimizer, moving average, Dropout, order and size of the batches.
  struct Setting: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let optimizer: Optimizer
    var average: MovingAverage?
    var dropout: Float = 0
    var order = Batches.Order.wrapping
    var size = 6

    func trainer(seed: Int = 1) throws -> Trainer {
      try Trainer(
        Sequential(
          Dense(2, 5, activation: .tanh, weights: .normal(seed: seed)), Dropout(dropout),
          Dense(5, 1, weights: .normal(seed: seed + 1))),
        features: 2, loss: .meanSquaredError, regularizer: .l2(0.01), optimizer: optimizer, movingAverage: average,
        on: ReferenceBackend())
    }

    func batches() throws -> Batches { try Dataset.circles(count: 20).batches(of: size, order: order) }
  }

  private static let decay = Schedule.exponentialDecay(from: 0.05, rate: 0.9, every: 5)

  static let settings = [
    Setting(testDescription: "gradient descent", optimizer: .gradientDescent(decay)),
    Setting(testDescription: "momentum, shuffled", optimizer: .momentum(decay), order: .shuffled(seed: 7)),
    Setting(
      testDescription: "Adam, moving average, Dropout, shuffled, partial last batch", optimizer: .adam(decay),
      average: .adaptive(0.9), dropout: 0.4, order: .shuffled(seed: 3), size: 7),
    Setting(testDescription: "RMSProp, epochs", optimizer: .rmsProp(decay, momentum: 0.5), order: .epochs, size: 9),
    Setting(testDescription: "AdamW, Dropout", optimizer: .adamW(decay), average: .constant(0.8), dropout: 0.2),
  ]

  @Test(
    "stopped at random steps and restored into new trainers, a run ends in the same bits", .tags(.bits),
    arguments: settings)
  func resumed(setting: Setting) throws {
    let batches = try setting.batches()
    let whole = try setting.trainer()
    try whole.train(steps: 50, on: batches)
    var random = Random(5)
    for _ in 0..<4 {
      var stored = try Safetensors.encode(try setting.trainer().checkpoint())
      var step = 0
      while step < 50 {
        // Another seed: nothing of the new trainer's own start may be left.
        let trainer = try setting.trainer(seed: 90)
        try trainer.restore(Safetensors.decode(stored))
        #expect(trainer.globalStep == step)
        let steps = Int.random(in: 1...min(20, 50 - step), using: &random)
        try trainer.train(steps: steps, on: batches)
        stored = try Safetensors.encode(trainer.checkpoint())
        step += steps
      }
      #expect(try stored == Safetensors.encode(whole.checkpoint()))
    }
  }

  @Test("a checkpoint has every variable, the step, and the caller's texts")
  func contents() throws {
    let trainer = try Self.settings[2].trainer()
    try trainer.train(steps: 3, on: Self.settings[2].batches())
    let checkpoint = trainer.checkpoint(metadata: ["loss": "mean squared error"])
    #expect(checkpoint.arrays["trainer/global_step"]?.elements == .int64([3]))
    #expect(checkpoint.arrays.count == trainer.state.variables.count + 1)
    #expect(checkpoint["dense1/weights"] == trainer.state["dense1/weights"])
    #expect(checkpoint["dense1/weights/moving_average"] != nil && checkpoint["dense2/bias/adam_v"] != nil)
    #expect(checkpoint.metadata["loss"] == "mean squared error" && checkpoint.metadata["format_version"] == "1")
    #expect(checkpoint.metadata["lanes_version"] == lanesVersion)
  }

  @Test("what does not fit is named, and nothing is changed", .tags(.errors))
  func refused() throws {
    let setting = Self.settings[2]
    let trainer = try setting.trainer()
    try trainer.train(steps: 2, on: setting.batches())
    let before = try bits(trainer.state)
    func problems(_ change: (inout Checkpoint) throws -> Void) throws -> [CheckpointError.Problem] {
      var checkpoint = try setting.trainer(seed: 30).checkpoint()
      try change(&checkpoint)
      let error = #expect(throws: CheckpointError.self) { try trainer.restore(checkpoint) }
      #expect(try bits(trainer.state) == before && trainer.globalStep == 2)
      return try #require(error).problems
    }
    #expect(
      try problems {
        $0["dense2/bias"] = nil
        $0["dense1/bias/adam_m"] = nil
      }
        == [.missing("dense2/bias"), .missing("dense1/bias/adam_m")])
    #expect(try problems { $0["other"] = try Tensor([], [1]) } == [.unexpected("other")])
    #expect(
      try problems { $0["dense1/bias"] = try Tensor([4], [1, 2, 3, 4]) }
        == [.shape("dense1/bias", expected: [5], found: [4])])
    #expect(
      try problems { $0.arrays["dense2/bias"] = StoredArray(.int32([1])) } == [.type("dense2/bias", found: .int32)])
    #expect(try problems { $0.arrays["trainer/global_step"] = nil } == [.noStep])
    #expect(try problems { $0.arrays["trainer/global_step"] = StoredArray(.int64([-1])) } == [.noStep])
    #expect(try problems { $0.arrays["trainer/global_step"] = StoredArray(.int64([.max])) } == [.noStep])
    #expect(try problems { $0.metadata["format_version"] = "2" } == [.formatVersion("2")])
  }
}
