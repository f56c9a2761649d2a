import Foundation
import Testing

/// Bad data, bad models, full disks: an error that says what and where, and the model as it was.
@Suite struct TrainRefusalTests {
  @Test(arguments: [
    ("x,y\n1,2\n3\n", "--target y", "bad.csv:3: the row has 1 cells, but the first one has 2"),
    ("x,y\n1,2\n", "--target z", "there is no column 'z'; there are 'x', 'y'"),
    ("x,y\n1,2\nNaN,3\n", "--target y", "bad.csv:3: column 1 'x': the value is missing ('NaN')"),
    ("x,y\n1,2\ninf,3\n", "--target y", "bad.csv:3: column 1 'x': 'inf' is not a finite number"),
    ("x,y\n1,2\nred,3\n", "--target y", "bad.csv:3: column 1 'x': 'red' is not a number"),
    ("x,y\n1,a\n2,3\n", "--target y", "say whether the task is classification or regression"),
    ("x,y\n1,a\n2,a\n", "--target y", "column 'y' has one class only, 'a'"),
    ("x,y\n1,\"a\n", "--target y", "the quote that begins the cell is never closed"),
    ("", "--target y", "there are no rows"), ("y\n1\n", "--target y", "no column is left"),
    ("x,y\n1,a\n2,b\n", "--target y --validation 0.01", "the fraction 0.01 does not split 2 samples"),
    ("x,y\n1,a\n2,b\n", "--target y --validation 0 --patience 2", "early stopping needs validation data"),
    ("x,y\n1,a\n2,b\n", "", "--target is needed"),
  ])
  func data(_ csv: String, _ options: String, _ message: String) throws {
    let folder = try TrainingFolder()
    try folder.write(csv, to: "bad.csv")
    let outcome = try folder.run("lanes train bad.csv \(options) --output m")
    #expect(outcome.status != 0 && !outcome.isSignalled && outcome.output == "")
    #expect(outcome.errors.hasPrefix("Error: ") && outcome.errors.contains(message), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/m/model.safetensors"))
  }

  @Test(arguments: [
    ("--hidden 8,x", "sizes such as 64,32"), ("--hidden 0", "each from 1"), ("--activation swish", "leaky-relu"),
    ("--optimizer sgd", "gradient-descent"), ("--rate 0", "a number above 0"), ("--rate x", "a number above 0"),
    ("--decay 0.1", "such as 0.001:0.999:10"), ("--decay 0.1:0.9:0", "such as 0.001:0.999:10"),
    ("--decay 1:1:1:rough", "such as"), ("--rate 1 --decay 1:1:1", "exclude each other"), ("--dropout 1", "below 1"),
    ("--moving-average -0.1", "at least 0"), ("--batch 0", "at least 1"), ("--epochs 0", "at least 1"),
    ("--patience 0", "at least 1"), ("--validation 1", "below 1"), ("--seed -1", "'-1'"),
    ("--checkpoint-every 0", "such as 500steps"), ("--checkpoint-every 5s", "such as 500steps"),
    ("--resume --overwrite", "exclude each other"), ("--task guess", "regression"), ("--threads 0", "at least 1"),
    ("--missing guess", "mean"), ("--regularizer l3:1", "none, l1:X or l2:X"), ("--format xml", "json"),
  ])
  func options(_ options: String, _ message: String) throws {
    let folder = try TrainingFolder()
    let outcome = try folder.run("lanes train classes.csv --target place --output m \(options)")
    #expect(outcome.status == 64 && outcome.errors.contains(message), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/m"))
  }

  /// Cut off anywhere, or with a changed byte anywhere, a model is refused by all that read it, and left as it is.
  @Test func damagedModels() throws {
    let folder = try TrainingFolder()
    try folder.runs("lanes train classes.csv --target place --hidden 3 --epochs 2 --output m")
    let good = try folder.bytes("m/model.safetensors")
    var bad: [Data] = [Data(), Data("{\"a\": 1}".utf8), Data(repeating: 0xff, count: 100), good + Data([0])]
    bad += [1, 7, 8, 9, 100, good.count / 2, good.count - 1].map { good.prefix($0) }
    for place in stride(from: 0, to: good.count, by: good.count / 40) {
      var changed = good
      changed[changed.startIndex + place] ^= 1
      bad.append(changed)
    }
    for (index, data) in bad.enumerated() {
      try data.write(to: URL(fileURLWithPath: "\(folder.path)/m/model.safetensors"))
      let commands = [
        "lanes show m", "lanes evaluate m classes.csv", "lanes predict m classes.csv",
        "lanes train classes.csv --resume --epochs 3 --output m",
      ]
      let outcome = try folder.run(commands[index % commands.count])
      #expect(outcome.status == 1 && outcome.output == "", "\(index)")
      #expect(outcome.errors.hasPrefix("Error: m/model.safetensors: "), "\(index): \(outcome.errors)")
      #expect(try folder.bytes("m/model.safetensors") == data)
    }
  }

