import Lanes

/// An elementwise function as a layer.
public struct Activation: Layer {
  public let function: UnaryOperation
  private let location: SourceLocation

  public init(_ function: UnaryOperation, file: String = #fileID, line: Int = #line) {
    (self.function, location) = (function, SourceLocation(file, line))
  }

  public func callAsFunction(_ input: SymbolicTensor) -> SymbolicTensor { input.map(function, at: location) }
}

/// Softmax of each row as a layer. A net that is trained by softmax cross-entropy ends before it: that takes logits.
public struct Softmax: Layer {
  public init() {}
  public func callAsFunction(_ input: SymbolicTensor) -> SymbolicTensor { softmax(input) }
}

/// Any function of symbolic tensors as a layer: the functional form.
public struct Lambda: Layer {
  private let function: @Sendable (SymbolicTensor) -> SymbolicTensor

  public init(_ function: @escaping @Sendable (SymbolicTensor) -> SymbolicTensor) { self.function = function }

  public func callAsFunction(_ input: SymbolicTensor) -> SymbolicTensor { function(input) }
}

/// In training, sets a share of the values to 0 and scales the others up by 1 / (1 − rate); otherwise passes all on.
/// Srivastava et al., 2014. TensorFlow: `tf.nn.dropout`.
///
/// Which values are dropped is a function of the seed, the global step and the place: the same on every backend, and in a run
/// that was resumed.
public struct Dropout: Layer {
  public let rate: Float
  /// Nil: the number of Dropout layers before this one.
  public let seed: Int?
  private let location: SourceLocation

  public init(_ rate: Float, seed: Int? = nil, file: String = #fileID, line: Int = #line) {
    (self.rate, self.seed, location) = (rate, seed, SourceLocation(file, line))
  }

  public func callAsFunction(_ input: SymbolicTensor) -> SymbolicTensor {
    let graph = input.graph
    guard rate >= 0, rate < 1 else {
      graph.fail("dropout", [input.shape], "the rate is \(rate), and must be at least 0 and below 1", at: location)
      return input
    }
    let number = graph.uniqueNumber("dropout")
    guard graph.isTraining, rate > 0 else { return input }
    let mask = DropoutMaskNode(rateBits: rate.bitPattern, seed: seed ?? number, shape: input.shape)
    return input * graph.add(mask, [graph.input(Inputs.step, [2], .int32)], at: location)
  }
}

/// 0 with the probability `rate`, else 1 / (1 − rate): a function of the step, which is the operand, and the place.
struct DropoutMaskNode: NodeOperation {
  let rateBits: UInt32
  let seed: Int
  let shape: Shape

  var name: String { "dropout mask" }

  func value(of operands: [Value]) -> Value { Value(shape: shape, type: .float32) }
  func gradients(_ request: GradientRequest) -> [SymbolicTensor?] { [nil] }

  /// Philox's word i falls to element i; a value is dropped where its word is below rate·2³².
  func kernel(_ wiring: Wiring) -> Kernel? {
    let rate = Float(bitPattern: rateBits)
    let (count, keep) = (shape.count, 1 / (1 - rate))
    let limit = UInt32(Double(rate) * 0x1p32)
    let key = UInt64(bitPattern: Int64(seed))
    let philox = Philox(key: [UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32)])
    let (step, out) = (wiring.operands[0].slot, wiring.result.slot)
    return { slots throws(LanesError) in
      let words = UnsafeRawPointer(slots[step]).assumingMemoryBound(to: UInt32.self)
      for first in stride(from: 0, to: count, by: 4) {
        let place = UInt64(first / 4)
        let block = philox.block(
          at: [UInt32(truncatingIfNeeded: place), UInt32(truncatingIfNeeded: place >> 32), words[0], words[1]])
        for index in first..<min(first + 4, count) { slots[out][index] = block[index - first] < limit ? 0 : keep }
      }
    }
  }
}
