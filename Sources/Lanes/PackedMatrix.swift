#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The right operand of matmul, op(b) of k × n, copied into the order in which a backend reads it: for weights that many
/// products use. `Backend.pack` makes it; products with it have the bits of products with b itself.
///
/// It owns its memory and never changes, so any number of threads may use it. Packing copies: later changes of b do not show.
public final class PackedMatrix: @unchecked Sendable {
  public let k: Int, n: Int
  /// Who can read it: `"rows"` (plain rows, without gaps), or the instruction set of a native backend.
  public let layout: String
  public let floats: UnsafePointer<Float>
  public let count: Int

  /// Memory of `count` floats, aligned to 64 bytes, which `fill` must write. For backends.
  /// - Throws: `LanesError` where memory is short; what `fill` throws.
  public init(
    k: Int, n: Int, layout: String, count: Int, fill: (UnsafeMutablePointer<Float>) throws(LanesError) -> Void
  ) throws(LanesError) {
    let (bytes, overflow) = Swift.max(count, 1).multipliedReportingOverflow(by: MemoryLayout<Float>.size)
    var memory: UnsafeMutableRawPointer?
    guard !overflow, posix_memalign(&memory, 64, bytes) == 0, let memory else {
      throw LanesError("matmul packing", .outOfMemory)
    }
    let floats = memory.bindMemory(to: Float.self, capacity: Swift.max(count, 1))
    (self.k, self.n, self.layout, self.count, self.floats) = (k, n, layout, count, UnsafePointer(floats))
    try fill(floats)
  }

  deinit { free(UnsafeMutableRawPointer(mutating: floats)) }
}

/// Many products of one shape: the operands of product i lie i steps (in floats) behind those of the call. The inputs of a
/// step 0 are shared by all; the bias and a packed b always are.
public struct MatmulBatch: Hashable, Sendable {
  public var count: Int
  public var aStep: Int, bStep: Int, cStep: Int
  public var gradientValueStep = 0

  public init(count: Int, aStep: Int, bStep: Int = 0, cStep: Int, gradientValueStep: Int = 0) {
    (self.count, self.aStep, self.bStep, self.cStep) = (count, aStep, bStep, cStep)
    self.gradientValueStep = gradientValueStep
  }
}

/// What a backend without an order of its own does: plain rows, and one product after the other.
extension Backend {
  public func pack(
    k: Int, n: Int, transposeB: Bool = false, _ b: UnsafePointer<Float>, stride: Int
  ) throws(LanesError) -> PackedMatrix {
    try Validate.packing(k: k, n: n, transposeB: transposeB, b, stride: stride)
    return try PackedMatrix(k: k, n: n, layout: "rows", count: k * n) { (rows) throws(LanesError) in
      for p in 0..<k {
        for j in 0..<n { rows[p * n + j] = transposeB ? b[j * stride + p] : b[p * stride + j] }
      }
    }
  }

  public func matmul(_ call: Matmul, packedB: PackedMatrix) throws(LanesError) {
    try call.validate(packedB: packedB, layout: "rows")
    try matmul(call.reading(packedB))
  }

  public func matmul(_ call: Matmul, packedB: PackedMatrix?, batch: MatmulBatch) throws(LanesError) {
    try call.validate(packedB: packedB, layout: "rows", batch: batch)
    if call.m == 0 || call.n == 0 { return }
    var product = packedB.map(call.reading) ?? call
    for i in 0..<batch.count {
      product.a = call.a + i * batch.aStep
      if packedB == nil { product.b = call.b + i * batch.bStep }
      product.c = call.c + i * batch.cStep
      product.gradientValue = call.gradientValue.map { $0 + i * batch.gradientValueStep }
      try matmul(product)
    }
    withExtendedLifetime(packedB) {}
  }
}

extension Matmul {
  /// The same product with plain rows as b.
  fileprivate func reading(_ rows: PackedMatrix) -> Matmul {
    var call = self
    (call.b, call.bStride, call.transposeB) = (rows.floats, rows.n, false)
    return call
  }
}
