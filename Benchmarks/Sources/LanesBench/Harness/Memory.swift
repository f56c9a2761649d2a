import Glibc

/// Floats at the start of a cache line. The pages are touched once, so that no timed call pays for them.
final class Memory {
  let floats: UnsafeMutablePointer<Float>
  let count: Int

  init(count: Int, fill: () -> Float = { 0 }) throws {
    var raw: UnsafeMutableRawPointer?
    guard posix_memalign(&raw, 64, max(count, 1) * 4) == 0, let raw else {
      throw BenchmarkError("no memory for \(count) floats")
    }
    floats = raw.bindMemory(to: Float.self, capacity: max(count, 1))
    self.count = count
    for index in 0..<count { (floats + index).initialize(to: fill()) }
  }

  deinit { free(floats) }

  func overwrite(with value: Float) { floats.update(repeating: value, count: count) }
  var copy: [Float] { Array(UnsafeBufferPointer(start: floats, count: count)) }
}
