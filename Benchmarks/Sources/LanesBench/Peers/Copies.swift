import CLimits

/// The bandwidth's contenders: the system's memcpy, and a copy with non-temporal stores. A read and a write of each float.
func copies(threads: Int, from: Memory, to: Memory) -> [Contender] {
  let count = Int64(min(from.count, to.count))
  func contender(_ name: String, _ copy: @escaping (_ times: Int64) -> Double) -> Contender {
    Contender.timed(name) { calls in
      let seconds = withExtendedLifetime((from, to)) { copy(Int64(calls)) }
      if seconds < 0 { throw BenchmarkError("\(threads) threads could not be started") }
      return seconds
    }
  }
  return [
    contender("memcpy") { limits_copy_seconds(CInt(threads), to.floats, from.floats, count, $0) },
    contender("streamed copy") { limits_stream_seconds(CInt(threads), to.floats, from.floats, count, $0) },
  ]
}
