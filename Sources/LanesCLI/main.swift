import Lanes
import LanesExamples
import LanesReference
import LanesTrain

for backend in [try NativeBackend(threads: 1) as any Backend, ReferenceBackend()] {
  for regularizer in [Regularizer.none, .l2(0.01)] {
    let data = try Circles.data()
    let trainer = try Circles(regularizer: regularizer).trainer(on: backend)
    let batches = try data.batches(of: 30)
    let clock = ContinuousClock()
    for _ in 0..<3 { try trainer.step(on: batches) ; print(try trainer.loss(on: data)) }
    let t = try clock.measure { try trainer.train(steps: 40_000 - 3, on: batches) }
    print(backend.name, t / 40_000, try trainer.loss(on: data), try Circles.accuracy(trainer, on: data))
    print(trainer.state["dense1/weights"]!.values)
    if regularizer != .none { print(try trainer.describeStep(samples: 30)) }
  }
}
