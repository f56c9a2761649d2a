import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Ctrl-C and `kill`: remembered, so that work can end in order. The second one ends the process at once.
enum Interrupt {
  private static let received = Atomic<Int32>(0)

  /// The signal that came; nil while none has.
  static var number: Int32? {
    let number = received.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  /// From now on.
  static func listen() {
    // Makes the variable, which a signal handler must not.
    received.store(0, ordering: .relaxed)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        Interrupt.received.store(number, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
  }
}
