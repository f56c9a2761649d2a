import Lanes

/// The unary functions by name, element by element. All have gradients; the contract (C3) states each.

/// `x < 0 ? 0 : x`. TensorFlow: `tf.nn.relu`.
public func relu(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.relu, at: SourceLocation(file, line))
}
/// `x < 0 ? 0.2·x : x`; for another slope, `maximum(x, slope * x)`. TensorFlow: `tf.nn.leaky_relu`.
public func leakyRelu(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.leakyRelu, at: SourceLocation(file, line))
}
/// x within 0 … 6. TensorFlow: `tf.nn.relu6`.
public func relu6(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.relu6, at: SourceLocation(file, line))
}
/// `x > 0 ? x : exp(x) − 1`. Clevert et al., 2016. TensorFlow: `tf.nn.elu`.
public func elu(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.elu, at: SourceLocation(file, line))
}
/// elu with the scales that keep mean 0 and variance 1. Klambauer et al., 2017. TensorFlow: `tf.nn.selu`.
public func selu(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.selu, at: SourceLocation(file, line))
}
/// `x·Φ(x)`, Φ the normal distribution function. Hendrycks and Gimpel, 2016. TensorFlow: `tf.nn.gelu`.
public func gelu(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.gelu, at: SourceLocation(file, line))
}
/// gelu's approximation by tanh. TensorFlow: `tf.nn.gelu(approximate=True)`.
public func geluTanh(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.geluTanh, at: SourceLocation(file, line))
}
/// `x·sigmoid(x)`, also called swish. TensorFlow: `tf.nn.silu`.
public func silu(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.silu, at: SourceLocation(file, line))
}
/// `x·tanh(softplus(x))`. Misra, 2019. Keras: `mish`.
public func mish(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.mish, at: SourceLocation(file, line))
}
/// `log(1 + exp(x))`. TensorFlow: `tf.nn.softplus`.
public func softplus(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.softplus, at: SourceLocation(file, line))
}
/// `x / (1 + |x|)`. TensorFlow: `tf.nn.softsign`.
public func softsign(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.softsign, at: SourceLocation(file, line))
}
/// `1 / (1 + exp(−x))`. TensorFlow: `tf.nn.sigmoid`.
public func sigmoid(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.sigmoid, at: SourceLocation(file, line))
}
/// `(x + 3) / 6` within 0 … 1. Keras: `hard_sigmoid`.
public func hardSigmoid(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.hardSigmoid, at: SourceLocation(file, line))
}
/// `x·hardSigmoid(x)`. Howard et al., 2019. Keras: `hard_silu`.
public func hardSwish(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.hardSwish, at: SourceLocation(file, line))
}
/// TensorFlow: `tf.nn.tanh`.
public func tanh(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.tanh, at: SourceLocation(file, line))
}
/// x within −1 … 1. Keras: `hard_tanh`.
public func hardTanh(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.hardTanh, at: SourceLocation(file, line))
}
/// The error function. TensorFlow: `tf.math.erf`.
public func erf(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.erf, at: SourceLocation(file, line))
}
/// TensorFlow: `tf.exp`.
public func exp(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.exp, at: SourceLocation(file, line))
}
/// `exp(x) − 1`, accurate near 0. TensorFlow: `tf.math.expm1`.
public func expm1(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.expm1, at: SourceLocation(file, line))
}
/// The natural logarithm. TensorFlow: `tf.math.log`.
public func log(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.log, at: SourceLocation(file, line))
}
/// `log(1 + x)`, accurate near 0. TensorFlow: `tf.math.log1p`.
public func log1p(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.log1p, at: SourceLocation(file, line))
}
/// TensorFlow: `tf.sqrt`.
public func sqrt(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.sqrt, at: SourceLocation(file, line))
}
/// TensorFlow: `tf.square`.
public func square(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.square, at: SourceLocation(file, line))
}
/// TensorFlow: `tf.abs`. The gradient at 0 is 0.
public func abs(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.abs, at: SourceLocation(file, line))
}
/// `1 / x`. TensorFlow: `tf.math.reciprocal`.
public func reciprocal(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.reciprocal, at: SourceLocation(file, line))
}

public prefix func - (x: SymbolicTensor) -> SymbolicTensor { x.map(.negate, at: x.location) }
