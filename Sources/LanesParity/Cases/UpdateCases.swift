import Lanes

/// One kind of update with its settings.
private struct UpdateKind: Sendable {
  enum Kind: Sendable {
    case sgd
    case momentum(nesterov: Bool)
    case adagrad, rmsProp
    case adam
    case movingAverage
  }
  let name: String
  let kind: Kind
  var rate: Float = 0.01, first: Float = 0.9, second: Float = 0.999, epsilon: Float = 1e-8

  /// Lays out the state and the gradient, and gives the update that uses them.
  func update(
    _ memory: ParityMemory, count: Int, offset: Int, gradient: ParityValues, moments: ParityValues
  ) -> Update {
    func state(_ name: String, _ values: ParityValues, _ shift: Int) -> UnsafeMutablePointer<Float> {
      memory.inPlace(name, columns: count, .init(offset: (offset + shift) % 4), values).write
    }
    let source = memory.input("gradient", columns: count, .init(offset: offset), gradient).read
    switch kind {
    case .sgd: return .sgd(gradient: source, rate: rate)
    case .momentum(let nesterov):
      return .momentum(
        velocity: state("velocity", .normals, 1), gradient: source, rate: rate, momentum: first, nesterov: nesterov)
    case .adagrad:
      return .adagrad(accumulator: state("accumulator", moments, 1), gradient: source, rate: rate, epsilon: epsilon)
    case .rmsProp:
      return .rmsProp(
        meanSquare: state("meanSquare", moments, 1), velocity: state("velocity", .normals, 2), gradient: source,
        rate: rate, rho: first, momentum: second, epsilon: epsilon)
    case .adam:
      return .adam(
        firstMoment: state("firstMoment", .normals, 1), secondMoment: state("secondMoment", moments, 2),
        gradient: source, rate: rate, beta1: first, beta2: second, epsilon: epsilon)
    case .movingAverage: return .movingAverage(of: source, decay: first)
    }
  }
}

private let kinds: [UpdateKind] = [
  UpdateKind(name: "sgd", kind: .sgd),
  UpdateKind(name: "momentum", kind: .momentum(nesterov: false)),
  UpdateKind(name: "nesterov", kind: .momentum(nesterov: true)),
  UpdateKind(name: "adagrad", kind: .adagrad),
  UpdateKind(name: "rmsProp", kind: .rmsProp),
  UpdateKind(name: "adam", kind: .adam),
  UpdateKind(name: "movingAverage", kind: .movingAverage, first: 0.99),
]

/// Settings at which something is 0, exact, infinite or no number.
private let corners: [UpdateKind] = kinds.flatMap { kind in
  [
    UpdateKind(name: kind.name, kind: kind.kind, rate: 0, first: 0, second: 0, epsilon: 0),
    UpdateKind(name: kind.name, kind: kind.kind, rate: -1, first: 1, second: 1, epsilon: 1),
    UpdateKind(name: kind.name, kind: kind.kind, rate: .nan, first: 0.5, second: 0.25, epsilon: 1e-3),
    UpdateKind(name: kind.name, kind: kind.kind, rate: 0x1p-140, first: .infinity, second: 0.9, epsilon: 0x1p-140),
  ]
}

extension ParitySuite {
  static func updateCases(thorough: Bool) -> [ParityCase] {
    let gradients: [ParityValues] = [.normals, .special, .wide]
    var cases: [ParityCase] = []
    for kind in kinds {
      for (number, count) in vectorSizes.enumerated() {
        for offset in 0..<2 {
          cases.append(
            update(kind, count, offset: (number + 2 * offset) % 4, gradients[(number + offset) % 3], .positives))
        }
      }
      for (number, gradient) in [
        ParityValues.bits, .landmarks, .subnormals, .huge, .integers, .constant(0), .normals.planting(.nan, at: .last),
      ].enumerated() {
        cases.append(update(kind, 301, offset: number % 4, gradient, .positives))
        cases.append(update(kind, 97, offset: number % 4, gradient, .special))
      }
      for count in blockSizes + [largeSize] { cases.append(update(kind, count, offset: 1, .normals, .positives)) }
    }
    for kind in corners { cases.append(update(kind, 53, offset: 2, .special, .positives)) }
    return cases + optionCases() + refusedUpdates()
  }

  private static func update(
    _ kind: UpdateKind, _ count: Int, offset: Int, _ gradient: ParityValues, _ moments: ParityValues
  ) -> ParityCase {
    let settings = "rate=\(kind.rate) \(kind.first) \(kind.second) \(kind.epsilon)"
    let name = "\(kind.name) count=\(count) +\(offset) \(settings) (gradient \(gradient.name); \(moments.name))"
    return ParityCase(.update, name) { memory in
      let parameter = memory.inPlace("parameter", columns: count, .init(offset: offset), .normals).write
      let update = kind.update(memory, count: count, offset: offset, gradient: gradient, moments: moments)
      return { backend throws(LanesError) in try backend.update(parameter, count: count, by: update) }
    }
  }

