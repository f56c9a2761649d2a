extension Philox {
  /// A generator whose key is the seed, low word first.
  public init(seed: UInt64) {
    self.init(key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
  }

  /// 0 ..< count in a random order, a function of the key, `count` and `stream` alone. None where `count` is below 1.
  public func permutation(_ count: Int, stream: UInt64) -> [Int] {
    var indices: [Int] = []
    permute(&indices, count: count, stream: stream)
    return indices
  }

  /// Makes `indices` the permutation, in the memory that it has.
  ///
  /// R. A. Fisher and F. Yates, *Statistical tables*, 1938: from the last place down, each swaps with one at or before it.
  /// Place i draws from the block at counter (i, stream): two words make a fraction of 2⁶⁴, which times i + 1 is rounded
  /// down.
  func permute(_ indices: inout [Int], count: Int, stream: UInt64) {
    indices.removeAll(keepingCapacity: true)
    indices.append(contentsOf: 0..<max(count, 0))
    for last in stride(from: count - 1, to: 0, by: -1) {
      let block = block(
        at: SIMD4(
          UInt32(truncatingIfNeeded: last), UInt32(truncatingIfNeeded: last >> 32),
          UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32)))
      let fraction = UInt64(block[1]) << 32 | UInt64(block[0])
      indices.swapAt(last, Int(fraction.multipliedFullWidth(by: UInt64(last) + 1).high))
    }
  }
}
