import Lanes
import Testing

/// Bad input is an error that names the value and what is allowed; nothing is on standard output, and nothing crashes.
@Suite struct BadInputTests {
  struct Input: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    var environment: [String: String] = [:]
    /// What the message must hold.
    let message: [String]

    init(_ arguments: String, _ environment: [String: String] = [:], _ message: String...) {
      self.arguments = arguments.split(separator: " ").map(String.init)
      (self.environment, self.message) = (environment, message)
    }

    var testDescription: String {
      (environment.map { "\($0)=\($1)" } + ["lanes"] + arguments).joined(separator: " ")
    }
  }

  private static let threadRange = "between 1 and 1024"
  private static let regularizers = "none, l1:X or l2:X"
  private static let decays = "BASE:RATE:EVERY or BASE:RATE:EVERY:smooth"
  private static let factors = "must be a number from 0 to 3.4028235e+38"
  private static let knownISAs = Hardware.knownISAs.joined(separator: ", ")

  private static let options = [
    Input("train", [:], "'train'", "lanes --help"),
    Input("run", [:], "circles"),
    Input("run square", [:], "no example is called 'square'; there are: ", "descent", "circles"),
    Input(
      "run square --steps 5 --format json", [:], "no example is called 'square'; there are: ", "descent", "circles"),
    Input("run circles twice", [:], "'twice'"),
    Input("run circles --speed 9", [:], "'--speed'"),
    Input("run circles --backend gpu", [:], "'gpu'", "'native' and 'reference'"),
    Input("run circles --format xml", [:], "'xml'", "'text' and 'json'"),
    Input("run circles --steps", [:], "--steps"),
    Input("run circles --steps 0", [:], "'0'", "at least 1"),
    Input("run circles --steps -5", [:], "'-5'", "at least 1"),
    Input("run circles --steps 1e3", [:], "'1e3'", "whole number"),
    Input("run circles --steps 99999999999999999999", [:], "'99999999999999999999'", "whole number"),
    Input("run circles --threads 0", [:], "'0'", threadRange),
    Input("run circles --threads -1", [:], "'-1'", threadRange),
    Input("run circles --threads two", [:], "'two'", threadRange),
    Input("run circles --threads 1025", [:], "'1025'", threadRange),
    Input("run circles --threads 4294967297", [:], "'4294967297'", threadRange),
    Input("run circles --backend reference --threads 0", [:], "'0'", threadRange),
    Input("run circles --regularizer l3:1", [:], "'l3:1'", regularizers),
    Input("run circles --regularizer l2", [:], "'l2'", regularizers),
    Input("run circles --regularizer l2:", [:], "'l2:'", factors),
    Input("run circles --regularizer l2:x", [:], "'l2:x'", factors),
    Input("run circles --regularizer l2:1:2", [:], "'l2:1:2'", factors),
    Input("run circles --regularizer l2:nan", [:], "'l2:nan'", factors),
    Input("run circles --regularizer l1:inf", [:], "'l1:inf'", factors),
    Input("run circles --regularizer l1:1e39", [:], "'l1:1e39'", factors),
    Input("run circles --regularizer l2:-0.01", [:], "'l2:-0.01'", factors),
    Input("run circles --decay 0.1", [:], "'0.1'", decays),
    Input("run circles --decay 0.1:0.9:1:rough", [:], "'0.1:0.9:1:rough'", decays),
    Input("run circles --decay 0:0.9:1", [:], "'0' must be a number above 0"),
    Input("run circles --decay 0.1:nan:1", [:], "'nan' must be a number above 0"),
    Input("run circles --decay 0.1:0.9:0", [:], "'0' must be a whole number, at least 1"),
    Input("run circles --moving-average 1", [:], "'1'", "from 0 to below 1"),
    Input("run circles --moving-average x", [:], "'x'", "from 0 to below 1"),
    Input("run circles --report /", [:], "/: write: Is a directory"),
    Input("run circles --report /no/such/folder/x.html", [:], "/no/such/folder/x.html", "No such file or directory"),
    Input("run descent --report /dev/null", [:], "/dev/null", "device"),
    Input("run yogurt --loss mae", [:], "'mae'", "'mse' and 'custom'"),
    Input("run yogurt --cost 2", [:], "--cost and --profit need --loss custom"),
    Input("run yogurt --loss custom --profit -1", [:], "'-1' must be a number above 0"),
    Input("run descent --rate 0", [:], "'0' must be a number above 0"),
    Input("run decay --every 1.5", [:], "'1.5' must be a whole number, at least 1"),
    Input("run decay --base inf", [:], "'inf' must be a number above 0"),
    Input("run complexity --sizes 3", [:], "'3'", "two or more numbers"),
    Input("run complexity --sizes 3-0-2", [:], "'3-0-2'", "from 1 to 1000000"),
    Input("run moving-average --steps 0", [:], "'0'", "at least 1"),
    Input("parity --operation convolution", [:], "'convolution'", "matmul", "softmaxCrossEntropy"),
    Input("parity --format xml", [:], "'xml'", "'text' and 'json'"),
    Input("info --format xml", [:], "'xml'", "'text' and 'json'"),
  ]

  private static let unavailable = Hardware.knownISAs.filter { !Hardware.availableISAs.contains($0) }

  /// Every command refuses what it cannot do as the environment says, whether it needs it or not.
  private static let environments = [
    "info", "parity", "run circles", "run circles --threads 2", "run circles --backend reference",
  ].flatMap { command in
    [
      Input(command, ["LANES_ISA": "foo"], "LANES_ISA", "'foo'", knownISAs),
      Input(command, ["LANES_ISA": ""], "LANES_ISA", "''", knownISAs),
      Input(command, ["LANES_NUM_THREADS": "x"], "LANES_NUM_THREADS", "'x'", threadRange),
      Input(command, ["LANES_NUM_THREADS": "0"], "LANES_NUM_THREADS", "'0'", threadRange),
      Input(command, ["LANES_NUM_THREADS": "2 "], "LANES_NUM_THREADS", "'2 '", threadRange),
    ]
      + unavailable.map {
        Input(command, ["LANES_ISA": $0], "LANES_ISA", "'\($0)'", Hardware.availableISAs.joined(separator: ", "))
      }
  }

  @Test(arguments: options + environments) func isRefused(_ input: Input) throws {
    let outcome = try LanesProcess.run(input.arguments, environment: input.environment)
    #expect(outcome.status != 0 && !outcome.isSignalled)
    #expect(outcome.output == "")
    #expect(outcome.errors.hasPrefix("Error: "))
    for part in input.message { #expect(outcome.errors.contains(part)) }
  }
}
