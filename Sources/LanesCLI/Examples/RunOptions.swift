import ArgumentParser
import Lanes
import LanesReference

/// The options of every example.
struct RunOptions: ParsableArguments {
  enum BackendName: String, CaseIterable, ExpressibleByArgument {
    case native, reference
  }

  @Option(parsing: .unconditional, help: "What does the arithmetic. The reference is plain Swift, and slow.")
  var backend = BackendName.native

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Updates of the parameters; at least 1. What trains nothing has none. (default: as many as the example has)",
      valueName: "n"),
    transform: RunOptions.steps)
  var steps: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "1 … 1024; the reference always runs on one. (default: LANES_NUM_THREADS, else what the machine allows)",
      valueName: "n"),
    transform: RunOptions.threads)
  var threads: Int?

  @Option(
    parsing: .unconditional,
    help: """
      json: one object on standard output, nothing else. Floats read back to the same float32. Training that diverges to \
      infinity or NaN, which JSON cannot hold, is an error in either format.
      """)
  var format = OutputFormat.text

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Writes a page with pictures of the run, which needs no other file.", valueName: "file.html"))
  var report: String?

  private static func steps(_ text: String) throws -> Int {
    guard let steps = Int(text), steps > 0 else {
      throw ValidationError("the number of steps must be a whole number, at least 1")
    }
    return steps
  }

  /// The range is the backend's to check.
  private static func threads(_ text: String) throws -> Int {
    guard let threads = Int(text) else {
      throw ValidationError("the number of threads must be a whole number between 1 and 1024")
    }
    return threads
  }

  /// The backend that was asked for. What the environment forces is checked whether it is used or not.
  func chosenBackend() throws -> ChosenBackend {
    _ = try NativeBackend()
    let native = try NativeBackend(threads: threads)
    return switch backend {
    case .native:
      ChosenBackend(backend: native, name: "native", isa: native.isa, threads: Hardware().usable(native.threads))
    case .reference: ChosenBackend(backend: ReferenceBackend(), name: "reference", isa: "reference", threads: 1)
    }
  }
}

/// A backend, and what results say of it.
struct ChosenBackend {
  let backend: any Backend
  let name: String, isa: String
  let threads: Int

  /// For people to read.
  var description: String {
    name == isa ? name : "\(name), \(isa), \(threads) thread\(threads == 1 ? "" : "s")"
  }
}

extension Hardware {
  /// How many of a backend's threads this build makes use of.
  func usable(_ threads: Int) -> Int { hasOpenMP ? threads : 1 }
}
