import Dispatch
import Lanes
import Synchronization

/// A kernel over float32 inputs, in ascending order, against float64.
struct AccuracySweep: Sendable {
  let operation: UnaryOperation
  let isDerivative: Bool
  let backend: NativeBackend
  /// Each how-manyth input is taken.
  let stride: Int

  /// What was found, over some of the inputs.
  struct Findings: Sendable {
    var inputs = 0
    /// In units in the last place of the exact value.
    var worst = 0.0
    var worstArgument: Float = 0
    /// Within 1/8 of where a derivative changes its sign: the absolute error, in units of 2⁻²⁴.
    var worstNearZero: Double?
    /// Neighbours whose results go the other way than the exact values.
    var reversals = 0
    /// Results that are a number and should not be, or the other way round.
    var wrongNaNs = 0

    mutating func add(_ other: Findings) {
      inputs += other.inputs
      if other.worst > worst { (worst, worstArgument) = (other.worst, other.worstArgument) }
      if let near = other.worstNearZero { worstNearZero = max(worstNearZero ?? 0, near) }
      reversals += other.reversals
      wrongNaNs += other.wrongNaNs
    }
  }

  private static let block = 4096
  private static let blocksOfTask = 256

  /// The kth float32 of all: the negative NaNs, −∞ … −0, +0 … +∞, the positive NaNs.
  static func input(_ k: Int) -> Float {
    let bits = UInt32(truncatingIfNeeded: k)
    return Float(bitPattern: bits < 0x8000_0000 ? ~bits : bits ^ 0x8000_0000)
  }

  /// - Parameter progress: called with the share that is done, from any thread, one at a time.
  func run(threads: Int, progress: @escaping @Sendable (Double) -> Void) throws(LanesError) -> Findings {
    let count = ((1 << 32) + stride - 1) / stride
    let each = Self.block * Self.blocksOfTask
    let tasks = (count + each - 1) / each
    let state = Mutex((next: 0, done: 0, findings: Findings(), error: LanesError?.none))
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      while let task = state.withLock({ state -> Int? in
        guard state.next < tasks, state.error == nil else { return nil }
        state.next += 1
        return state.next - 1
      }) {
        do throws(LanesError) {
          let found = try findings(task * each..<min((task + 1) * each, count))
          state.withLock {
            $0.findings.add(found)
            $0.done += 1
            progress(Double($0.done) / Double(tasks))
          }
        } catch {
          state.withLock { $0.error = error }
        }
      }
    }
    return try state.withLock { state throws(LanesError) in
      if let error = state.error { throw error }
      return state.findings
    }
  }

  /// The result of the kernel.
  func apply(_ x: [Float], into y: inout [Float], _ ones: [Float]) throws(LanesError) {
    if isDerivative {
      try backend.unaryGradient(operation, count: x.count, of: x, ones, into: &y)
    } else {
      try backend.unary(operation, count: x.count, x, into: &y)
    }
  }

  private func findings(_ range: Range<Int>) throws(LanesError) -> Findings {
    var found = Findings()
    let exact = isDerivative ? AccuracyTruth.derivative(operation) : AccuracyTruth.value(operation)
    guard let exact else { return found }
    let zero = isDerivative ? AccuracyTruth.zero(ofDerivative: operation) ?? .nan : .nan
    let ones = [Float](repeating: 1, count: Self.block)
    var x = ones
    var y = ones
    // The one before the range too, for the comparison of neighbours.
    var start = max(range.lowerBound - 1, 0)
    found.inputs = range.count
    var before = (y: Float.nan, exact: Double.nan)
    while start < range.upperBound {
      let count = min(Self.block, range.upperBound - start)
      for i in 0..<Self.block { x[i] = Self.input((start + min(i, count - 1)) * stride) }
      try apply(x, into: &y, ones)
      for i in 0..<count {
        let (x, y) = (x[i], y[i])
        let t = x.isNaN ? .nan : exact(Double(x))
        if y.isNaN || t.isNaN {
          if y.isNaN != t.isNaN { found.wrongNaNs += 1 }
          before = (.nan, .nan)
          continue
        }
        if t > before.exact ? y < before.y : t < before.exact && y > before.y { found.reversals += 1 }
        before = (y, t)
        if abs(Double(x) - zero) < 0.125 {
          found.worstNearZero = max(found.worstNearZero ?? 0, abs(Double(y) - t) * 0x1p24)
          continue
        }
        let error = Self.unitsInLastPlace(y, t)
        if error > found.worst { (found.worst, found.worstArgument) = (error, x) }
      }
      start += count
    }
    return found
  }

  /// |y − exact| in float32's units in the last place at the exact value; an infinite y stands for 2¹²⁸.
  static func unitsInLastPlace(_ y: Float, _ exact: Double) -> Double {
    let most = 0x1p128
    let value = y.isInfinite ? (y < 0 ? -most : most) : Double(y)
    let bounded = min(max(exact, -most), most)
    let exponent = Int(truncatingIfNeeded: bounded.bitPattern >> 52 & 0x7ff) - 1023
    let unit = min(max(exponent, -126), 127) - 23
    return abs(value - bounded) * Double(bitPattern: UInt64(1023 - unit) << 52)
  }
}
