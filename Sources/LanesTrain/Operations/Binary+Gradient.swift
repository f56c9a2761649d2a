import Lanes

extension BinaryNode {
  /// y = f(a, b); each operand's gradient has the result's shape first, and is then summed over what was repeated.
  func gradients(_ request: GradientRequest) -> [SymbolicTensor?] {
    let (a, b) = (request.operands[0], request.operands[1])
    let (y, dy) = (request.result, request.upstream)
    /// Only what is wanted becomes part of the graph.
    func each(_ da: () -> SymbolicTensor, _ db: () -> SymbolicTensor) -> [SymbolicTensor?] {
      [
        request.wanted[0] ? da().summed(to: a.shape) : nil,
        request.wanted[1] ? db().summed(to: b.shape) : nil,
      ]
    }
    switch function {
    case .add: return each({ dy }, { dy })
    case .subtract: return each({ dy }, { -dy })
    case .multiply: return each({ dy * b }, { dy * a })
    case .divide: return each({ dy / b }, { -(dy * (y / b)) })
    case .minimum: return each({ dy.where(b .>= a) }, { dy.where(a .> b) })
    case .maximum: return each({ dy.where(a .>= b) }, { dy.where(b .> a) })
    case .greater, .greaterEqual, .equal: return [nil, nil]
    }
  }
}

extension SymbolicTensor {
  /// This where the condition holds, else 0.
  func `where`(_ condition: SymbolicTensor) -> SymbolicTensor {
    select(condition, self, graph.constant(0, at: location), at: location)
  }

  /// The sum over what broadcasting repeated: the gradient of a repeated operand.
  func summed(to target: Shape) -> SymbolicTensor {
    var result = self
    if target.count == 1, shape.count != 1 {
      result = result.reduced(.sum, .everything, at: location)
    } else {
      if target.rows == 1, shape.rows != 1 { result = result.reduced(.sum, .eachColumn, at: location) }
      if target.columns == 1, shape.columns != 1 { result = result.reduced(.sum, .eachRow, at: location) }
    }
    return result.reshaped(to: target, at: location)
  }
}
