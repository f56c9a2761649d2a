/// How a variable starts.
public struct Initializer: Sendable {
  /// The values for a shape; the seed is used where the initializer names none.
  private let values: @Sendable (_ shape: Shape, _ seed: Int) -> [Float]

  /// From any function of the shape. Missing values are 0, further ones are left out.
  public init(_ values: @escaping @Sendable (Shape) -> [Float]) { self.values = { shape, _ in values(shape) } }

  private init(seeded values: @escaping @Sendable (_ shape: Shape, _ seed: Int) -> [Float]) { self.values = values }

  func fill(_ buffer: UnsafeMutableBufferPointer<Float>, shape: Shape, seed: Int) {
    for (index, value) in zip(buffer.indices, values(shape, seed)) { buffer[index] = value }
  }

  /// The variable whose value is copied, where there is one of that name.
  private(set) var source: String?

  /// What another variable is when this one is made.
  public static func copy(of name: String) -> Initializer {
    var copy = zeros
    copy.source = name
    return copy
  }

  /// Given values, row by row.
  public static func values(_ values: [Float]) -> Initializer { Initializer { _ in values } }

  /// The same number everywhere. TensorFlow: `tf.fill`.
  public static func constant(_ value: Float) -> Initializer {
    Initializer { [Float](repeating: value, count: $0.count) }
  }

  public static let zeros = constant(0)

  /// Normally distributed, TensorFlow's values for the operation's seed: `tf.compat.v1.random_normal(shape, seed=seed)`.
  /// Without a seed: the number of variables made before this one.
  public static func normal(mean: Float = 0, standardDeviation: Float = 1, seed: Int? = nil) -> Initializer {
    Initializer(seeded: { shape, own in
      TensorFlowRandom().randomNormal(
        shape.count, seed: seed ?? own, mean: mean, standardDeviation: standardDeviation)
    })
  }

  /// Uniform within ±√(6 / (inputs + outputs)), for a matrix of weights [inputs, outputs]. Glorot and Bengio, "Understanding
  /// the difficulty of training deep feedforward neural networks", 2010. TensorFlow: `glorot_uniform`.
  public static func glorotUniform(seed: Int? = nil) -> Initializer {
    Initializer(seeded: { shape, own in
      let limit = (6 / Float(max(shape.rows + shape.columns, 1))).squareRoot()
      return TensorFlowRandom().randomUniform(shape.count, seed: seed ?? own, from: -limit, to: limit)
    })
  }

  /// Uniform from low up to high. TensorFlow: `tf.compat.v1.random_uniform`.
  public static func uniform(from low: Float = -0.05, to high: Float = 0.05, seed: Int? = nil) -> Initializer {
    Initializer(seeded: { shape, own in
      TensorFlowRandom().randomUniform(shape.count, seed: seed ?? own, from: low, to: high)
    })
  }

  /// Normally distributed within two standard deviations: values beyond are drawn again, from the next numbers of the seed's
  /// sequence. (TensorFlow's `truncated_normal` has this distribution, and other values.)
  public static func truncatedNormal(
    mean: Float = 0, standardDeviation: Float = 1, seed: Int? = nil
  ) -> Initializer {
    Initializer(seeded: { shape, own in
      let seed = seed ?? own
      var kept: [Float] = []
      // Of normal values 4.6 % lie beyond: a sequence a little longer than needed will do, and is doubled until it does.
      var drawn = shape.count + shape.count / 8 + 16
      repeat {
        kept = TensorFlowRandom().randomNormal(drawn, seed: seed).filter { abs($0) <= 2 }
        drawn *= 2
      } while kept.count < shape.count
      return kept.prefix(shape.count).map { mean + standardDeviation * $0 }
    })
  }

  /// Normally distributed with the variance 2 / inputs, for weights [inputs, outputs] before a relu. He et al., 2015.
  /// Keras: `he_normal`, which truncates.
  public static func heNormal(seed: Int? = nil) -> Initializer {
    Initializer(seeded: { shape, own in
      let deviation = (2 / Float(max(shape.rows, 1))).squareRoot()
      return TensorFlowRandom().randomNormal(shape.count, seed: seed ?? own, mean: 0, standardDeviation: deviation)
    })
  }
}
