import CLanes

/// A product whose shape, strides, transposes and epilogue are checked once, and whose way of multiplying is decided on once, for
/// many runs with other pointers: `Backend.prepare` makes it. A run has the bits of `Backend.matmul`. It allocates nothing where
/// that does not, and for tiny products costs little more than their arithmetic.
///
/// It never changes, so any number of threads may run it at once.
public final class PreparedProduct: @unchecked Sendable {
  /// What was prepared; its pointers mean nothing.
  private let call: Matmul
  private let packedB: PackedMatrix?
  private let backend: any Backend
  /// By a native backend's kernels; nil: by `backend`, call after call.
  private let native: UnsafeMutablePointer<lanes_product>?

  /// Runs that are calls of the backend's matmul. For backends without a way of their own.
  /// - Throws: `LanesError` for sizes and strides that cannot be multiplied.
  public init(_ call: Matmul, packedB: PackedMatrix? = nil, on backend: any Backend) throws(LanesError) {
    try call.validateShape(packedB: packedB)
    (self.call, self.packedB, self.backend, native) = (call, packedB, backend, nil)
  }

  /// `product` is initialised, and becomes this object's.
  init(
    _ call: Matmul, packedB: PackedMatrix?, on backend: NativeBackend, _ product: UnsafeMutablePointer<lanes_product>
  ) {
    (self.call, self.packedB, self.backend, native) = (call, packedB, backend, product)
  }

  deinit { native?.deallocate() }

  /// `c = activation(alpha·op(a)·op(b) + beta·c + bias)`, or with the activation's gradient, as prepared. b is not read where a
  /// packed one was prepared.
  /// - Throws: `LanesError` for pointers that overlap, or a missing bias or gradientValue; then nothing is written.
  @inline(__always)
  public func run(
    a: UnsafePointer<Float>, b: UnsafePointer<Float>, c: UnsafeMutablePointer<Float>,
    bias: UnsafePointer<Float>? = nil, gradientValue: UnsafePointer<Float>? = nil
  ) throws(LanesError) {
    guard let native else { return try runCall(call(a, b, c, bias, gradientValue)) }
    let status = lanes_product_run(native, a, b, c, bias, gradientValue)
    if status != LANES_OK { throw refusal(status, a, b, c, bias, gradientValue) }
  }

  private func runCall(_ call: Matmul) throws(LanesError) {
    try checkEpilogue(call)
    if let packedB { try backend.matmul(call, packedB: packedB) } else { try backend.matmul(call) }
  }

  private func call(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>,
    _ bias: UnsafePointer<Float>?, _ gradientValue: UnsafePointer<Float>?
  ) -> Matmul {
    var run = call
    (run.a, run.b, run.c) = (a, b, c)
    run.bias = call.bias == nil ? nil : bias
    run.gradientValue = call.gradientValue == nil ? nil : gradientValue
    return run
  }

  private func checkEpilogue(_ run: Matmul) throws(LanesError) {
    if call.bias != nil, run.bias == nil { throw LanesError("matmul", .missing(name: "bias")) }
    if call.gradientValue != nil, run.gradientValue == nil {
      throw LanesError("matmul", .missing(name: "gradientValue"))
    }
  }

  @inline(never)
  private func refusal(
    _ status: lanes_status, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>,
    _ bias: UnsafePointer<Float>?, _ gradientValue: UnsafePointer<Float>?
  ) -> LanesError {
    let run = call(a, b, c, bias, gradientValue)
    return explain("matmul", status) { () throws(LanesError) in
      try checkEpilogue(run)
      try run.validate(packedB: packedB, layout: packedB?.layout ?? "")
    }
  }
}

extension Backend {
  public func prepare(_ call: Matmul, packedB: PackedMatrix? = nil) throws(LanesError) -> PreparedProduct {
    try PreparedProduct(call, packedB: packedB, on: self)
  }
}

extension NativeBackend {
  public func prepare(_ call: Matmul, packedB: PackedMatrix? = nil) throws(LanesError) -> PreparedProduct {
    let layout = isa
    if let packedB, packedB.layout != layout {
      throw LanesError("matmul", .packedLayout(packedB.layout, needed: layout))
    }
    let product = UnsafeMutablePointer<lanes_product>.allocate(capacity: 1)
    product.initialize(to: lanes_product())
    var c = call.nativeCall
    c.packed_b = packedB?.floats
    let status = lanes_matmul_prepare(context, &c, product)
    if status != LANES_OK {
      product.deallocate()
      throw explain("matmul", status) { () throws(LanesError) in try call.validateShape(packedB: packedB) }
    }
    return PreparedProduct(call, packedB: packedB, on: self, product)
  }
}
