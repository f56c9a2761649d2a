import Testing

@testable import LanesPlot

@Suite("Scales")
struct ScaleTests {
  /// An axis, and the labels of its ticks.
  struct Axis: Sendable, CustomTestStringConvertible {
    var kind = AxisScale.linear
    let from: Double, to: Double
    var limit = 6
    let labels: [String]
    var unit = ""
    var testDescription: String { "\(kind) \(from) to \(to), at most \(limit)" }
  }

  @Test(
    "ticks are at 1, 2 or 5 times a power of ten",
    arguments: [
      Axis(from: 0, to: 1, labels: ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
      Axis(from: 0, to: 1, limit: 5, labels: ["0.0", "0.5", "1.0"]),
      Axis(from: -3, to: 3, limit: 7, labels: ["−3", "−2", "−1", "0", "1", "2", "3"]),
      Axis(from: 0, to: 40_000, labels: ["0", "10,000", "20,000", "30,000", "40,000"]),
      Axis(from: 0.1, to: 0.3, labels: ["0.10", "0.15", "0.20", "0.25", "0.30"]),
      Axis(from: 0.07, to: 43, labels: ["10", "20", "30", "40"]),
      Axis(from: 0, to: 3e6, limit: 4, labels: ["0", "1", "2", "3"], unit: " (×10⁶)"),
      Axis(from: 1e-7, to: 3e-7, limit: 4, labels: ["1", "2", "3"], unit: " (×10⁻⁷)"),
      Axis(from: 1e9, to: 1e9 + 2, limit: 3, labels: ["0", "1", "2"], unit: " − 1,000,000,000"),
      Axis(from: -1e9, to: -1e9 + 2, limit: 3, labels: ["0", "1", "2"], unit: " + 1,000,000,000"),
      Axis(from: -1.7e308, to: 1.7e308, limit: 4, labels: ["−1", "0", "1"], unit: " (×10³⁰⁸)"),
      Axis(kind: .logarithmic, from: 0.05, to: 60, labels: ["0.1", "1", "10"]),
      Axis(kind: .logarithmic, from: 1, to: 1e6, limit: 7, labels: ["10⁰", "10¹", "10²", "10³", "10⁴", "10⁵", "10⁶"]),
      Axis(kind: .logarithmic, from: 1, to: 1e6, limit: 4, labels: ["10⁰", "10²", "10⁴", "10⁶"]),
      Axis(kind: .logarithmic, from: 1, to: 9, labels: ["1", "2", "5"]),
      Axis(kind: .logarithmic, from: 2e-8, to: 3e-7, labels: ["2×10⁻⁸", "5×10⁻⁸", "10⁻⁷", "2×10⁻⁷"]),
      Axis(kind: .logarithmic, from: 4.1, to: 4.35, labels: ["4.10", "4.15", "4.20", "4.25", "4.30", "4.35"]),
      Axis(kind: .logarithmic, from: 1e-300, to: 1e300, limit: 4, labels: ["10⁻²⁰⁰", "10⁰", "10²⁰⁰"]),
    ])
  func ticks(_ axis: Axis) {
    let ticks = Scale(axis.kind, from: axis.from, to: axis.to).ticks(atMost: axis.limit)
    #expect(ticks.labelled.map(\.label) == axis.labels)
    #expect(ticks.unitText == axis.unit)
  }

  @Test("tick values are the nearest to what their labels say")
  func tickValues() {
    let ticks = Scale(.linear, from: 0, to: 1).ticks(atMost: 11)
    #expect(ticks.labelled.map(\.value) == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1])
    let minor = Scale(.logarithmic, from: 1, to: 30).ticks(atMost: 5).minor
    #expect(minor == [2, 3, 4, 5, 6, 7, 8, 9, 20, 30])
  }

  @Test("any ends have ticks on the axis, at most as many as asked for", arguments: [AxisScale.linear, .logarithmic])
  func anyEnds(kind: AxisScale) {
    let magnitudes: [Double] = [
      0, .leastNonzeroMagnitude, .leastNormalMagnitude / 8, 1e-300, 3e-7, 0.3, 1, 1.0000001, 7, 1e5, 1e15, 1e300,
      1.7e308, .infinity,
    ]
    let values = magnitudes + magnitudes.map { -$0 } + [.nan]
    for first in values {
      for second in values {
        let scale = Scale(kind, covering: [first, second])
        #expect(scale.lower.isFinite && scale.upper.isFinite && scale.lower < scale.upper, "\(first), \(second)")
        #expect(kind == .linear || scale.lower > 0, "\(first), \(second)")
        for limit in 2...9 {
          let ticks = scale.ticks(atMost: limit).labelled
          #expect(ticks.count <= limit, "\(first), \(second), \(limit)")
          #expect(limit < 3 || !ticks.isEmpty, "\(first), \(second), \(limit)")
          for tick in ticks {
            let fraction = scale.fraction(of: tick.value) ?? .nan
            #expect((-1e-6...1.000001).contains(fraction), "\(first), \(second): \(tick)")
          }
        }
      }
    }
  }

  @Test("values that have no place do not count")
  func coverage() {
    let linear = Scale(.linear, covering: [.nan, 2, .infinity, 4, -.infinity], margin: 0)
    #expect(linear.lower == 2 && linear.upper == 4)
    let logarithmic = Scale(.logarithmic, covering: [0, -5, 0.1, .nan, 10], margin: 0)
    #expect(logarithmic.lower == 0.1 && logarithmic.upper == 10)
  }

  @Test("no value, one value and equal values have room around them")
  func degenerate() {
    #expect(Scale(.linear, covering: []) == Scale(.linear, from: 0, to: 1))
    #expect(Scale(.logarithmic, covering: [-1]) == Scale(.logarithmic, from: 1, to: 10))
    let constant = Scale(.linear, covering: [5, 5, 5])
    #expect(constant.lower == 4.5 && constant.upper == 5.5)
    let zero = Scale(.linear, covering: [0])
    #expect(zero.lower == -1 && zero.upper == 1)
    let one = Scale(.logarithmic, covering: [4])
    #expect(one.lower == 2 && one.upper == 8)
  }

  @Test("places are proportional to differences, or to ratios")
  func fractions() throws {
    let linear = Scale(.linear, from: -1, to: 3)
    #expect(linear.fraction(of: 0) == 0.25)
    #expect(linear.fraction(of: 5) == 1.5)
    #expect(linear.fraction(of: .nan) == nil)
    let logarithmic = Scale(.logarithmic, from: 0.01, to: 100)
    let middle = try #require(logarithmic.fraction(of: 1))
    #expect(abs(middle - 0.5) < 1e-12)
    #expect(logarithmic.fraction(of: 0) == nil)
  }
}
