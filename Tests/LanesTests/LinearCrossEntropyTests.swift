import CLanes
import Lanes
import Testing

/// Linear + softmax cross-entropy of sizes that are too large for the reference: the bits of its operations one after the other.
@Suite("Linear cross-entropy of many rows, inputs and classes", .tags(.bits))
struct LinearCrossEntropyTests {
  struct Size: CustomStringConvertible {
    var rows: Int64, inputs: Int64, classes: Int64
    /// Between rows of the gradient by the weights.
    var gap: Int64 = 0
    var description: String { "\(rows)×\(inputs)×\(classes)+\(gap)" }
  }

  /// The first rows' logits stand where the weights' gradient goes: all rows', most rows', few rows' of which each thread packs
  /// many columns, and the last of them are one; and not, where rows lie 4096 bytes apart, or a thread has too few columns.
  static let sizes = [
    Size(rows: 520, inputs: 521, classes: 1250), Size(rows: 520, inputs: 521, classes: 1249),
    Size(rows: 1100, inputs: 380, classes: 800, gap: 5),
    Size(rows: 700, inputs: 353, classes: 1501), Size(rows: 620, inputs: 400, classes: 1000, gap: 24),
    Size(rows: 1030, inputs: 600, classes: 97),
  ]

  private struct Operands {
    let x: Floats, weights: Floats, bias: Floats, labels: [Int32]

    init(_ size: Size) {
      var random = Random(17)
      x = Floats(random.floats(Int(size.rows * size.inputs)))
      weights = Floats(random.floats(Int(size.inputs * size.classes)))
      bias = Floats(random.floats(Int(size.classes)))
      labels = (0..<size.rows).map { Int32($0 * 7919 % size.classes) }
    }
  }

  /// Losses, and the gradients by x, the weights with their gaps, and the bias.
  private struct Results {
    let loss: Floats, x: Floats, weights: Floats, bias: Floats

    init(_ size: Size) {
      (loss, x) = (Floats(Int(size.rows)), Floats(Int(size.rows * size.inputs)))
      (weights, bias) = (Floats(Int(size.inputs * (size.classes + size.gap))), Floats(Int(size.classes)))
    }
    var hashes: [Int] { [loss, x, weights, bias].map { bits($0.values).hashValue } }
  }

  private func asOne(_ size: Size, _ operands: Operands, _ context: Context) -> [Int] {
    let results = Results(size)
    var call = lanes_linear_cross_entropy_call()
    (call.rows, call.inputs, call.classes) = (size.rows, size.inputs, size.classes)
    (call.x, call.x_stride) = (UnsafePointer(operands.x.pointer), size.inputs)
    (call.w, call.w_stride) = (UnsafePointer(operands.weights.pointer), size.classes)
    (call.bias, call.loss, call.scale) = (UnsafePointer(operands.bias.pointer), results.loss.pointer, 0.3)
    (call.x_gradient, call.x_gradient_stride) = (results.x.pointer, size.inputs)
    (call.w_gradient, call.w_gradient_stride) = (results.weights.pointer, size.classes + size.gap)
    call.bias_gradient = results.bias.pointer
    operands.labels.withUnsafeBufferPointer {
      call.labels = $0.baseAddress
      #expect(lanes_linear_cross_entropy(context.pointer, &call) == LANES_OK)
    }
    return results.hashes
  }

  private func oneAfterTheOther(_ size: Size, _ operands: Operands, _ context: Context) -> [Int] {
    let (results, logits) = (Results(size), Floats(Int(size.rows * size.classes)))
    var product = lanes_matmul_call()
    (product.m, product.n, product.k, product.alpha) = (size.rows, size.classes, size.inputs, 1)
    (product.a, product.a_stride) = (UnsafePointer(operands.x.pointer), size.inputs)
    (product.b, product.b_stride) = (UnsafePointer(operands.weights.pointer), size.classes)
    (product.c, product.c_stride, product.bias) = (logits.pointer, size.classes, UnsafePointer(operands.bias.pointer))
    #expect(lanes_matmul(context.pointer, &product) == LANES_OK)

    var entropy = lanes_cross_entropy_call()
    (entropy.rows, entropy.columns, entropy.scale, entropy.loss) = (size.rows, size.classes, 0.3, results.loss.pointer)
    (entropy.logits, entropy.logits_stride) = (UnsafePointer(logits.pointer), size.classes)
    (entropy.gradient, entropy.gradient_stride) = (logits.pointer, size.classes)
    operands.labels.withUnsafeBufferPointer {
      entropy.labels = $0.baseAddress
      #expect(lanes_softmax_cross_entropy(context.pointer, &entropy) == LANES_OK)
    }

    var byX = lanes_matmul_call()
    (byX.m, byX.n, byX.k, byX.alpha, byX.transpose_b) = (size.rows, size.inputs, size.classes, 1, LANES_TRANSPOSED)
    (byX.a, byX.a_stride) = (UnsafePointer(logits.pointer), size.classes)
    (byX.b, byX.b_stride) = (product.b, size.classes)
    (byX.c, byX.c_stride) = (results.x.pointer, size.inputs)
    #expect(lanes_matmul(context.pointer, &byX) == LANES_OK)

    var byWeights = lanes_matmul_call()
    (byWeights.m, byWeights.n, byWeights.k, byWeights.alpha) = (size.inputs, size.classes, size.rows, 1)
    (byWeights.transpose_a, byWeights.a, byWeights.a_stride) = (LANES_TRANSPOSED, product.a, size.inputs)
    (byWeights.b, byWeights.b_stride) = (UnsafePointer(logits.pointer), size.classes)
    (byWeights.c, byWeights.c_stride) = (results.weights.pointer, size.classes + size.gap)
    #expect(lanes_matmul(context.pointer, &byWeights) == LANES_OK)

    #expect(
      lanes_reduce(
        context.pointer, LANES_SUM, LANES_EACH_COLUMN, size.rows, size.classes, logits.pointer, size.classes,
        results.bias.pointer) == LANES_OK)
    return results.hashes
  }

  @Test("The bits of its operations, with one to five threads", arguments: Hardware.availableISAs, sizes)
  func bitsOfOperations(_ isa: String, size: Size) throws {
    let operands = Operands(size)
    let expected = oneAfterTheOther(size, operands, try Context(isa: isa, threads: 1))
    for threads: Int32 in [1, 2, 5] {
      #expect(asOne(size, operands, try Context(isa: isa, threads: threads)) == expected, "\(threads) threads")
    }
  }
}
