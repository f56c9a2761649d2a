/// How a variable starts.
public struct Initializer: Sendable {
  /// Fills the values of a variable of the shape.
  let fill: @Sendable (UnsafeMutableBufferPointer<Float>, Shape) -> Void

  /// From any function of the shape; missing values are 0, further ones are left out.
  public init(_ values: @escaping @Sendable (Shape) -> [Float]) {
    fill = { buffer, shape in
      for (index, value) in zip(buffer.indices, values(shape)) { buffer[index] = value }
    }
  }

  /// The same number everywhere. TensorFlow: `tf.fill`.
  public static func constant(_ value: Float) -> Initializer {
    Initializer { [Float](repeating: value, count: $0.count) }
  }

  public static let zeros = constant(0)
}
