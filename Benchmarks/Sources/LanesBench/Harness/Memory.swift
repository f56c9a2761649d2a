import Glibc

/// Floats at a chosen quarter of a page. The pages are touched once, so that no timed call pays for them.
///
/// A load and a store whose addresses agree in their last 12 bits are held for the same by the processor at first, which can
/// double the time of a kernel that streams from one to the other. Chance should not decide that: what is read and what is
/// written lie in different quarters.
final class Memory {
  let floats: UnsafeMutablePointer<Float>
  let count: Int
  private let raw: UnsafeMutableRawPointer

  init(count: Int, quarter: Int, fill: () -> Float = { 0 }) throws {
    var raw: UnsafeMutableRawPointer?
    guard posix_memalign(&raw, 4_096, quarter * 1_024 + max(count, 1) * 4) == 0, let raw else {
      throw BenchmarkError("no memory for \(count) floats")
    }
    self.raw = raw
    floats = (raw + quarter * 1_024).bindMemory(to: Float.self, capacity: max(count, 1))
    self.count = count
    for index in 0..<count { (floats + index).initialize(to: fill()) }
  }

  deinit { free(raw) }

  func overwrite(with value: Float) { floats.update(repeating: value, count: count) }
  var copy: [Float] { Array(UnsafeBufferPointer(start: floats, count: count)) }
}
