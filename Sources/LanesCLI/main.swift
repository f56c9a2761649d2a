import Lanes
import LanesExamples
import LanesReference
import LanesTrain

let r = CommandLine.arguments.count > 1
for backend in r ? [ReferenceBackend() as any Backend] : [try NativeBackend(threads: 1) as any Backend] {
  for _ in 0..<(r ? 1 : 5) {
    let data = try Circles.data()
    let trainer = try Circles(regularizer: .l2(0.01)).trainer(on: backend)
    let batches = try data.batches(of: 30)
    let clock = ContinuousClock()
    let t = try clock.measure { try trainer.train(steps: 40_000, on: batches) }
    print(backend.name, t / 40_000, try trainer.loss(on: data), try Circles.accuracy(trainer, on: data))
  }
}
