import Lanes
import LanesReference
import Testing

@testable import LanesTrain

/// Many samples are evaluated some after the others, to the bits of all at once.
@Suite("Evaluation in pieces")
struct EvaluationTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var features = 3
    let keepsRowsApart: Bool
    let model: @Sendable () -> any Layer
    var testDescription: String { name }
  }

  /// Three outputs each. 130 features: C2's orders for a long k.
  static let cases = [
    Case(name: "dense", keepsRowsApart: true) {
      Sequential(
        Dense(3, 8, activation: .tanh, weights: .normal(seed: 1)), Dropout(0.5), Dense(8, 5, weights: .normal(seed: 5)),
        Dense(5, 3, weights: .normal(seed: 2)), Softmax())
    },
    Case(name: "one hidden unit under a long k", features: 130, keepsRowsApart: true) {
      Sequential(Dense(130, 1, weights: .normal(seed: 3)), Activation(.gelu), Dense(1, 3, weights: .normal(seed: 4)))
    },
    Case(name: "elementwise with rows, numbers and sums of rows", keepsRowsApart: true) {
      Lambda { x in
        let scale = x.graph.literal([0.5, 2, -1], [3])
        let filled = x.graph.constant(0.25, x.shape)
        return select(x .> 0, x * scale, logSoftmax(x) / 3) + mean(square(x), .eachRow) - filled
      }
    },
    Case(name: "a mean over the samples", keepsRowsApart: false) { Lambda { x in x - mean(x, .eachColumn) } },
    Case(name: "a maximum over everything", keepsRowsApart: false) { Lambda { x in x / max(x) } },
    Case(name: "samples times samples", keepsRowsApart: false) {
      Lambda { x in matmul(x, matmul(x, x, transposeA: true)) }
    },
    Case(name: "a number for each place", keepsRowsApart: false) {
      Lambda { x in x * x.graph.literal((0..<x.shape.rows).map { Float($0) }, [x.shape.rows, 1]) }
    },
    Case(name: "a number that depends on how many there are", keepsRowsApart: false) {
      Lambda { x in x / Float(x.shape.rows) }
    },
    Case(name: "other operations where there are many", keepsRowsApart: false) {
      Lambda { x in x.shape.rows > 70 ? tanh(x) : relu(x) }
    },
    Case(name: "rows shaped anew", keepsRowsApart: false) {
      Lambda { x in x.reshaped([3, x.shape.rows]).reshaped(x.shape) }
    },
  ]

  func data(_ count: Int, features: Int) throws -> Dataset {
    var random = Random(UInt64(count))
    return try Dataset(
      features: random.floats(count * features), featureCount: features, labels: (0..<count).map { Int32($0 % 3) },
      classNames: ["a", "b", "c"])
  }

  @Test("the bits are the same, whatever the number of samples", .tags(.bits), arguments: cases)
  func bits(test: Case) throws {
    for backend in [ReferenceBackend(), try NativeBackend()] as [any Backend] {
      func trainer(rowsAtOnce: Int) throws -> Trainer {
        let trainer = try Trainer(
          test.model(), features: test.features, targets: .classes, loss: .softmaxCrossEntropy(labelSmoothing: 0.1),
          regularizer: .l1l2(l1: 0.3, l2: 0.1), optimizer: .gradientDescent(.constant(0.1)),
          movingAverage: .constant(0.5), on: backend)
        trainer.rowsAtOnce = rowsAtOnce
        return trainer
      }
      let (whole, pieces) = (try trainer(rowsAtOnce: .max), try trainer(rowsAtOnce: 70))
      for trainer in [whole, pieces] where !trainer.state.variables.isEmpty {
        try trainer.train(steps: 3, on: data(20, features: test.features).batches(of: 7))
      }
      for count in [1, 69, 70, 71, 139, 140, 141, 300] {
        let data = try data(count, features: test.features)
        for averaged in [false, true] {
          let output = try whole.predict(data, averaged: averaged)
          #expect(output.shape == [count, 3])
          #expect(try pieces.predict(data, averaged: averaged).bits == output.bits)
          #expect(try pieces.loss(on: data, averaged: averaged) == whole.loss(on: data, averaged: averaged))
          #expect(try pieces.dataLoss(on: data, averaged: averaged) == whole.dataLoss(on: data, averaged: averaged))
          #expect(try pieces.accuracy(on: data, averaged: averaged) == whole.accuracy(on: data, averaged: averaged))
          let evaluation = try pieces.evaluation(samples: count, averaged: averaged)
          #expect(evaluation.isInPieces == (test.keepsRowsApart && count > 70))
          #expect(try !whole.evaluation(samples: count, averaged: averaged).isInPieces)
        }
      }
    }
  }

  @Test("regularization adds the weights up in the model's order")
  func regularization() throws {
    let model = Sequential(
      Dense(1, 1, weights: .constant(0x1p24)), Dense(1, 1, weights: .constant(1)),
      Dense(1, 3, weights: .constant(0.25)))
    let trainer = try Trainer(
      model, features: 1, targets: .classes, loss: .softmaxCrossEntropy(), regularizer: .l1(1),
      optimizer: .gradientDescent(.constant(0.1)), on: ReferenceBackend())
    trainer.rowsAtOnce = 70
    let price: Float = (0x1p24 + 1) + 0.75
    #expect(price != 0x1p24 + (1 + 0.75))
    let data = try data(100, features: 1)
    #expect(try trainer.loss(on: data) == trainer.dataLoss(on: data) + price)
    #expect(try trainer.evaluation(samples: 100, averaged: false).isInPieces)
  }

  @Test("what lies between features and output takes the memory of one piece")
  func memory() throws {
    let trainer = try Trainer(
      Sequential(Dense(2, 500, activation: .relu), Dense(500, 1)), features: 2, loss: .meanSquaredError,
      optimizer: .gradientDescent(.constant(0.1)), on: NativeBackend(threads: 1))
    let evaluation = try trainer.evaluation(samples: 100_000, averaged: false)
    let model = try #require(trainer.rowwiseModels[false] ?? nil)
    #expect(evaluation.program.program.arenaBytes + model.program.program.arenaBytes < 20_000_000)
    #expect(try trainer.accuracy(on: .circles(count: 10_000)) >= 0)
    #expect(try trainer.evaluation(samples: 10_000, averaged: false).isInPieces)
  }

  @Test("a model that fits no other number of samples says so itself", .tags(.errors))
  func fixedNumber() throws {
    let trainer = try Trainer(
      Lambda { x in x.shape.rows == 70 ? x.reshaped([1]) : x }, features: 3, targets: .classes,
      loss: .softmaxCrossEntropy(), optimizer: .gradientDescent(.constant(0.1)), on: ReferenceBackend())
    trainer.rowsAtOnce = 70
    #expect(try trainer.predict(data(100, features: 3)).shape == [100, 3])
    #expect(throws: ModelError.self) { try trainer.predict(data(70, features: 3)) }
  }
}

extension Tensor {
  fileprivate var bits: [UInt32] { values.map { $0.isNaN ? Float.nan.bitPattern : $0.bitPattern } }
}
