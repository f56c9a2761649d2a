import CLanes

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What this machine and build offer, and what the defaults were made from.
public struct Hardware: Sendable {
  /// Processors that the affinity mask allows.
  public let affinityProcessors: Int
  /// The cgroup's CPU quota in processors; nil where there is none.
  public let quotaProcessors: Double?
  /// Bytes; nil where the system does not say.
  public let l1DataCache: Int?, l2Cache: Int?, l3Cache: Int?
  /// Whether this build runs kernels on several threads.
  public let hasOpenMP: Bool

  public init() {
    let machine = lanes_machine_describe()
    func known(_ bytes: Int64) -> Int? { bytes > 0 ? Int(bytes) : nil }
    affinityProcessors = Int(machine.affinity_processors)
    quotaProcessors = machine.quota_processors > 0 ? machine.quota_processors : nil
    (l1DataCache, l2Cache, l3Cache) = (known(machine.l1d_bytes), known(machine.l2_bytes), known(machine.l3_bytes))
    hasOpenMP = machine.openmp != 0
  }

  /// The instruction sets that have kernels, portable first.
  public static var knownISAs: [String] {
    (0..<UInt32(LANES_ISA_COUNT.rawValue)).map { String(cString: lanes_isa_name(lanes_isa($0))) }
  }

  /// Those that this processor, system and build can run.
  public static var availableISAs: [String] {
    (0..<UInt32(LANES_ISA_COUNT.rawValue)).filter { lanes_isa_available(lanes_isa($0)) != 0 }
      .map { String(cString: lanes_isa_name(lanes_isa($0))) }
  }
}

/// The environment variables that Lanes reads.
public enum Environment {
  public static func value(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    return String(cString: value)
  }
}

/// The library's version.
public let lanesVersion = String(cString: lanes_version())
