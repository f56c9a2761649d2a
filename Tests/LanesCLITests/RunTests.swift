import Lanes
import LanesExamples
import LanesTrain
import Testing

/// `lanes run circles`, the built command.
@Suite struct RunTests {
  private static func circles(_ options: [String], isa: String? = nil) throws -> String {
    let outcome = try LanesProcess.run(
      ["run", "circles", "--format", "json"] + options, environment: isa.map { ["LANES_ISA": $0] } ?? [:])
    try #require(outcome.succeeded, "\(outcome.errors)")
    #expect(outcome.errors == "")
    return outcome.output
  }

  @Test func jsonHasTheSchemaAndSaysWhatRan() throws {
    for isa in Forced.isas {
      let result = try CircleResult(text: Self.circles(["--steps", "50", "--threads", "3"], isa: isa))
      #expect(result.example == "circles")
      #expect((result.backend, result.isa, result.threads, result.steps) == ("native", isa, Forced.used(3), 50))
      #expect(result.parameters.map(\.name) == ["dense1/weights", "dense1/bias", "dense2/weights", "dense2/bias"])
      #expect(result.parameters.map(\.shape) == [[2, 11], [11], [11, 1], [1]])
      #expect(result.parameters.map(\.values.count) == [22, 11, 11, 1])
      #expect(result.loss > 0 && (0...1).contains(result.accuracy))
    }
    let reference = try CircleResult(text: Self.circles(["--steps", "50", "--backend", "reference", "--threads", "3"]))
    #expect((reference.backend, reference.isa, reference.threads) == ("reference", "reference", 1))
  }

  @Test func jsonIsOneLine() throws {
    let text = try Self.circles(["--steps", "1"])
    #expect(text.hasSuffix("}\n") && text.filter(\.isNewline).count == 1)
  }

  @Test(arguments: ["none", "l1:0.01", "l2:0.01"]) func valuesReadBackToTheSameBits(_ regularizer: String) throws {
    let regularizers: [String: Regularizer] = ["none": .none, "l1:0.01": .l1(0.01), "l2:0.01": .l2(0.01)]
    let text = try Self.circles(["--steps", "200", "--regularizer", regularizer])
    let data = try Circles.data()
    let trainer = try Circles(regularizer: #require(regularizers[regularizer])).trainer(on: try NativeBackend())
    try trainer.train(steps: 200, on: try data.batches(of: Circles.batchSize))
    let trained = trainer.state.variables.filter(\.isTrainable)
    #expect(trained.count == 4)
    for variable in trained {
      let expected = try #require(trainer.state[variable.name]).values.map(\.bitPattern)
      #expect(try CircleResult.floats(of: variable.name, in: text).map(\.bitPattern) == expected)
    }
    let loss = try trainer.loss(on: data)
    #expect(text.contains("\"loss\":\(loss),\"accuracy\":\(try Circles.accuracy(trainer, on: data)),"))
  }

  /// Plain and with L2, all 40,000 steps: both backends, every instruction set, 1, 2, 3 and 5 threads.
  @Test(arguments: ["none", "l2:0.01"]) func everyRunEndsInTheSameBits(_ regularizer: String) throws {
    let options = ["--regularizer", regularizer]
    let reference = try Self.circles(options + ["--backend", "reference"])
    #expect(try CircleResult(text: reference).steps == 40_000)
    let expected = try CircleResult.parametersText(reference)
    for isa in Forced.isas {
      for threads in Forced.threads {
        let native = try Self.circles(options + ["--threads", "\(threads)"], isa: isa)
        #expect(try CircleResult.parametersText(native) == expected, "\(isa), \(threads) threads")
      }
    }
  }

  @Test func textReportsTheLossEvery2000Steps() throws {
    let outcome = try LanesProcess.run("run", "circles", "--steps", "4100", "--regularizer", "l2:0.5")
    #expect(outcome.succeeded && outcome.errors == "", "no progress line where there is no terminal")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.first?.hasPrefix("circles: regularizer l2:0.5; native, ") == true)
    let steps = lines.filter { $0.hasPrefix("step") }.compactMap { Int($0.split(separator: " ")[1]) }
    #expect(steps == [0, 2000, 4000, 4100])
    #expect(lines.last?.hasPrefix("loss ") == true && lines.last?.contains(", accuracy 0.") == true)
  }

  @Test(arguments: ["text", "json"]) func divergenceIsAnError(_ format: String) throws {
    let outcome = try LanesProcess.run("run", "circles", "--regularizer", "l2:1e30", "--format", format)
    #expect(outcome.status == 1 && !outcome.isSignalled)
    #expect(outcome.errors == "Error: training diverged: the loss is NaN after 2000 steps\n")
    if format == "json" { #expect(outcome.output == "") }
  }
}
