import ArgumentParser
import Lanes

struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Show the version, and which instruction set and how many threads are used, and why.",
    discussion: """
      EXAMPLES:
        lanes info
        LANES_ISA=portable LANES_NUM_THREADS=3 lanes info --format json
      """)

  @Option(parsing: .unconditional, help: "How to print it.") var format = OutputFormat.text

  func run() throws {
    let report = InfoReport(
      backend: try NativeBackend(), hardware: Hardware(), forcedISA: Environment.value("LANES_ISA"),
      forcedThreads: Environment.value("LANES_NUM_THREADS"))
    try Output.write(format == .json ? report.json.description + "\n" : report.text)
  }
}

/// What the library does by default here, and why.
struct InfoReport {
  let isa: String, threads: Int
  let hardware: Hardware
  /// What the environment says.
  let forcedISA: String?, forcedThreads: String?
  let available = Hardware.availableISAs
  let unavailable = Hardware.knownISAs.filter { !Hardware.availableISAs.contains($0) }

  init(backend: NativeBackend, hardware: Hardware, forcedISA: String?, forcedThreads: String?) {
    (isa, threads) = (backend.isa, hardware.usable(backend.threads))
    (self.hardware, self.forcedISA, self.forcedThreads) = (hardware, forcedISA, forcedThreads)
  }

  var isaReason: String {
    forcedISA.map { "forced by LANES_ISA=\($0)" } ?? "the best that processor, system and build have"
  }

  var threadsReason: String {
    if !hardware.hasOpenMP {
      return "this build is serial" + (forcedThreads.map { "; LANES_NUM_THREADS=\($0) changes nothing" } ?? "")
    }
    if let forcedThreads { return "forced by LANES_NUM_THREADS=\(forcedThreads)" }
    let affinity = Self.processors(hardware.affinityProcessors)
    if let quota = hardware.quotaProcessors, quota < Double(hardware.affinityProcessors) {
      return "the cgroup's CPU quota is \(quota); the affinity mask has \(affinity)"
    }
    return "the affinity mask has \(affinity)"
  }

  private static func processors(_ count: Int) -> String { "\(count) processor\(count == 1 ? "" : "s")" }

  private var caches: [(name: String, key: String, bytes: Int?)] {
    [
      ("L1 data", "l1Data", hardware.l1DataCache), ("L2", "l2", hardware.l2Cache), ("L3", "l3", hardware.l3Cache),
    ]
  }

  var text: String {
    let caches = caches.map { "\($0.name) \($0.bytes.map(Self.size) ?? "unknown")" }.joined(separator: ", ")
    return """
      Lanes \(lanesVersion)
      instruction set  \(isa): \(isaReason)
        available      \(available.joined(separator: ", "))
        not available  \(unavailable.isEmpty ? "none" : unavailable.joined(separator: ", "))
      threads          \(threads): \(threadsReason)
      caches           \(caches)
      OpenMP           \(hardware.hasOpenMP ? "in this build" : "not in this build, which is serial")

      """
  }

  var json: JSON {
    .object([
      ("version", .string(lanesVersion)),
      ("isa", .string(isa)), ("isaReason", .string(isaReason)),
      ("availableISAs", .array(available.map { .string($0) })),
      ("unavailableISAs", .array(unavailable.map { .string($0) })),
      ("threads", .integer(threads)), ("threadsReason", .string(threadsReason)),
      ("affinityProcessors", .integer(hardware.affinityProcessors)),
      ("quotaProcessors", hardware.quotaProcessors.map { .double($0) } ?? .null),
      ("cacheBytes", .object(caches.map { ($0.key, $0.bytes.map { .integer($0) } ?? .null) })),
      ("openMP", .bool(hardware.hasOpenMP)),
    ])
  }

  /// Bytes as people read them: whole mebibytes or kibibytes where they are whole.
  static func size(_ bytes: Int) -> String {
    for (unit, size) in [("MiB", 1 << 20), ("KiB", 1 << 10)] where bytes >= size && bytes % size == 0 {
      return "\(bytes / size) \(unit)"
    }
    return "\(bytes) bytes"
  }
}
