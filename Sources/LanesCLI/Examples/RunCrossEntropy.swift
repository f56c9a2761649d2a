import ArgumentParser
import LanesExamples
import LanesPlot
import LanesTrain

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

struct RunCrossEntropy: ExampleCommand {
  static let configuration = CommandConfiguration(
    commandName: "cross-entropy",
    abstract: "How far answers are from the truth: from logits, with the gradient, and from clipped probabilities.",
    discussion: """
      EXAMPLES:
        lanes run cross-entropy
        lanes run cross-entropy --format json
      """)

  @OptionGroup var options: RunOptions

  func run() throws { try perform() }
  var settings: String { "\(CrossEntropy.labels.count) samples, \(CrossEntropy.logits.first?.count ?? 0) classes" }

  func result(on backend: ChosenBackend, output: (String) throws -> Void) throws -> ExampleResult {
    let values = try CrossEntropy().run(on: backend.backend)
    let classes = values.softmax.shape.columns
    func row(_ values: [Float], _ sample: Int) -> [Float] {
      Array(values[(sample * classes)..<((sample + 1) * classes)])
    }
    func names(_ name: String) -> [String] { (0..<classes).map { "\(name)\($0)" } }

    var trace = Trace(
      columns: ["sample", "label"] + names("logit") + names("softmax") + ["loss"] + names("gradient"))
    for (sample, label) in CrossEntropy.labels.enumerated() {
      trace.append(
        [Float(sample), Float(label)] + CrossEntropy.logits[sample] + row(values.softmax.values, sample)
          + [values.losses.values[sample]] + row(values.gradient.values, sample))
    }
    var result = ExampleResult(steps: 0, trace: trace)
    result.loss = values.mean
    result.more = [
      ("clipped_probabilities", .array(CrossEntropy.answers.map(ExampleResult.json))),
      ("clipped_target", ExampleResult.json(CrossEntropy.target)),
      ("clipped_mean_loss_natural_log", ExampleResult.json(values.clippedMean.values)),
      ("clipped_sum_natural_log", ExampleResult.json(values.clippedSum.values)),
      ("clipped_sum_log10", ExampleResult.json(values.clippedSumBase10.values)),
    ]
    let answers = answers(values)
    result.text = "\(samples(values, isRounded: false))mean \(values.mean)\n\n\(answers)"
    result.sections = [
      Report.Section("From logits", [.table(Self.reportTable(samples(values, isRounded: true)))]),
      Report.Section(
        "From probabilities", [.chart(Self.curve), .table(Self.reportTable(answers))]),
    ]
    return result
  }

  /// - Parameter isRounded: whether four decimals will do.
  private func samples(_ values: CrossEntropy.Result, isRounded: Bool) -> Table {
    func text(_ numbers: [Float]) -> String {
      let shown = isRounded ? numbers.map { ($0 * 10_000).rounded() / 10_000 } : numbers
      return shown.map { "\($0)" }.joined(separator: ", ")
    }
    let classes = values.softmax.shape.columns
    return Table(
      columns: ["logits", "label", "softmax", "loss", "gradient"],
      rows: CrossEntropy.labels.indices.map { sample in
        let range = (sample * classes)..<((sample + 1) * classes)
        return [
          text(CrossEntropy.logits[sample]), "\(CrossEntropy.labels[sample])",
          text(Array(values.softmax.values[range])),
          "\(values.losses.values[sample])", text(Array(values.gradient.values[range])),
        ]
      })
  }

  private func answers(_ values: CrossEntropy.Result) -> Table {
    Table(
      columns: ["answer to (1, 0)", "natural", "base 10", "natural, mean"],
      rows: CrossEntropy.answers.indices.map { index in
        [
          "(\(CrossEntropy.answers[index].map { "\($0)" }.joined(separator: ", ")))",
          "\(values.clippedSum.values[index])", "\(values.clippedSumBase10.values[index])",
          "\(values.clippedMean.values[index])",
        ]
      })
  }

  private static func reportTable(_ table: Table) -> LanesPlot.Table {
    LanesPlot.Table(columns: table.columns.map { .init($0) }, rows: table.rows)
  }

  private static var curve: LineChart {
    let probabilities = (1...400).map { Double($0) / 400 }
    return LineChart(
      title: "What an answer costs", x: "probability given to the right class", y: "−log",
      series: [("natural", 1), ("base 10", 0.4342944819)].map { name, factor in
        Series(name, x: probabilities, y: probabilities.map { -log($0) * factor })
      })
  }
}
