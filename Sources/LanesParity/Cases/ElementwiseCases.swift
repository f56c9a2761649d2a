import Lanes

/// How an operand is laid over the rows and columns.
enum Broadcast: String, CaseIterable, Sendable {
  case matrix, row, column, scalar
  /// Each row begins one element after the one before: rows that share elements.
  case window

  static let plain: [Broadcast] = [.matrix, .row, .column, .scalar]

  func operand(
    _ memory: ParityMemory, _ name: String, rows: Int, columns: Int, _ layout: ParityMemory.Layout,
    _ values: ParityValues
  ) -> Operand {
    let offset = ParityMemory.Layout(offset: layout.offset)
    switch self {
    case .matrix:
      let block = memory.input(name, rows: rows, columns: columns, layout, values)
      return .matrix(block.read, stride: block.stride)
    case .row: return .row(memory.input(name, columns: columns, offset, values).read)
    case .column:
      let block = memory.input(name, rows: rows, columns: 1, layout, values)
      return .column(block.read, stride: block.stride)
    case .scalar: return .scalar(memory.input(name, columns: 1, offset, values).read)
    case .window:
      let block = memory.block(name, .input, rows: rows, columns: columns, stride: 1, offset: layout.offset, values)
      return Operand(block.read, rowStride: 1, columnStride: 1)
    }
  }
}

/// A binary or ternary function to be made into a case.
struct ElementwiseShape {
  enum Function: Sendable {
    case binary(BinaryOperation)
    case ternary(TernaryOperation)
  }

  let function: Function
  var rows: Int, columns: Int
  /// As many as the function has operands.
  var operands: [Broadcast]
  var values: [ParityValues]
  /// Of the operands, the last for the output.
  var layouts: [ParityMemory.Layout]
  /// The operand that the output is.
  var target: Int?

  init(
    _ function: Function, _ rows: Int, _ columns: Int, _ operands: [Broadcast], _ values: [ParityValues], variant: Int,
    target: Int? = nil
  ) {
    (self.function, self.rows, self.columns, self.operands, self.target) = (function, rows, columns, operands, target)
    self.values = operands.indices.map { values[$0 % values.count] }
    layouts = (0...operands.count).map { ParitySuite.layout(variant + $0) }
  }

  var parityCase: ParityCase {
    let stem: ParityOperation
    let title: String
    switch function {
    case .binary(let operation): (stem, title) = (.binary, "\(operation)")
    case .ternary(let operation): (stem, title) = (.ternary, "\(operation)")
    }
    let arguments = operands.indices.map { index in
      "\(index == target ? "output=" : "")\(operands[index])\(layouts[index]) \(values[index].name)"
    }
    let name = "\(title) \(rows)×\(columns) (\(arguments.joined(separator: "; "))) output\(layouts[operands.count])"
    return ParityCase(stem, name) { memory in
      var inputs: [Operand] = []
      var output: ParityBlock?
      for index in operands.indices {
        if index == target {
          let block = memory.inPlace("output", rows: rows, columns: columns, layouts[index], values[index])
          inputs.append(.matrix(block.read, stride: block.stride))
          output = block
        } else {
          inputs.append(
            operands[index].operand(
              memory, ["a", "b", "c"][index], rows: rows, columns: columns, layouts[index], values[index]))
        }
      }
      let result = (output ?? memory.output("output", rows: rows, columns: columns, layouts[operands.count])).result
      return { [inputs] backend throws(LanesError) in
        switch function {
        case .binary(let operation):
          try backend.binary(operation, rows: rows, columns: columns, inputs[0], inputs[1], into: result)
        case .ternary(let operation):
          try backend.ternary(operation, rows: rows, columns: columns, inputs[0], inputs[1], inputs[2], into: result)
        }
      }
    }
  }
}

extension ParitySuite {
  static func binaryCases(thorough: Bool) -> [ParityCase] {
    BinaryOperation.allCases.flatMap { operation in
      elementwiseShapes(.binary(operation), operands: 2, thorough: thorough).map(\.parityCase)
        + [oneMatrix(operation)] + refusedElementwise(.binary(operation), "\(operation)")
    }
  }

  private static func oneMatrix(_ operation: BinaryOperation) -> ParityCase {
    ParityCase(.binary, "\(operation) of one matrix: a, b and output") { memory in
      let x = memory.inPlace("x", rows: 3, columns: 45, .init(gap: 2), .special)
      let operand = Operand.matrix(x.read, stride: x.stride)
      return { backend throws(LanesError) in
        try backend.binary(operation, rows: 3, columns: 45, operand, operand, into: x.result)
      }
    }
  }

  static func ternaryCases(thorough: Bool) -> [ParityCase] {
    TernaryOperation.allCases.flatMap { operation in
      elementwiseShapes(.ternary(operation), operands: 3, thorough: thorough).map(\.parityCase)
        + refusedElementwise(.ternary(operation), "\(operation)")
    }
  }

