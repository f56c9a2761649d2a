import Lanes

extension ParitySuite {
  /// Any bits, and what the transcendental functions tell apart.
  private static let unaryValues: [ParityValues] = [
    .bits, .normals, .scaled(100), .landmarks, .subnormals, .huge, .special, .scaled(0.7), .wide,
  ]

  static func unaryCases(thorough: Bool) -> [ParityCase] {
    var cases: [ParityCase] = []
    for operation in UnaryOperation.allCases {
      for (number, count) in vectorSizes.enumerated() {
        cases.append(unary(operation, count, layout(number), unaryValues[number % unaryValues.count], inPlace: false))
        cases.append(unary(operation, count, layout(number + 1), .bits, inPlace: true))
      }
      for (number, values) in unaryValues.enumerated() {
        for count in [777] + (thorough ? blockSizes : []) {
          cases.append(unary(operation, count, layout(number), values, inPlace: number % 3 == 2))
        }
      }
      cases.append(unary(operation, largeSize, .init(offset: 1), .bits, inPlace: false))
      cases += refusedUnary(operation)
    }
    return cases
  }

  private static func unary(
    _ operation: UnaryOperation, _ count: Int, _ layout: ParityMemory.Layout, _ values: ParityValues, inPlace: Bool
  ) -> ParityCase {
    let (here, there) = (ParityMemory.Layout(offset: layout.offset), ParityMemory.Layout(offset: layout.gap % 4))
    let name = "\(operation) count=\(count) x\(here) \(inPlace ? "in place" : "y\(there)") (\(values.name))"
    return ParityCase(.unary, name) { memory in
      let y = inPlace ? memory.inPlace("y", columns: count, here, values) : memory.output("y", columns: count, there)
      let x = inPlace ? y : memory.input("x", columns: count, here, values)
      return { backend throws(LanesError) in try backend.unary(operation, count: count, x.read, into: y.write) }
    }
  }

  private static func refusedUnary(_ operation: UnaryOperation) -> [ParityCase] {
    func refused(_ name: String, count: Int, shift: Int) -> ParityCase {
      ParityCase(.unary, "refused: \(operation) \(name)", isRefused: true) { memory in
        let x = memory.inPlace("x", columns: 40, .normals)
        return { backend throws(LanesError) in
          try backend.unary(operation, count: count, x.read, into: x.write + shift)
        }
      }
    }
    return [
      refused("count < 0", count: -1, shift: 0), refused("count least", count: .min, shift: 0),
      refused("count largest", count: .max, shift: 0), refused("y begins in x", count: 20, shift: 1),
      refused("y ends in x", count: 20, shift: 19),
    ]
  }

  static func unaryGradientCases(thorough: Bool) -> [ParityCase] {
    var cases: [ParityCase] = []
    for operation in UnaryOperation.allCases {
      for (number, count) in vectorSizes.enumerated() {
        for aliasing in GradientAliasing.allCases {
          let values = unaryValues[(number + cases.count) % unaryValues.count]
          cases.append(gradient(operation, count, layout(number), values, .normals, aliasing))
        }
      }
      for (number, values) in unaryValues.enumerated() {
        cases.append(gradient(operation, 777, layout(number), values, .special, .none))
      }
      let pairs = ParityValues.cornerList.count * ParityValues.cornerList.count
      cases.append(gradient(operation, pairs, .dense, .repeatedCorners, .corners, .none))
      if thorough || operation == .tanh {
        cases.append(gradient(operation, largeSize, .init(offset: 3), .bits, .bits, .none))
      }
      cases.append(
        ParityCase(.unaryGradient, "\(operation) of one array: value, dy and dx") { memory in
          let x = memory.inPlace("x", columns: 45, .special)
          return { backend throws(LanesError) in
            try backend.unaryGradient(operation, count: 45, of: x.read, x.read, into: x.write)
          }
        })
      cases += refusedGradient(operation)
    }
    return cases
  }

  /// What the gradient is written over.
  private enum GradientAliasing: String, CaseIterable {
    case none = "dx apart"
    case value = "dx is value"
    case dy = "dx is dy"
  }

  private static func gradient(
    _ operation: UnaryOperation, _ count: Int, _ layout: ParityMemory.Layout, _ values: ParityValues,
    _ upstream: ParityValues, _ aliasing: GradientAliasing
  ) -> ParityCase {
    let (here, there) = (ParityMemory.Layout(offset: layout.offset), ParityMemory.Layout(offset: layout.gap % 4))
    let name =
      "\(operation) count=\(count) value\(here) dy\(there) \(aliasing.rawValue) (\(values.name); dy \(upstream.name))"
    return ParityCase(.unaryGradient, name) { memory in
      let value =
        aliasing == .value
        ? memory.inPlace("value", columns: count, here, values) : memory.input("value", columns: count, here, values)
      let dy =
        aliasing == .dy
        ? memory.inPlace("dy", columns: count, there, upstream) : memory.input("dy", columns: count, there, upstream)
      let dx = aliasing == .value ? value : aliasing == .dy ? dy : memory.output("dx", columns: count, here)
      return { backend throws(LanesError) in
        try backend.unaryGradient(operation, count: count, of: value.read, dy.read, into: dx.write)
      }
    }
  }

  private static func refusedGradient(_ operation: UnaryOperation) -> [ParityCase] {
    func refused(_ name: String, count: Int, value: Int, dy: Int) -> ParityCase {
      ParityCase(.unaryGradient, "refused: \(operation) \(name)", isRefused: true) { memory in
        let x = memory.inPlace("x", columns: 200, .normals)
        return { backend throws(LanesError) in
          try backend.unaryGradient(operation, count: count, of: x.read + value, x.read + dy, into: x.write + 80)
        }
      }
    }
    return [
      refused("count < 0", count: -7, value: 0, dy: 40), refused("count largest", count: .max, value: 0, dy: 40),
      refused("dx begins in value", count: 20, value: 79, dy: 0), refused("dx ends in dy", count: 20, value: 0, dy: 99),
    ]
  }
}
