import Foundation
import Lanes
import LanesParity
import Testing

func tanhOf(_ x: Double) -> Double { Foundation.tanh(x) }

/// C3 against float64, tables and difference quotients.
@Suite struct UnaryReferenceTests {
  private static func exact(_ operation: UnaryOperation, _ x: Double) -> Double {
    switch operation {
    case .identity: x
    case .relu: x < 0 ? 0 : x
    case .sigmoid: 1 / (1 + Foundation.exp(-x))
    case .tanh: Foundation.tanh(x)
    case .exp: Foundation.exp(x)
    case .log: x < 0 ? .nan : Foundation.log(x)
    case .sqrt: x.squareRoot()
    case .square: x * x
    case .abs: abs(x)
    case .negate: -x
    case .reciprocal: 1 / x
    case .leakyRelu: x < 0 ? Double(Float(0.2)) * x : x
    case .relu6: Swift.min(Swift.max(x, 0), 6)
    case .elu: x > 0 ? x : Foundation.expm1(x)
    case .selu: x > 0 ? 1.0507009873554805 * x : 1.7580993408473768 * Foundation.expm1(x)
    // The limit at −∞ is 0, where the product of the formula is not a number.
    case .gelu: x == -.infinity ? 0 : x * 0.5 * Foundation.erfc(-x / 2.0.squareRoot())
    case .geluTanh: x < -50 ? 0 : x / (1 + Foundation.exp(-1.5957691216057308 * (x + 0.044715 * x * x * x)))
    case .silu: x == -.infinity ? 0 : x / (1 + Foundation.exp(-x))
    case .mish: x == -.infinity ? 0 : x * Foundation.tanh(x > 40 ? x : Foundation.log1p(Foundation.exp(x)))
    case .softplus: x > 40 ? x : Foundation.log1p(Foundation.exp(x))
    case .softsign: abs(x) == .infinity ? (x > 0 ? 1 : -1) : x / (1 + abs(x))
    case .hardSigmoid: Swift.min(Swift.max(x + 3, 0), 6) / 6
    case .hardSwish: x == -.infinity ? 0 : x * (Swift.min(Swift.max(x + 3, 0), 6) / 6)
    case .hardTanh: Swift.min(Swift.max(x, -1), 1)
    case .erf: Foundation.erf(x)
    case .expm1: Foundation.expm1(x)
    case .log1p: x < -1 ? .nan : Foundation.log1p(x)
    }
  }

