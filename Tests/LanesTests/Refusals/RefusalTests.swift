import CLanes
import Testing

/// Arguments that are refused in C by a status, and nothing is written. Each operation's stand in its own file.
@Suite("Refusals", .tags(.errors))
struct RefusalTests {
  /// A call in C, on 64 floats each of x and y and an untouched output.
  struct Refusal: Sendable, CustomTestStringConvertible {
    let name: String
    let status: lanes_status
    let call: @Sendable (_ x: Floats, _ y: Floats, _ out: Floats) -> lanes_status
    init(
      _ name: String, _ status: lanes_status,
      _ call: @escaping @Sendable (_ x: Floats, _ y: Floats, _ out: Floats) -> lanes_status
    ) {
      (self.name, self.status, self.call) = (name, status, call)
    }
    var testDescription: String { name }
  }

  static func matrix(_ data: Floats, _ rowStride: Int64 = 8, _ columnStride: Int64 = 1) -> lanes_operand {
    lanes_operand(data: data.pointer, row_stride: rowStride, column_stride: columnStride)
  }

  static let most = Int64.max

  static let refusals =
    matmuls + elementwise + reductions + softmaxes + crossEntropies + linearCrossEntropies + updates

  @Test("a status, and nothing is written", arguments: refusals)
  func refused(_ refusal: Refusal) {
    let (x, y, out) = (Floats(64, of: 1), Floats(64, of: 2), Floats(64))
    #expect(refusal.call(x, y, out) == refusal.status)
    #expect(out.isUntouched)
    #expect(x.values.allSatisfy { $0 == 1 } && y.values.allSatisfy { $0 == 2 })
  }

  @Test("nothing may be null, and is not read")
  func nothing() {
    var matmul = lanes_matmul_call()
    for (m, n, k) in [(0, 5, 5), (5, 0, 5), (0, 0, 0)] as [(Int64, Int64, Int64)] {
      (matmul.m, matmul.n, matmul.k, matmul.alpha) = (m, n, k, 1)
      #expect(lanes_matmul(nil, &matmul) == LANES_OK)
    }
    let none = lanes_operand()
    #expect(lanes_unary(nil, LANES_EXP, 0, nil, nil) == LANES_OK)
    #expect(lanes_unary_gradient(nil, LANES_EXP, 0, nil, nil, nil) == LANES_OK)
    #expect(lanes_binary(nil, LANES_ADD, 0, 7, none, none, nil, 0) == LANES_OK)
    #expect(lanes_binary(nil, LANES_ADD, 7, 0, none, none, nil, 0) == LANES_OK)
    #expect(lanes_ternary(nil, LANES_CLIP, 0, 0, none, none, none, nil, 0) == LANES_OK)
    #expect(lanes_reduce(nil, LANES_SUM, LANES_EACH_ROW, 0, 4, nil, 0, nil) == LANES_OK)
    #expect(lanes_reduce(nil, LANES_MAX, LANES_EACH_COLUMN, 4, 0, nil, 0, nil) == LANES_OK)
    #expect(lanes_argmax(nil, LANES_EACH_ROW, 0, 4, nil, 0, nil) == LANES_OK)
    #expect(lanes_softmax(nil, 0, 4, nil, 0, nil, 0) == LANES_OK)
    #expect(lanes_softmax_gradient(nil, 0, 4, nil, 0, nil, 0, nil, 0) == LANES_OK)
    var entropy = lanes_cross_entropy_call()
    entropy.columns = 4
    #expect(lanes_softmax_cross_entropy(nil, &entropy) == LANES_OK)
    for rule in 0..<LANES_UPDATE_COUNT.rawValue {
      var step = lanes_update_call()
      step.rule = .init(rule)
      #expect(lanes_update(nil, &step) == LANES_OK)
    }
    #expect(lanes_moving_average(nil, 0, nil, nil, 1) == LANES_OK)

    // Empty input, one result.
    let out = Floats(1)
    #expect(lanes_reduce(nil, LANES_SUM, LANES_EVERYTHING, 0, 4, nil, 0, out.pointer) == LANES_OK && out.values == [0])
    // k = 0 and alpha = 0: a and b may be null, and c = beta·c.
    for (k, alpha) in [(0, 1), (5, 0)] as [(Int64, Float)] {
      let c = Floats([8])
      (matmul.m, matmul.n, matmul.k, matmul.alpha, matmul.beta) = (1, 1, k, alpha, 0.5)
      (matmul.c, matmul.c_stride) = (c.pointer, 1)
      #expect(lanes_matmul(nil, &matmul) == LANES_OK && c.values == [4])
    }
  }

  @Test("outputs may be inputs exactly, and columns of one matrix may lie beside each other")
  func inPlace() {
    let values: [Float] = (0..<32).map { Float($0) - 16 }
    let x = Floats(values)
    #expect(lanes_unary(nil, LANES_ABS, 32, x.pointer, x.pointer) == LANES_OK)
    #expect(x.values == values.map { abs($0) })
    #expect(lanes_unary_gradient(nil, LANES_RELU, 32, x.pointer, x.pointer, x.pointer) == LANES_OK)
    #expect(x.values == values.map { abs($0) })
    #expect(lanes_binary(nil, LANES_ADD, 4, 4, Self.matrix(x), Self.matrix(x), x.pointer, 8) == LANES_OK)
    let doubled: [Float] = values.enumerated().map { index, value in index % 8 < 4 ? 2 * abs(value) : abs(value) }
    #expect(x.values == doubled)

    // The right half of each row from the left half, and the other way round.
    for (from, to) in [(0, 4), (4, 0)] {
      let matrix = Floats(values)
      let operand = lanes_operand(data: matrix.pointer + from, row_stride: 8, column_stride: 1)
      #expect(lanes_binary(nil, LANES_MULTIPLY, 4, 4, operand, operand, matrix.pointer + to, 8) == LANES_OK)
      let squared: [Float] = values.indices.map { index in
        guard (to..<to + 4).contains(index % 8) else { return values[index] }
        let value = values[index - to + from]
        return value * value
      }
      #expect(matrix.values == squared)
      #expect(lanes_softmax(nil, 4, 4, matrix.pointer + from, 8, matrix.pointer + to, 8) == LANES_OK)
      // One column more, and they meet.
      #expect(lanes_softmax(nil, 4, 5, matrix.pointer + from, 8, matrix.pointer + to, 8) == LANES_OVERLAP)
    }
    let block = Floats((0..<24).map { Float($0) })
    var call = lanes_matmul_call()
    (call.m, call.n, call.k, call.alpha) = (4, 2, 2, 1)
    (call.a, call.a_stride, call.b, call.b_stride) = (
      UnsafePointer(block.pointer), 6, UnsafePointer(block.pointer + 2), 6
    )
    (call.c, call.c_stride) = (block.pointer + 4, 6)
    #expect(lanes_matmul(nil, &call) == LANES_OK)
    // [0 1] · [2 3; 8 9]
    #expect(Array(block.values[4...5]) == [8, 9])
  }
}
