import Lanes
import LanesReference
import LanesTrain
import RecipeExample
import Testing

/// The programs of `ModularRecipe.md`; its modules are those of `Examples/circles-recipe`.
@Suite("Tutorial: the modular recipe")
struct ModularRecipeTests {
  @Test("the whole run")
  func run() throws {
    // snippet
    let data = try DataGeneration.samples()
    let trainer = try Backward.train(on: data, backend: NativeBackend()) { trainer in
      print("after \(trainer.globalStep) steps the loss is \(try trainer.loss(on: data))")
    }
    print(try trainer.accuracy(on: data, averaged: true))
    // end
    #expect(trainer.globalStep == 40_000)
    #expect(try trainer.loss(on: data) < 0.14)
    #expect(try trainer.accuracy(on: data, averaged: true) > 0.93)
  }

  @Test("its parts are the lecture's")
  func parts() throws {
    #expect(try DataGeneration.samples().features == Dataset.circles(count: 300, seed: 2).features)
    #expect(try DataGeneration.samples().targets == Dataset.circles(count: 300, seed: 2).targets)
    #expect(Backward.learningRate(9) == 0.001 && Backward.learningRate(10) == 0.000999)
    #expect(Forward.regularizer == .l2(0.01))
  }

  @Test("native and reference end in the same bits")
  func bits() throws {
    let data = try DataGeneration.samples()
    func parameters(on backend: any Backend) throws -> [[UInt32]] {
      let state = try Backward.train(steps: 500, on: data, backend: backend).state
      return state.variables.map { (state[$0.name]?.values ?? []).map(\.bitPattern) }
    }
    #expect(try parameters(on: NativeBackend()) == parameters(on: ReferenceBackend()))
  }
}
