import CLanes
import Lanes

/// What the C interface runs on. As in `NativeBackend`, `LANES_ISA` may force an instruction set.
final class LanesContext {
  let pointer: OpaquePointer

  init(threads: Int) throws {
    var made: OpaquePointer?
    var options = lanes_options()
    options.threads = CInt(threads)
    try lanesCheck(lanes_context_create(&options, &made))
    guard let made else { throw BenchmarkError("no context for \(threads) threads") }
    pointer = made
  }

  deinit { lanes_context_destroy(pointer) }
}

/// A status that is not good, as an error.
@inline(__always)
func lanesCheck(_ status: lanes_status) throws {
  if status != LANES_OK { throw BenchmarkError(String(cString: lanes_status_message(status))) }
}