  /// Within a few units in the last place, and correctly rounded where one operation gives the result.
  @Test(arguments: UnaryOperation.allCases)
  func isCloseToFloat64(operation: UnaryOperation) throws {
    var generator = ParityGenerator(seed: "\(operation)")
    var x = (0..<60_000).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: generator.next())) }
    x +=
      values(60_000, seed: "near", in: -12...12) + values(60_000, seed: "far", in: -110...100)
      + ParityValues.landmarkList
    let y = try Reference.unary(operation, x)
    let bound: Double =
      switch operation {
      case .exp, .log, .elu, .geluTanh, .silu, .mish, .hardSigmoid: 1
      case .tanh, .sigmoid, .gelu, .log1p, .erf, .softsign: 1.5
      case .softplus, .selu, .hardSwish, .expm1: 2
      default: 0.5
      }
    var worst = (error: -Double.infinity, x: Float.nan)
    for (x, y) in zip(x, y) {
      let exact = Self.exact(operation, Double(x))
      let error = unitsInLastPlace(y, exact)
      if !(error <= worst.error) { worst = (error, x) }
    }
    #expect(worst.error <= bound, "\(operation)(\(worst.x)) is \(worst.error) units off")
  }

  /// The worst arguments that `lanes accuracy` has found, and those that earlier formulas failed at.
  @Test(
    arguments: [
      (.exp, [-59.26467, 80.7874, 5.85402], 1), (.log, [1.26022, 0.6991592], 1),
      (.sigmoid, [-0.000809848309, -0.210459, -6.93085, -4.84645509, -2.02176, -88.5, -103.9, 0.679575861], 1.5),
      (.tanh, [-0.24958406, 0.123688072, 0.6257871], 1.5),
      (.gelu, [-13.1051, 5.48236e-08, 1.48936e-05, -14.4], 1.5), (.geluTanh, [-9.67434, -11.8061], 1),
      (.silu, [-103.969, -91.3459], 1), (.mish, [-103.969, -91.3459], 1), (.softplus, [-0.7679, -0.878772], 2),
      (.erf, [1.0607, 1.00005], 1.5), (.expm1, [0.3465899, 0.387693, -1.33642e-38], 2), (.log1p, [0.445278], 1.5),
    ] as [(UnaryOperation, [Float], Double)])
  func hardArguments(operation: UnaryOperation, x: [Float], bound: Double) throws {
    for (x, y) in zip(x, try Reference.unary(operation, x)) {
      let error = unitsInLastPlace(y, Self.exact(operation, Double(x)))
      #expect(error <= bound, "\(operation)(\(x)) is \(error) units off")
    }
  }

  /// softsign's slope, at the worst arguments of this formula and of a quotient of quotients.
  @Test func hardArgumentsOfASlope() throws {
    let x: [Float] = [-0x1.6a148ep+27, -23_735_264, -255.8004, 0x1p70, 3]
    for (x, y) in zip(x, try Reference.gradient(.softsign, of: x, [1, 1, 1, 1, 1])) {
      let d = 1 + Double(x.magnitude)
      #expect(unitsInLastPlace(y, 1 / (d * d)) <= 2, "at \(x)")
    }
    #expect(try Reference.gradient(.gelu, of: [-.infinity, .infinity], [1, 1]) == [0, 1])
  }

  /// The slopes that cross 0, next to where their error counts as a relative one, and where the formula or an earlier one is
  /// worst.
  @Test(
    arguments: [
      (.gelu, [-0.62510765, -0.625838041, -0.9207, -0.3327, 0.0281457268, -12.9], 1),
      (.geluTanh, [-0.62419367, -0.623589814, -0.884269655, 0.215982378, -9.7], 1),
      (.silu, [-1.1497396, -1.14718509, -1.40474105, -91.8758698, 0.305521429], 1),
      (.mish, [-0.1625053, -0.160557628, -1.06368566, 0.689035237, 0.529644847, -1.33], 1.5),
    ] as [(UnaryOperation, [Float], Double)])
  func hardArgumentsOfSlopesThatCrossZero(operation: UnaryOperation, x: [Float], bound: Double) throws {
    let ones = [Float](repeating: 1, count: x.count)
    for (x, y) in zip(x, try Reference.gradient(operation, of: x, ones)) {
      let error = unitsInLastPlace(y, Self.exactSlope(operation, Double(x)))
      #expect(error <= bound, "\(operation)′(\(x)) is \(error) units off")
    }
  }

  private static func exactSlope(_ operation: UnaryOperation, _ x: Double) -> Double {
    let e = Foundation.exp(x)
    // x·sigmoid(v(x)), k = x·v′(x).
    func slope(_ v: Double, _ k: Double) -> Double {
      let (w, other) = (1 / (1 + Foundation.exp(-v)), 1 / (1 + Foundation.exp(v)))
      return w * (1 + k * other)
    }
    switch operation {
    case .gelu:
      let density = Foundation.exp(-x * x / 2) / (2 * Double.pi).squareRoot()
      return 0.5 * Foundation.erfc(-x / 2.0.squareRoot()) + x * density
    case .geluTanh:
      let (c, cubic) = (1.5957691216057308 * x, 1.5957691216057308 * 0.044715 * x * x * x)
      return slope(c + cubic, c + 3 * cubic)
    case .silu: return slope(x, x)
    case .mish:
      let d = e * e + 2 * e + 2
      return e * (e * e * e + 4 * e * e + (4 * x + 6) * e + 4 * x + 4) / (d * d)
    default: return .nan
    }
  }

  /// Values that follow from the definitions.
  @Test(
    arguments: [
      (.relu, [-1, -0.0, 0, 2, -.infinity, .infinity], [0, -0.0, 0, 2, 0, .infinity]),
      (.sigmoid, [0, -0.0, .infinity, -.infinity, 200, -200], [0.5, 0.5, 1, 0, 1, 0]),
      (.tanh, [0, -0.0, .infinity, -.infinity, 20, -20], [0, -0.0, 1, -1, 1, -1]),
      (.exp, [0, -0.0, .infinity, -.infinity, 89, -104], [1, 1, .infinity, 0, .infinity, 0]),
      (.log, [1, 0, -0.0, .infinity], [0, -.infinity, -.infinity, .infinity]),
      (.sqrt, [4, -0.0, .infinity], [2, -0.0, .infinity]),
      (.abs, [-0.0, -3, -.infinity], [0, 3, .infinity]),
      (.negate, [0, -2, .infinity], [-0.0, 2, -.infinity]),
      (.reciprocal, [0, -0.0, .infinity, 4], [.infinity, -.infinity, 0, 0.25]),
    ] as [(UnaryOperation, [Float], [Float])])
  func table(operation: UnaryOperation, x: [Float], y: [Float]) throws {
    #expect(try Reference.unary(operation, x).map(\.bitPattern) == y.map(\.bitPattern))
  }

  @Test(arguments: UnaryOperation.allCases)
  func aNaNStaysOne(operation: UnaryOperation) throws {
    let negative = Float(bitPattern: 0xffc0_0001)
    #expect(try Reference.unary(operation, [.nan, negative, .signalingNaN]).allSatisfy(\.isNaN))
    let outside: [Float] = [-1, -.leastNonzeroMagnitude, -.infinity]
    if operation == .log { #expect(try Reference.unary(.log, outside).allSatisfy(\.isNaN)) }
  }

  /// dx against the difference quotient of f in float64.
  @Test(arguments: UnaryOperation.allCases)
  func theGradientIsTheSlope(operation: UnaryOperation) throws {
    let range: ClosedRange<Float> = [.log, .sqrt, .reciprocal, .log1p].contains(operation) ? 0.2...4 : -4...4
    let x = values(500, seed: "slope", in: range).filter { abs($0) > 0.01 }
    let dy = values(x.count, seed: "dy", in: -2...2)
    let argument = operation.gradientArgument == .input ? x : try Reference.unary(operation, x)
    let dx = try Reference.gradient(operation, of: argument, dy)
    for i in x.indices {
      let (at, step) = (Double(x[i]), 1e-5)
      let slope = (Self.exact(operation, at + step) - Self.exact(operation, at - step)) / (2 * step)
      #expect(close(dx[i], slope * Double(dy[i]), 2e-5), "\(operation) at \(at)")
    }
  }

  @Test func gradientsOfNaN() throws {
    for operation in UnaryOperation.allCases {
      #expect(try Reference.gradient(operation, of: [0.5], [.nan])[0].isNaN, "\(operation)")
      // These give dy or a part of it, whatever the value.
      if [.identity, .relu, .negate, .leakyRelu, .relu6, .hardTanh, .hardSigmoid].contains(operation) { continue }
      #expect(try Reference.gradient(operation, of: [.nan], [1])[0].isNaN, "\(operation)")
    }
  }

  @Test(
    arguments: [
      (.relu, [-0.0, 0, .leastNonzeroMagnitude, .nan], [7, 7, 7, 7], [0, 0, 7, 7]),
      (.abs, [-1, -0.0, 0, 2], [3, 3, 3, -0.0], [-3, 0, 0, -0.0]),
      (.tanh, [1, -1, 0], [5, 5, 5], [0, 0, 5]),
      (.sigmoid, [0, 1, 0.5], [8, 8, 8], [0, 0, 2]),
      (.reciprocal, [2, -2], [3, 3], [-12, -12]),
    ] as [(UnaryOperation, [Float], [Float], [Float])])
  func gradientTable(operation: UnaryOperation, value: [Float], dy: [Float], dx: [Float]) throws {
    #expect(try Reference.gradient(operation, of: value, dy).map(\.bitPattern) == dx.map(\.bitPattern))
  }
}
