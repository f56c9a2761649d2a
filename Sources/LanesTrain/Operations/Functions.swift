import Lanes

/// The unary functions by name, element by element. All have gradients; the contract (C3) states each.

/// `x < 0 ? 0 : x`. TensorFlow: `tf.nn.relu`.
public func relu(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.relu, at: location)
}
/// `x < 0 ? 0.2·x : x`; for another slope, `maximum(x, slope * x)`. TensorFlow: `tf.nn.leaky_relu`.
public func leakyRelu(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.leakyRelu, at: location)
}
/// x within 0 … 6. TensorFlow: `tf.nn.relu6`.
public func relu6(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.relu6, at: location)
}
/// `x > 0 ? x : exp(x) − 1`. Clevert et al., 2016. TensorFlow: `tf.nn.elu`.
public func elu(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.elu, at: location)
}
/// elu with the scales that keep mean 0 and variance 1. Klambauer et al., 2017. TensorFlow: `tf.nn.selu`.
public func selu(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.selu, at: location)
}
/// `x·Φ(x)`, Φ the normal distribution function. Hendrycks and Gimpel, 2016. TensorFlow: `tf.nn.gelu`.
public func gelu(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.gelu, at: location)
}
/// gelu's approximation by tanh. TensorFlow: `tf.nn.gelu(approximate=True)`.
public func geluTanh(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.geluTanh, at: location)
}
/// `x·sigmoid(x)`, also called swish. TensorFlow: `tf.nn.silu`.
public func silu(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.silu, at: location)
}
/// `x·tanh(softplus(x))`. Misra, 2019. Keras: `mish`.
public func mish(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.mish, at: location)
}
/// `log(1 + exp(x))`. TensorFlow: `tf.nn.softplus`.
public func softplus(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.softplus, at: location)
}
/// `x / (1 + |x|)`. TensorFlow: `tf.nn.softsign`.
public func softsign(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.softsign, at: location)
}
/// `1 / (1 + exp(−x))`. TensorFlow: `tf.nn.sigmoid`.
public func sigmoid(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.sigmoid, at: location)
}
/// `(x + 3) / 6` within 0 … 1. Keras: `hard_sigmoid`.
public func hardSigmoid(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.hardSigmoid, at: location)
}
/// `x·hardSigmoid(x)`. Howard et al., 2019. Keras: `hard_silu`.
public func hardSwish(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.hardSwish, at: location)
}
/// TensorFlow: `tf.nn.tanh`.
public func tanh(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.tanh, at: location)
}
/// x within −1 … 1. Keras: `hard_tanh`.
public func hardTanh(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.hardTanh, at: location)
}
/// The error function. TensorFlow: `tf.math.erf`.
public func erf(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.erf, at: location)
}
/// TensorFlow: `tf.exp`.
public func exp(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.exp, at: location)
}
/// `exp(x) − 1`, accurate near 0. TensorFlow: `tf.math.expm1`.
public func expm1(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.expm1, at: location)
}
/// The natural logarithm. TensorFlow: `tf.math.log`.
public func log(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.log, at: location)
}
/// `log(1 + x)`, accurate near 0. TensorFlow: `tf.math.log1p`.
public func log1p(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.log1p, at: location)
}
/// TensorFlow: `tf.sqrt`.
public func sqrt(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.sqrt, at: location)
}
/// TensorFlow: `tf.square`.
public func square(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.square, at: location)
}
/// TensorFlow: `tf.abs`. The gradient at 0 is 0.
public func abs(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.abs, at: location)
}
/// `1 / x`. TensorFlow: `tf.math.reciprocal`.
public func reciprocal(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.reciprocal, at: location)
}
public prefix func - (x: SymbolicTensor) -> SymbolicTensor { x.map(.negate, at: x.location) }
