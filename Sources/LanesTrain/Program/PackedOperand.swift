import Lanes

/// A parameter as the right operand of a product, packed once for many runs that do not change it.
///
/// The first run after a change reads the parameter where it is, so that an evaluation between updates does not pack for
/// nothing. The second packs.
final class PackedOperand {
  private let source: Memory
  private let k: Int, n: Int, transposeB: Bool
  private let backend: any Backend
  /// The source's, at the last run.
  private var version: Int?
  /// Of that version.
  private var packed: PackedMatrix?

  /// nil where it would not pay. The product is m × k times k × n.
  init?(_ source: Memory, m: Int, n: Int, k: Int, transposeB: Bool, on backend: any Backend) {
    guard Self.pays(m: m, n: n, k: k, transposeB: transposeB) else { return nil }
    (self.source, self.backend) = (source, backend)
    (self.k, self.n, self.transposeB) = (k, n, transposeB)
  }

  /// For one run; nil: read the parameter itself.
  func matrix() throws(LanesError) -> PackedMatrix? {
    if version != source.version.pointee {
      (version, packed) = (source.version.pointee, nil)
      return nil
    }
    if let packed { return packed }
    let made = try backend.pack(
      k: k, n: n, transposeB: transposeB, source.floats, stride: transposeB ? k : n)
    packed = made
    return made
  }

  /// Measured. A product in lane order (C2) reads a transposed operand as fast where it is. One in chain order packs a
  /// transposed operand in each call, and another where it is large: it does not fit the level-2 cache as it lies. Of more
  /// rows, the packing is a few percent of the product, less than a second copy of the parameter is worth. Of few columns,
  /// not of whole vectors, beside more rows and many steps, what is computed is the transposed product, whose left operand is
  /// the parameter.
  private static func pays(m: Int, n: Int, k: Int, transposeB: Bool) -> Bool {
    guard (1...256).contains(m), n > 0, k > 0 else { return false }
    let isInLaneOrder = k >= 128 && (m == 1 || n == 1 || m * n <= 64)
    let isTurned = (4...28).contains(n) && n % 8 != 0 && m >= 32 && k >= 64
    return !isInLaneOrder && !isTurned && (transposeB || (m > 1 && k * n > 1 << 16))
  }
}