  @Test func foreignModels() throws {
    let folder = try TrainingFolder()
    // A safetensors file of someone else: one tensor, w = [1, 2].
    let header = "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}"
    var data = Data([UInt8(header.utf8.count)] + [UInt8](repeating: 0, count: 7) + Array(header.utf8))
    data += Data([0, 0, 0x80, 0x3f, 0, 0, 0, 0x40])
    try data.write(to: URL(fileURLWithPath: "\(folder.path)/foreign.safetensors"))
    let outcome = try folder.run("lanes predict foreign.safetensors classes.csv")
    #expect(outcome.status == 1 && outcome.errors.contains("not written by 'lanes train'"))
    let missing = try folder.run("lanes show nowhere")
    #expect(missing.status == 1 && missing.errors.contains("nowhere") && missing.errors.contains("No such file"))
  }

  @Test func tablesThatDoNotFitTheModel() throws {
    let folder = try TrainingFolder()
    try folder.runs("lanes train classes.csv --target place --epochs 1 --output m")
    for (command, csv, message) in [
      ("predict", "x\n1\n", "there is no column 'y'"), ("predict", "x,y\n1,nan\n", "bad.csv:2: column 2 'y'"),
      ("evaluate", "x,y\n1,2\n", "there is no column 'place'"),
      ("evaluate", "x,y,place\n1,2,here\n", "'here' is unknown"),
      ("predict", "x,y\n1,2,3\n", "bad.csv:2: the row has 3 cells"),
    ] {
      try folder.write(csv, to: "bad.csv")
      let outcome = try folder.run("lanes \(command) m bad.csv")
      #expect(outcome.status == 1 && outcome.output == "" && outcome.errors.contains(message), "\(outcome.errors)")
    }
  }

  @Test func whatCannotBeWritten() throws {
    let folder = try TrainingFolder()
    let train = "lanes train classes.csv --target place --epochs 3"
    try folder.runs("\(train) --output m")
    let before = try folder.bytes("m/model.safetensors")
    for (command, message) in [
      ("\(train) --output classes.csv", "Error: classes.csv: make the folder: Not a directory\n"),
      ("\(train) --output classes.csv/m", "Error: classes.csv: make the folder: Not a directory\n"),
      ("\(train) --output /proc/lanes", "Error: /proc/lanes: make the folder: No such file or directory\n"),
      ("\(train) --epochs 5 --output m --resume --metrics /dev/full", "/dev/full: write: No space left on device\n"),
      ("\(train) --epochs 5 --output m --resume --metrics no/x", "no/x: open: No such file or directory\n"),
      ("\(train) --epochs 5 --output m --resume >/dev/full", "standard output cannot be written: No space left"),
      ("lanes predict m classes.csv --output /dev/full", "/dev/full: write: No space left on device\n"),
      ("lanes predict m classes.csv >/dev/full", "standard output cannot be written: No space left on device\n"),
      ("lanes show m >/dev/full", "standard output cannot be written: No space left on device\n"),
      // As a full disk: no file may grow beyond 1024 bytes.
      (
        "(trap '' XFSZ; ulimit -f 1; \(train) --epochs 5 --output m --resume)",
        "model.safetensors: write: File too large\n"
      ),
    ] {
      let outcome = try folder.run(command)
      #expect(outcome.status == 1 && outcome.errors.contains(message), "\(command): \(outcome.errors)")
      #expect(try folder.bytes("m/model.safetensors") == before, "\(command)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/m") == ["model.safetensors"])
    }
  }

  @Test func divergenceIsAnErrorAndTheModelStays() throws {
    let folder = try TrainingFolder()
    let train = "lanes train numbers.csv --target price --optimizer gradient-descent --rate 1e20 --epochs 50 --output m"
    let outcome = try folder.run(train)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("Error: training diverged in step "))
    #expect(
      outcome.errors.contains(" is inf") || outcome.errors.contains(" is NaN") || outcome.errors.contains(" is -inf"))
    #expect(try folder.runs("lanes show m").contains("trained  "))
  }
}
