/// What a safetensors file holds: arrays by name, and texts by name.
public struct Checkpoint: Sendable, Hashable {
  public var arrays: [String: StoredArray]
  public var metadata: [String: String]

  public init(arrays: [String: StoredArray] = [:], metadata: [String: String] = [:]) {
    (self.arrays, self.metadata) = (arrays, metadata)
  }

  /// The array of this name as a tensor; nil where there is none, or it does not hold float32.
  public subscript(name: String) -> Tensor? {
    get {
      guard let array = arrays[name], case .float32(let values) = array.elements else { return nil }
      return try? Tensor(array.shape, values)
    }
    set { arrays[name] = newValue.map { StoredArray($0) } }
  }
}
