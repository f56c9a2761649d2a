import CLanes
import Lanes
import Testing

@Suite("NativeBackend")
struct BackendTests {
  @Test("an unknown instruction set is refused", arguments: ["foo", "", "AVX2", "avx2 ", "portable,avx2", "avx5122"])
  func unknown(_ name: String) {
    #expect(throws: LanesError("LANES_ISA", .unknownISA(name, known: ["portable", "avx2", "avx512", "neon"]))) {
      try NativeBackend(isa: name)
    }
  }

  @Test("one that this machine does not have is refused")
  func unavailable() {
    for name in Hardware.knownISAs where !Hardware.availableISAs.contains(name) {
      #expect(throws: LanesError("LANES_ISA", .unavailableISA(name, available: Hardware.availableISAs))) {
        try NativeBackend(isa: name)
      }
    }
    #if arch(x86_64)
      #expect(!Hardware.availableISAs.contains("neon"))
    #endif
    #expect(Hardware.availableISAs.first == "portable")
  }

  @Test("numbers of threads that are refused", arguments: [0, -1, 1025, 1 << 40, .min, .max, 1 << 32, 1 << 32 + 1])
  func threads(_ count: Int) {
    #expect(throws: LanesError("threads", .invalidThreads("\(count)"))) { try NativeBackend(threads: count) }
  }

  @Test("what was asked for is what there is", arguments: Hardware.availableISAs, [1, 2, 1024])
  func names(_ isa: String, _ threads: Int) throws {
    let backend = try NativeBackend(isa: isa, threads: threads)
    #expect(backend.isa == isa && backend.threads == threads)
    #expect(backend.name == "native \(isa), \(threads) thread\(threads == 1 ? "" : "s")")
  }

  @Test("the hardware is described")
  func hardware() throws {
    let hardware = Hardware()
    #expect(hardware.affinityProcessors >= 1 && (hardware.quotaProcessors ?? 1) > 0)
    #expect(try (1...1024).contains(NativeBackend().threads))
  }

  @Test("contexts are checked in C too")
  func contexts() throws {
    var made: OpaquePointer?
    for threads in [Int32(-1), 1025, .min, .max] {
      var options = lanes_options()
      options.threads = threads
      #expect(lanes_context_create(&options, &made) == LANES_INVALID_THREADS && made == nil)
    }
    #expect(lanes_context_create(nil, nil) == LANES_NULL_POINTER)
    #expect(lanes_context_create(nil, &made) == LANES_OK)
    #expect(made != nil)
    lanes_context_destroy(made)
    lanes_context_destroy(nil)
    var standard: OpaquePointer?
    #expect(lanes_default_context(&standard) == LANES_OK)
    #expect(lanes_context_isa(nil) == lanes_context_isa(standard))
    #expect(lanes_context_threads(nil) == lanes_context_threads(standard))
    #expect(lanes_default_context(nil) == LANES_NULL_POINTER)
  }
}
