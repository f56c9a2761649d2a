import CLanes

/// The kernels of `CLanes`: every SIMD lane, every core.
///
/// A value of this type names an instruction set and a number of threads; both are chosen once, here. The results do not
/// depend on either. Copies share one context, and any number of threads may use it at once.
public struct NativeBackend: Backend {
  /// Owns the C context. Immutable, as the context is: hence Sendable.
  private final class Context: @unchecked Sendable {
    let pointer: OpaquePointer
    /// Made once: calls with packed matrices compare it.
    let isa: String
    init(_ pointer: OpaquePointer) {
      (self.pointer, isa) = (pointer, String(cString: lanes_isa_name(lanes_context_isa(pointer))))
    }
    deinit { lanes_context_destroy(pointer) }
  }

  private let owner: Context
  var context: OpaquePointer { owner.pointer }

  /// - Parameters:
  ///   - isa: `"portable"`, `"avx2"`, `"avx512"` or `"neon"`; nil: what `LANES_ISA` says, else the best that the machine has.
  ///   - threads: 1 … 1024; nil: what `LANES_NUM_THREADS` says, else the processors that affinity and CPU quota allow.
  ///   - grainNanoseconds: how much work justifies one more thread; nil: the library's choice. Tests set it tiny.
  /// - Throws: `LanesError` where the instruction set is unknown or unavailable, or the number of threads out of range.
  public init(isa: String? = nil, threads: Int? = nil, grainNanoseconds: Double? = nil) throws(LanesError) {
    let isa = isa ?? Environment.value("LANES_ISA")
    let wanted = threads.map(String.init) ?? Environment.value("LANES_NUM_THREADS")
    guard let count = Int32(exactly: threads ?? 0), threads.map({ $0 > 0 }) ?? true else {
      throw LanesError("threads", .invalidThreads(wanted ?? ""))
    }
    var made: OpaquePointer?
    var options = lanes_options()
    (options.threads, options.grain) = (count, grainNanoseconds ?? 0)
    let status =
      if let isa {
        isa.withCString { name in
          options.isa = name
          return lanes_context_create(&options, &made)
        }
      } else {
        lanes_context_create(&options, &made)
      }
    switch status {
    case LANES_UNKNOWN_ISA: throw LanesError("LANES_ISA", .unknownISA(isa ?? "", known: Hardware.knownISAs))
    case LANES_UNAVAILABLE_ISA:
      throw LanesError("LANES_ISA", .unavailableISA(isa ?? "", available: Hardware.availableISAs))
    case LANES_INVALID_THREADS:
      throw LanesError(threads == nil ? "LANES_NUM_THREADS" : "threads", .invalidThreads(wanted ?? ""))
    default: break
    }
    guard let made else { throw LanesError("context", .outOfMemory) }
    owner = Context(made)
  }

  public var isa: String { owner.isa }
  public var threads: Int { Int(lanes_context_threads(context)) }
  public var name: String { "native \(isa), \(threads) thread\(threads == 1 ? "" : "s")" }
}
