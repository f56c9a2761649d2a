import CLanes

extension Matmul {
  /// The call as C takes it, without a packed b.
  @inline(__always)
  var nativeCall: lanes_matmul_call {
    lanes_matmul_call(
      m: Int64(m), n: Int64(n), k: Int64(k),
      transpose_a: transposeA ? LANES_TRANSPOSED : LANES_NORMAL,
      transpose_b: transposeB ? LANES_TRANSPOSED : LANES_NORMAL,
      alpha: alpha, a: a, a_stride: Int64(aStride), b: b, b_stride: Int64(bStride),
      beta: beta, c: c, c_stride: Int64(cStride), bias: bias,
      activation: lanes_unary_op(UInt32(activation.rawValue)),
      gradient_value: gradientValue, gradient_value_stride: Int64(gradientValueStride), packed_b: nil)
  }
}

extension NativeBackend {
  public func matmul(_ call: Matmul) throws(LanesError) {
    var c = call.nativeCall
    let status = lanes_matmul(context, &c)
    if status != LANES_OK { throw explain("matmul", status, call.validate) }
  }

  public func pack(
    k: Int, n: Int, transposeB: Bool = false, _ b: UnsafePointer<Float>, stride: Int
  ) throws(LanesError) -> PackedMatrix {
    var count: Int64 = 0
    var status = lanes_matmul_packed_size(context, Int64(k), Int64(n), &count)
    func refusal() -> LanesError {
      explain("matmul packing", status) { () throws(LanesError) in
        try Validate.packing(k: k, n: n, transposeB: transposeB, b, stride: stride)
      }
    }
    if status != LANES_OK { throw refusal() }
    // Before memory is asked for, which wrong strides may make too much of.
    try Validate.packing(k: k, n: n, transposeB: transposeB, b, stride: stride)
    return try PackedMatrix(k: k, n: n, layout: isa, count: Int(count)) { (packed) throws(LanesError) in
      status = lanes_matmul_pack(
        context, transposeB ? LANES_TRANSPOSED : LANES_NORMAL, Int64(k), Int64(n), b, Int64(stride), packed)
      if status != LANES_OK { throw refusal() }
    }
  }

  public func matmul(_ call: Matmul, packedB: PackedMatrix) throws(LanesError) {
    // Before C, which would look for its header in memory that may be shorter than one.
    let layout = isa
    if packedB.layout != layout { throw LanesError("matmul", .packedLayout(packedB.layout, needed: layout)) }
    var c = call.nativeCall
    c.packed_b = packedB.floats
    let status = lanes_matmul(context, &c)
    if status != LANES_OK {
      throw explain("matmul", status) { () throws(LanesError) in try call.validate(packedB: packedB, layout: layout) }
    }
    withExtendedLifetime(packedB) {}
  }

  public func matmul(_ call: Matmul, packedB: PackedMatrix?, batch: MatmulBatch) throws(LanesError) {
    let layout = isa
    if let packedB, packedB.layout != layout {
      throw LanesError("matmul", .packedLayout(packedB.layout, needed: layout))
    }
    var c = call.nativeCall
    c.packed_b = packedB?.floats
    let steps = lanes_matmul_steps(
      a: Int64(batch.aStep), b: Int64(batch.bStep), c: Int64(batch.cStep),
      gradient_value: Int64(batch.gradientValueStep))
    let status = lanes_matmul_batch(context, &c, Int64(batch.count), steps)
    if status != LANES_OK {
      throw explain("matmul", status) { () throws(LanesError) in
        try call.validate(packedB: packedB, layout: layout, batch: batch)
      }
    }
    withExtendedLifetime(packedB) {}
  }
}
