/// The arguments of the larger operations. They borrow memory: pointers must stay valid until the call returns, which is why
/// none of these types is Sendable. A pointer to nothing (a size of 0) is never followed.

/// `c = activation(alpha·op(a)·op(b) + beta·c + bias)`, contract C2. All row-major; a stride is the distance between two rows.
///
/// beta = 1 adds the product to c: `accumulating` makes such calls, as for `W += alpha·Xᵀ·dY`.
public struct Matmul {
  /// op(a) is m × k, op(b) is k × n, c is m × n.
  public var m: Int, n: Int, k: Int
  public var transposeA = false, transposeB = false
  public var alpha: Float = 1
  public var a: UnsafePointer<Float>, aStride: Int
  public var b: UnsafePointer<Float>, bStride: Int
  /// 0: c is not read, and may be uninitialised.
  public var beta: Float = 0
  public var c: UnsafeMutablePointer<Float>, cStride: Int
  /// n values, added to every row.
  public var bias: UnsafePointer<Float>?
  public var activation: UnaryOperation = .identity
  /// m × n values v, apart from c, or nil. Not nil: `c = activation′(v)·(alpha·op(a)·op(b) + beta·c + bias)`, the gradient of
  /// C3. v are the activation's outputs or inputs, as `activation.gradientArgument` says.
  public var gradientValue: UnsafePointer<Float>?
  public var gradientValueStride = 0

  /// A plain product of gapless matrices; set the other properties for more.
  public init(
    m: Int, n: Int, k: Int, transposeA: Bool = false, transposeB: Bool = false,
    a: UnsafePointer<Float>, b: UnsafePointer<Float>, c: UnsafeMutablePointer<Float>
  ) {
    (self.m, self.n, self.k) = (m, n, k)
    (self.transposeA, self.transposeB) = (transposeA, transposeB)
    (self.a, aStride) = (a, transposeA ? m : k)
    (self.b, bStride) = (b, transposeB ? k : n)
    (self.c, cStride) = (c, n)
  }

  /// A plain product with a packed right operand, which is then passed to the backend with the call; gives k and n.
  public init(
    m: Int, transposeA: Bool = false, a: UnsafePointer<Float>, packedB: PackedMatrix, c: UnsafeMutablePointer<Float>
  ) {
    self.init(m: m, n: packedB.n, k: packedB.k, transposeA: transposeA, a: a, b: packedB.floats, c: c)
  }

  /// `c += alpha·op(a)·op(b)`, of gapless matrices. alpha·a is rounded (C2): as an update of weights, with alpha = −rate, it
  /// has other bits than `Update.sgd` with the product as gradient.
  public static func accumulating(
    _ alpha: Float = 1, m: Int, n: Int, k: Int, transposeA: Bool = false, transposeB: Bool = false,
    a: UnsafePointer<Float>, b: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>
  ) -> Matmul {
    var call = Matmul(m: m, n: n, k: k, transposeA: transposeA, transposeB: transposeB, a: a, b: b, c: c)
    (call.alpha, call.beta) = (alpha, 1)
    return call
  }
}

/// An input of an elementwise operation: element (i, j) is `data[i·rowStride + j·columnStride]`.
public struct Operand {
  public var data: UnsafePointer<Float>
  public var rowStride: Int
  /// 0 or 1.
  public var columnStride: Int

  public init(_ data: UnsafePointer<Float>, rowStride: Int, columnStride: Int) {
    (self.data, self.rowStride, self.columnStride) = (data, rowStride, columnStride)
  }

  public static func matrix(_ data: UnsafePointer<Float>, stride: Int) -> Operand {
    Operand(data, rowStride: stride, columnStride: 1)
  }
  /// One row, repeated.
  public static func row(_ data: UnsafePointer<Float>) -> Operand { Operand(data, rowStride: 0, columnStride: 1) }
  /// One column, repeated.
  public static func column(_ data: UnsafePointer<Float>, stride: Int = 1) -> Operand {
    Operand(data, rowStride: stride, columnStride: 0)
  }
  public static func scalar(_ data: UnsafePointer<Float>) -> Operand { Operand(data, rowStride: 0, columnStride: 0) }
}

/// A matrix of `rows × columns` that is read.
public struct MatrixInput {
  public var data: UnsafePointer<Float>
  public var stride: Int
  public init(_ data: UnsafePointer<Float>, stride: Int) { (self.data, self.stride) = (data, stride) }
}

/// A matrix of `rows × columns` that is written.
public struct MatrixOutput {
  public var data: UnsafeMutablePointer<Float>
  public var stride: Int
  public init(_ data: UnsafeMutablePointer<Float>, stride: Int) { (self.data, self.stride) = (data, stride) }
}

/// How a parameter moves by its gradient (contract, C7). All arrays have `count` elements; none may overlap another.
public enum Update {
  case sgd(gradient: UnsafePointer<Float>, rate: Float)
  case momentum(
    velocity: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, rate: Float, momentum: Float, nesterov: Bool)
  case adagrad(
    accumulator: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, rate: Float, epsilon: Float)
  case rmsProp(
    meanSquare: UnsafeMutablePointer<Float>, velocity: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    rate: Float, rho: Float, momentum: Float, epsilon: Float)
  /// `rate` is the bias-corrected one: learning rate · √(1 − beta2ᵗ) / (1 − beta1ᵗ) in step t = 1, 2, …
  case adam(
    firstMoment: UnsafeMutablePointer<Float>, secondMoment: UnsafeMutablePointer<Float>,
    gradient: UnsafePointer<Float>, rate: Float, beta1: Float, beta2: Float, epsilon: Float)
  /// What is updated is the average; it moves towards `parameter`. It takes no options.
  case movingAverage(of: UnsafePointer<Float>, decay: Float)
}

/// What else an update does in the same pass (contract, C7), in this order: it scales the gradient, clips it and adds the
/// decay; shrinks the parameter; and, after its own rule, moves an average. The defaults do nothing and cost nothing.
public struct UpdateOptions {
  /// Times the gradient: to clip by a norm, say.
  public var gradientScale: Float
  /// The scaled gradient is moved within these.
  public var low: Float
  public var high: Float
  /// This · parameter is added to the gradient: the gradient of decay/2 · Σ w².
  public var decay: Float
  /// The parameter shrinks by this share of itself: AdamW's learning rate · weight decay.
  public var shrink: Float
  /// Moves towards the new parameter by 1 − `averageDecay`; `count` elements that overlap no other array.
  public var average: UnsafeMutablePointer<Float>?
  public var averageDecay: Float

  public init(
    gradientScale: Float = 1, low: Float = -.infinity, high: Float = .infinity, decay: Float = 0, shrink: Float = 0,
    average: UnsafeMutablePointer<Float>? = nil, averageDecay: Float = 0
  ) {
    (self.gradientScale, self.low, self.high) = (gradientScale, low, high)
    (self.decay, self.shrink) = (decay, shrink)
    (self.average, self.averageDecay) = (average, averageDecay)
  }
}
