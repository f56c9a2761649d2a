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
}