  /// Every rule with every combination of options; and options that are 0, infinite or no number.
  private static func optionCases() -> [ParityCase] {
    var cases: [ParityCase] = []
    for kind in kinds where kind.name != "movingAverage" {
      for (set, chosen) in (0..<32).enumerated() {
        let options = UpdateOptions(
          gradientScale: chosen & 1 != 0 ? 0.3 : 1, low: chosen & 2 != 0 ? -0.5 : -.infinity,
          high: chosen & 2 != 0 ? 0.4 : .infinity, decay: chosen & 4 != 0 ? 0.01 : 0,
          shrink: chosen & 8 != 0 ? 0.001 : 0, averageDecay: 0.99)
        let gradient: ParityValues = [.normals, .special, .wide][set % 3]
        for count in [1, 33, 301] {
          cases.append(
            update(kind, count, offset: set % 4, gradient, .positives, options, isAveraged: chosen & 16 != 0))
        }
      }
      for number: Float in [0, -1, .nan, .infinity, 0x1p-140] {
        let options = [
          UpdateOptions(gradientScale: number), UpdateOptions(low: number), UpdateOptions(high: number),
          UpdateOptions(low: 1, high: number), UpdateOptions(decay: number), UpdateOptions(shrink: number),
          UpdateOptions(gradientScale: 2, averageDecay: number),
        ]
        for (shift, options) in options.enumerated() {
          cases.append(update(kind, 53, offset: shift % 4, .special, .positives, options, isAveraged: true))
        }
      }
      let all = UpdateOptions(gradientScale: 0.3, low: -0.5, high: 0.4, decay: 0.01, shrink: 0.001, averageDecay: 0.9)
      for count in blockSizes + [largeSize] {
        cases.append(update(kind, count, offset: 1, .normals, .positives, all, isAveraged: true))
      }
    }
    return cases
  }

  private static func update(
    _ kind: UpdateKind, _ count: Int, offset: Int, _ gradient: ParityValues, _ moments: ParityValues,
    _ options: UpdateOptions, isAveraged: Bool
  ) -> ParityCase {
    let numbers = (
      options.gradientScale, options.low, options.high, options.decay, options.shrink, options.averageDecay
    )
    let name = "\(kind.name) count=\(count) +\(offset) options=\(numbers) averaged=\(isAveraged) (\(gradient.name))"
    return ParityCase(.update, name) { memory in
      let parameter = memory.inPlace("parameter", columns: count, .init(offset: offset), .normals).write
      let update = kind.update(memory, count: count, offset: offset, gradient: gradient, moments: moments)
      let average =
        isAveraged ? memory.inPlace("average", columns: count, .init(offset: (offset + 3) % 4), .normals).write : nil
      return { backend throws(LanesError) in
        let options = UpdateOptions(
          gradientScale: numbers.0, low: numbers.1, high: numbers.2, decay: numbers.3, shrink: numbers.4,
          average: average, averageDecay: numbers.5)
        try backend.update(parameter, count: count, by: update, options: options)
      }
    }
  }

  /// Negative counts, and every pair of arrays that shares memory.
  private static func refusedUpdates() -> [ParityCase] {
    func refused(
      _ name: String, count: Int = 20, parameter: Int = 0,
      _ make: @escaping @Sendable (UnsafeMutablePointer<Float>) -> Update
    ) -> ParityCase {
      ParityCase(.update, "refused: \(name)", isRefused: true) { memory in
        let whole = memory.inPlace("whole", columns: 200, .normals).write
        let update = make(whole)
        return { backend throws(LanesError) in try backend.update(whole + parameter, count: count, by: update) }
      }
    }
    func momentum(_ v: Int, _ g: Int) -> @Sendable (UnsafeMutablePointer<Float>) -> Update {
      { .momentum(velocity: $0 + v, gradient: $0 + g, rate: 0.1, momentum: 0.9, nesterov: false) }
    }
    @Sendable func adam(_ m: Int, _ v: Int, _ g: Int) -> @Sendable (UnsafeMutablePointer<Float>) -> Update {
      {
        .adam(
          firstMoment: $0 + m, secondMoment: $0 + v, gradient: $0 + g, rate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8
        )
      }
    }
    func averaged(_ name: String, _ average: Int) -> ParityCase {
      ParityCase(.update, "refused: \(name)", isRefused: true) { memory in
        let whole = memory.inPlace("whole", columns: 200, .normals).write
        let (update, options) = (adam(50, 100, 150)(whole), UpdateOptions(average: whole + average))
        return { backend throws(LanesError) in try backend.update(whole, count: 20, by: update, options: options) }
      }
    }
    return [
      averaged("average is parameter", 0),
      averaged("average in first moment", 69),
      averaged("average in second moment", 81),
      averaged("average in gradient", 169),
      refused("sgd count < 0", count: -1) { .sgd(gradient: $0 + 50, rate: 0.1) },
      refused("sgd count largest", count: .max) { .sgd(gradient: $0 + 50, rate: 0.1) },
      refused("sgd gradient is parameter") { .sgd(gradient: $0, rate: 0.1) },
      refused("sgd gradient in parameter") { .sgd(gradient: $0 + 19, rate: 0.1) },
      refused("momentum count < 0", count: -1, momentum(50, 100)),
      refused("momentum velocity is parameter", momentum(0, 100)),
      refused("momentum gradient is parameter", momentum(50, 0)),
      refused("momentum gradient in velocity", momentum(50, 69)),
      refused("adam count < 0", count: .min, adam(50, 100, 150)),
      refused("adam moment is parameter", adam(0, 100, 150)),
      refused("adam second moment in parameter", adam(50, 19, 150)),
      refused("adam moments overlap", adam(50, 69, 150)),
      refused("adam gradient in first moment", adam(50, 100, 40)),
      refused("adam gradient is second moment", adam(50, 100, 100)),
      refused("adam gradient in parameter", adam(50, 100, 1)),
      refused("movingAverage count < 0", count: -1) { .movingAverage(of: $0 + 50, decay: 0.9) },
      refused("movingAverage of itself") { .movingAverage(of: $0, decay: 0.9) },
      refused("movingAverage of part of itself", parameter: 10) { .movingAverage(of: $0, decay: 0.9) },
    ]
  }
}