  private static func elementwiseShapes(
    _ function: ElementwiseShape.Function, operands: Int, thorough: Bool
  ) -> [ElementwiseShape] {
    let values: [ParityValues] = [.special, .ties, .normals, .bits]
    let matrices = [Broadcast](repeating: .matrix, count: operands)
    var shapes: [ElementwiseShape] = []

    // Every broadcast in every position, over sizes on both sides of a vector.
    let sizes = [(3, 17), (5, 33), (2, 64), (9, 1), (1, 7), (7, 15), (4, 31)]
    for code in 0..<(operands == 2 ? 16 : 64) {
      let forms = (0..<operands).map { Broadcast.plain[(code >> (2 * $0)) & 3] }
      for extra in 0..<(thorough ? sizes.count : 2) {
        let (rows, columns) = sizes[(code + 3 * extra) % sizes.count]
        shapes.append(
          ElementwiseShape(
            function, rows, columns, forms, [values[(code + extra) % 4], .special, .ties], variant: code))
      }
    }
    // One row, one column, and matrices, of every size around a vector; over each of the operands too.
    for (number, size) in vectorSizes.enumerated() {
      shapes.append(ElementwiseShape(function, 1, size, matrices, [values[number % 4], .special], variant: number))
      shapes.append(ElementwiseShape(function, size, 3, matrices, [values[number % 4], .ties], variant: number))
      shapes.append(
        ElementwiseShape(function, 3, size, matrices, [.special], variant: number, target: number % operands))
    }
    for target in 0..<operands {
      var forms: [Broadcast] = [.row, .scalar, .column]
      forms.swapAt(0, target)
      shapes.append(
        ElementwiseShape(function, 6, 19, Array(forms.prefix(operands)), [.special], variant: target, target: target))
    }
    shapes.append(ElementwiseShape(function, 0, 5, matrices, values, variant: 0))
    shapes.append(ElementwiseShape(function, 5, 0, matrices, values, variant: 1))
    shapes.append(
      ElementwiseShape(function, 5, 21, [.window] + matrices.dropFirst(), [.special], variant: 2))

    // Every corner with every other, and in threes.
    let corners = ParityValues.cornerList.count
    if operands == 2 {
      shapes.append(ElementwiseShape(function, corners, corners, [.column, .row], [.corners], variant: 0))
    } else {
      shapes.append(
        ElementwiseShape(
          function, corners, corners * corners, [.column, .row, .row], [.corners, .repeatedCorners, .corners],
          variant: 0))
    }
    // Several threads: flat, and by rows with an operand of each form.
    shapes.append(ElementwiseShape(function, 1, largeSize, matrices, [.special], variant: 1))
    shapes.append(
      ElementwiseShape(function, 211, 131, Array([.matrix, .row, .column].prefix(operands)), [.special], variant: 3))
    return shapes
  }

  private static func refusedElementwise(_ function: ElementwiseShape.Function, _ title: String) -> [ParityCase] {
    struct Call {
      var rows = 4, columns = 5
      var a: Operand, b: Operand, c: Operand, output: MatrixOutput
    }
    func refused(_ name: String, _ change: @escaping @Sendable (inout Call) -> Void) -> ParityCase {
      let stem: ParityOperation = if case .binary = function { .binary } else { .ternary }
      return ParityCase(stem, "refused: \(title) \(name)", isRefused: true) { memory in
        let inputs = ["a", "b", "c"].map {
          Operand.matrix(memory.input($0, rows: 6, columns: 8, .normals).read, stride: 8)
        }
        let output = memory.inPlace("output", rows: 6, columns: 8, .normals)
        var call = Call(a: inputs[0], b: inputs[1], c: inputs[2], output: output.result)
        change(&call)
        return { [call] backend throws(LanesError) in
          switch function {
          case .binary(let operation):
            try backend.binary(operation, rows: call.rows, columns: call.columns, call.a, call.b, into: call.output)
          case .ternary(let operation):
            try backend.ternary(
              operation, rows: call.rows, columns: call.columns, call.a, call.b, call.c, into: call.output)
          }
        }
      }
    }
    return [
      refused("rows < 0") { $0.rows = -1 },
      refused("columns < 0") { $0.columns = -1 },
      refused("rows < 0, columns 0") { ($0.rows, $0.columns) = (-1, 0) },
      refused("rows·columns overflows") { ($0.rows, $0.columns) = (1 << 40, 1 << 40) },
      refused("rows largest") { $0.rows = .max },
      refused("output stride short") { $0.output.stride = 4 },
      refused("output stride negative") { $0.output.stride = -8 },
      refused("output stride overflows") { $0.output.stride = .max },
      refused("a's row stride negative") { $0.a.rowStride = -8 },
      refused("a's column stride 2") { $0.a.columnStride = 2 },
      refused("b's column stride −1") { $0.b.columnStride = -1 },
      refused("b's row stride overflows") { $0.b.rowStride = .max },
      refused("a shifted in output") { $0.a.data = UnsafePointer($0.output.data + 1) },
      refused("b shifted a row in output") { $0.b.data = UnsafePointer($0.output.data + 8) },
      refused("a is output with another stride") { $0.a = .matrix(UnsafePointer($0.output.data), stride: 7) },
      refused("a is a row of output") { $0.a = .row(UnsafePointer($0.output.data)) },
      refused("b is a column of output") { $0.b = .column(UnsafePointer($0.output.data), stride: 8) },
      refused("b is an element of output") { $0.b = .scalar(UnsafePointer($0.output.data + 9)) },
    ]
  }
}
