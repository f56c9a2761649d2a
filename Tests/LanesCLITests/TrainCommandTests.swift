import Foundation
import LanesTrain
import Testing

/// From a CSV file to predictions.
@Suite struct TrainCommandTests {
  @Test func classesFromTableToPredictions() throws {
    let folder = try TrainingFolder()
    let printed = try folder.runs(
      "lanes train classes.csv --target place --rate 0.01 --epochs 60 --metrics metrics.jsonl --output model")
    #expect(printed.hasPrefix("net 2-64-2, 'place' is 2 classes; 120 samples, 30 held out; "))
    #expect(printed.contains("\nall epochs: 60 epochs, 240 steps; the best is "))
    #expect(printed.hasSuffix("\nsaved model/model.safetensors\n"))

    struct Evaluation: Decodable { let samples: Int, loss: Double, accuracy: Double }
    let json = try folder.runs("lanes evaluate model classes.csv --format json")
    let evaluation = try JSONDecoder().decode(Evaluation.self, from: Data(json.utf8))
    #expect(evaluation.samples == 150 && evaluation.loss < 0.25 && evaluation.accuracy > 0.9)
    #expect(
      try folder.runs("lanes evaluate model/model.safetensors classes.csv").hasPrefix("samples   150\nloss      "))

    // The predictions are as often right as evaluation says, and their likelihood is its loss.
    try folder.runs("cut -d, -f1,2 classes.csv > features.csv && lanes predict model features.csv --output p.csv")
    #expect(try folder.runs("lanes predict model classes.csv") == folder.text("p.csv"))
    let predicted = try Table(csv: "\(folder.path)/p.csv")
    let table = try Table(csv: "\(folder.path)/classes.csv")
    #expect(predicted.columns == ["prediction", "probability in, side", "probability outside"])
    var (right, loss) = (0, 0.0)
    for row in 0..<table.count {
      if predicted[row, 0] == table[row, 2] { right += 1 }
      let column = table[row, 2] == "outside" ? 2 : 1
      loss -= log(try #require(Double(predicted[row, column]))) / 150
    }
    #expect(Double(right) / 150 == evaluation.accuracy && abs(loss - evaluation.loss) < 1e-5)

    let lines = try folder.text("metrics.jsonl").split(separator: "\n")
    let text = try #require(lines.last)
    let last = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(lines.count == 60 && last["epoch"] as? Int == 60 && last["step"] as? Int == 240)
    #expect(
      Set(last.keys) == [
        "epoch", "step", "trainingLoss", "validationLoss", "validationAccuracy", "rate", "isBest", "seconds",
      ])
  }

  @Test func numbersFromTableToPredictions() throws {
    let folder = try TrainingFolder()
    try folder.runs(
      "lanes train numbers.csv --target price --hidden none --rate 0.02 --epochs 80 --output m --format json")
    struct Evaluation: Decodable { let meanAbsoluteError: Double, meanSquaredError: Double, determination: Double }
    let json = try folder.runs("lanes evaluate m numbers.csv --format json")
    let evaluation = try JSONDecoder().decode(Evaluation.self, from: Data(json.utf8))
    #expect(evaluation.determination > 0.999 && evaluation.meanAbsoluteError < 10)

    let predicted = try folder.runs("lanes predict m numbers.csv").split(separator: "\n")
    let table = try Table(csv: "\(folder.path)/numbers.csv")
    #expect(predicted.count == 151 && predicted[0] == "prediction")
    var sum = 0.0
    for row in 0..<150 {
      let (y, target) = (Double(predicted[row + 1]), Double(table[row, 2]))
      sum += abs(try #require(y) - (try #require(target)))
    }
    #expect(abs(sum / 150 - evaluation.meanAbsoluteError) < 1e-3, "in the target's own unit")
  }

  @Test func showsWhatAModelIs() throws {
    let folder = try TrainingFolder()
    try folder.runs(
      """
      lanes train classes.csv --target place --hidden 4,3 --dropout 0.1 --activation leaky-relu --optimizer nesterov \
      --decay 0.01:0.9:5:smooth --regularizer l2:0.5 --moving-average 0.9 --epochs 2 --patience 9 --seed 7 --output m
      """)
    let shown = try folder.runs("lanes show m")
    for part in [
      "dense1, leaky-relu  [samples, 4]          12\n", "dropout 0.1         [samples, 4]           0\n",
      "dense3              [samples, 2]           8\n", "\n35 parameters, 3 layers\n", "classes in, side, outside\n",
      "features x, y\n", "trained  8 steps; best after epoch ", "decay           0.01:0.9:5:smooth\n",
      "regularizer     l2:0.5\n", "optimizer       nesterov\n", "moving-average  0.9\n", "seed            7\n",
    ] { #expect(shown.contains(part), "\(part)") }
    let json = try JSONSerialization.jsonObject(with: Data(try folder.runs("lanes show m --format json").utf8))
    let object = try #require(json as? [String: Any])
    #expect(object["parameters"] as? Int == 35 && object["steps"] as? Int == 8)
    #expect((object["settings"] as? [String: String])?["patience"] == "9")
  }

  @Test func missingValuesCategoriesAndIgnoredColumns() throws {
    let folder = try TrainingFolder()
    var rows = "id,colour,size,ok\n"
    for row in 0..<40 { rows += "n\(row),\(row % 2 == 0 ? "red" : "blue"),\(row == 7 ? "" : "\(row)"),\(row % 2)\n" }
    try folder.write(rows, to: "t.csv")
    let options = "--target ok --ignore id --category colour --epochs 30 --rate 0.05"
    try folder.runs("lanes train t.csv \(options) --missing drop --output dropped")
    try folder.runs("lanes train t.csv \(options) --missing mean --output filled")
    let predicted = try folder.runs("lanes predict dropped t.csv").split(separator: "\n")
    #expect(predicted.count == 41 && predicted[8] == ",," && predicted[7].hasPrefix("0,"))
    #expect(try folder.runs("lanes evaluate dropped t.csv").contains("samples   39\n"))
    #expect(try folder.runs("lanes evaluate filled t.csv").contains("samples   40\n"))
    #expect(try folder.runs("lanes show dropped").contains("features colour=blue, colour=red, size\n"))
    try folder.write("blue;9;1\n", to: "s.csv")
    try folder.runs("{ echo remark; echo 'colour;size;ok'; cat s.csv; } > u.csv")
    #expect(try folder.runs("lanes predict filled u.csv --skip-lines 1 --delimiter semicolon").contains("\n1,"))
  }

  /// Every optimizer and activation learns something, whatever the backend, with the same bits.
  @Test(arguments: ["gradient-descent", "momentum", "nesterov", "adagrad", "rms-prop", "adam", "adam-w"])
  func optimizersOnBothBackends(_ optimizer: String) throws {
    let folder = try TrainingFolder()
    let train =
      "lanes train classes.csv --target place --epochs 12 --hidden 8 --activation tanh --optimizer \(optimizer)"
    let printed = try folder.runs("\(train) --output a --format json")
    try folder.runs("\(train) --output b --backend reference && cmp a/model.safetensors b/model.safetensors")
    #expect(printed.contains("\"end\":\"all epochs\""))
  }

  @Test func patienceEndsTrainingAndTheBestIsUsed() throws {
    let folder = try TrainingFolder()
    let printed = try folder.runs(
      "lanes train classes.csv --target place --rate 0.3 --patience 3 --epochs 900 --output m --format json")
    struct Result: Decodable {
      struct Part: Decodable { let loss: Double }
      let end: String, epochs: Int, bestEpoch: Int
      let validation: Part
    }
    let result = try JSONDecoder().decode(Result.self, from: Data(printed.utf8))
    #expect(result.end == "no improvement any more" && result.epochs == result.bestEpoch + 3)
    #expect(try folder.runs("lanes show m").contains("best after epoch \(result.bestEpoch), validation loss"))
    // There is nothing left to do, and nothing changes.
    let before = try folder.bytes("m/model.safetensors")
    try folder.runs("lanes train classes.csv --resume --output m")
    #expect(try folder.bytes("m/model.safetensors") == before)
  }
}
