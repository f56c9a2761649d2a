import Foundation
import Testing

/// Runs that are interrupted, killed and resumed.
@Suite(.serialized) struct TrainResumeTests {
  private static let train = """
    lanes train classes.csv --target place --hidden 32,16 --dropout 0.2 --moving-average 0.99 --batch 7 \
    --decay 0.01:0.99:50 --epochs 250 --checkpoint-every 25steps --format json
    """

  /// A kill at any moment leaves a model that is whole, and the resumed run ends in the same bytes.
  @Test(arguments: 1...3) func killed(_ seed: Int) throws {
    let folder = try TrainingFolder()
    try folder.runs("\(Self.train) --seed \(seed) --output whole")
    let outcome = try folder.run(
      """
      kills=0
      for round in 1 2 3 4 5; do
        "$lanes" \(Self.train.dropFirst(6)) --seed \(seed) --resume --output killed >/dev/null 2>&1 &
        sleep 0.$((RANDOM % 3))$((RANDOM % 10)); kill -9 $! && kills=$((kills + 1)); wait $! 2>/dev/null
        [ ! -e killed/model.safetensors ] || lanes show killed >/dev/null || exit 9
      done 2>/dev/null
      \(Self.train) --seed \(seed) --resume --output killed >/dev/null && cmp whole/model.safetensors killed/model.safetensors
      echo $? $kills; ls -A killed
      """)
    #expect(outcome.output.hasPrefix("0 "), "\(outcome.output) \(outcome.errors)")
    #expect(!outcome.output.hasPrefix("0 0"), "no process was killed")
  }

  @Test(arguments: [("INT", 130), ("TERM", 143)])
  func aSignalFinishesTheStepAndSaysHowToResume(_ signal: String, _ status: Int) throws {
    let folder = try TrainingFolder()
    try folder.runs("\(Self.train) --output whole")
    let command = Self.train.dropFirst(6)
    let outcome = try folder.run(
      """
      env --default-signal=\(signal) "$lanes" \(command) --output part &
      until [ -e part/model.safetensors ] || ! kill -0 $!; do sleep 0.02; done; kill -\(signal) $!; wait $!
      echo $?
      """)
    #expect(outcome.output == "\(status)\n")
    #expect(outcome.errors.hasPrefix("interrupted after step "))
    let resume = try #require(outcome.errors.split(separator: "\n").last { $0.hasPrefix("to go on: ") })
    #expect(try folder.run("lanes show part").succeeded)
    let resumed = try folder.run(String(resume.dropFirst("to go on: ".count)))
    #expect(resumed.succeeded, "\(resumed.errors)")
    #expect(try folder.bytes("part/model.safetensors") == folder.bytes("whole/model.safetensors"))
  }

  /// Counts that no product can hold.
  @Test func endlessRun() throws {
    let folder = try TrainingFolder()
    let outcome = try folder.run(
      """
      env --default-signal=INT "$lanes" train classes.csv --target place --epochs \(Int.max) --batch \(Int.max) \
        --output m >/dev/null &
      until [ -e m/model.safetensors ] || ! kill -0 $!; do sleep 0.02; done; kill -INT $!; wait $!
      echo $?; lanes show m
      """)
    #expect(outcome.output.hasPrefix("130\n") && outcome.output.contains("batch           \(Int.max)\n"))
    #expect(outcome.errors.hasPrefix("interrupted after step "))
  }

  /// Epochs in several runs are epochs in one.
  @Test func moreEpochs() throws {
    let folder = try TrainingFolder()
    let train = "lanes train classes.csv --output"
    try folder.runs("\(train) a --target place --epochs 9 && \(train) b --target place --epochs 4")
    try folder.runs("\(train) b --resume --epochs 9 && cmp a/model.safetensors b/model.safetensors")
  }

  @Test(arguments: [
    ("--batch 8", "--batch is 32 in the model, but 8 here"), ("--seed 2", "--seed is 1 in the model, but 2 here"),
    ("--optimizer momentum", "--optimizer is adam in the model, but momentum here"),
    ("--rate 0.5", "--rate is 0.001 in the model, but 0.5 here"),
    ("--decay 0.1:0.9:2", "the rate is 0.001 in the model, but 0.1:0.9:2 here"),
    ("--hidden 8 --activation tanh", "--hidden is 64 in the model, but 8 here; --activation is relu in the model"),
    ("--regularizer l1:0.5", "--regularizer is none in the model, but l1:0.5 here"),
    ("--target x", "--target is place"),
    ("--validation 0", "--validation is 0.2 in the model, but 0.0 here"),
  ])
  func otherSettingsAreRefused(_ option: String, _ message: String) throws {
    let folder = try TrainingFolder()
    try folder.runs("lanes train classes.csv --target place --epochs 2 --output m")
    let before = try folder.bytes("m/model.safetensors")
    let outcome = try folder.run("lanes train classes.csv --resume --output m \(option)")
    #expect(outcome.status == 1 && outcome.output == "" && outcome.errors.contains(message), "\(outcome.errors)")
    #expect(!outcome.errors.contains("--rate is") || option.contains("--rate"))
    #expect(try folder.bytes("m/model.safetensors") == before)
  }

  @Test func otherDataAreRefused() throws {
    let folder = try TrainingFolder()
    try folder.runs("lanes train classes.csv --target place --epochs 2 --output m")
    let before = try folder.bytes("m/model.safetensors")
    for (change, message) in [
      ("head -n -1", "these are 149 samples, but the model was trained on 150"),
      ("sed 's/^0/1/'", "these are other data than the model was trained on"),
      ("sed 's/outside/beyond/'", "'beyond' is unknown; known are 'in, side', 'outside'"),
      ("cut -d, -f2-", "there is no column 'x'"),
    ] {
      let outcome = try folder.run("\(change) classes.csv > o.csv; lanes train o.csv --resume --output m")
      #expect(outcome.status == 1 && outcome.errors.contains(message), "\(outcome.errors)")
    }
    let again = try folder.run("lanes train classes.csv --target place --output m")
    #expect(again.status == 1 && again.errors.contains("--resume goes on with it, --overwrite throws it away"))
    #expect(try folder.bytes("m/model.safetensors") == before)
    try folder.runs("lanes train classes.csv --target place --epochs 3 --output m --overwrite")
    #expect(try folder.bytes("m/model.safetensors") != before)
  }
}
