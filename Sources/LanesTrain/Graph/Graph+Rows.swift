/// What the rows of a value have to do with samples.
enum RowsOfSamples {
  /// Row i is sample i's.
  case each
  /// It is the same for all samples: one row, or one number.
  case same
  /// It has several rows that are no samples, such as weights.
  case none
}

extension Graph {
  /// Whether row i of a value is computed from row i of an input alone, and from what is the same for all samples.
  func keepsRowsApart(_ value: SymbolicTensor, from input: String, rows: Int) -> Bool {
    guard firstError == nil, value.graph === self else { return false }
    var known: [RowsOfSamples] = []
    for node in nodes[...value.node] {
      let operands = node.operands.map { known[$0] }
      let hasRowPerSample = node.value.shape.rank == 2 && node.value.shape.rows == rows
      if let other = node.operation as? InputNode {
        known.append(other.name == input && hasRowPerSample ? .each : .none)
      } else if operands.contains(.each) {
        // What mixes samples is neither of one of them nor the same for all; nothing can come of it.
        guard hasRowPerSample, node.operation.keepsRowsApart(operands) else { return false }
        known.append(.each)
      } else {
        known.append(node.value.shape.rows == 1 || node.operation is FillNode ? .same : .none)
      }
    }
    return known.last == .each
  }

  /// Whether the nodes through this one are those of a graph of the same for another number of samples: as operations, with
  /// their numbers. Swift code can look at the shape that it is given.
  func hasSameOperations(as other: Graph, through last: Int) -> Bool {
    guard last < nodes.count, last < other.nodes.count else { return false }
    return zip(nodes[...last], other.nodes[...last]).allSatisfy { a, b in
      if a.operands != b.operands { return false }
      if let a = a.operation as? InputNode, let b = b.operation as? InputNode { return a.name == b.name }
      if let a = a.operation as? FillNode, let b = b.operation as? FillNode { return a.bits == b.bits }
      return AnyHashable(a.operation) == AnyHashable(b.operation)
    }
  }
}
