/// The counter-based generator Philox 4×32 with 10 rounds: four 32-bit words for every 128-bit counter, under a 64-bit key.
///
/// J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, *Parallel random numbers: as easy as 1, 2, 3*, SC 2011. There is no
/// state to advance: any block of the stream can be computed alone.
public struct Philox: Sendable, Hashable {
  /// Four words; a counter, lowest word first, or a block of output.
  public typealias Block = SIMD4<UInt32>

  /// Lowest word first.
  public let key: SIMD2<UInt32>

  public init(key: SIMD2<UInt32>) {
    self.key = key
  }

  /// The four random words at a counter.
  public func block(at counter: Block) -> Block {
    var block = counter
    var roundKey = key
    for _ in 0..<10 {
      let first = block[0].multipliedFullWidth(by: 0xd251_1f53)
      let second = block[2].multipliedFullWidth(by: 0xcd9e_8d57)
      block = Block(second.high ^ block[1] ^ roundKey[0], second.low, first.high ^ block[3] ^ roundKey[1], first.low)
      roundKey &+= SIMD2(0x9e37_79b9, 0xbb67_ae85)  // the golden ratio and √3 − 1, as fractions of 2³²
    }
    return block
  }
}
