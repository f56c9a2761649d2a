/// An activation function and its derivative over a range of inputs.
public struct ActivationChart: Chart {
  public var title: String
  /// Of the inputs.
  public var function: Series, derivative: Series
  public var size: ChartSize

  /// Curves from values: `outputs` and `derivatives` belong to `inputs`, one to one.
  public init(
    title: String, inputs: [Double], outputs: [Double], derivatives: [Double], size: ChartSize = .standard
  ) {
    self.title = title
    function = Series("f(x)", x: inputs, y: outputs)
    derivative = Series("derivative f′(x)", x: inputs, y: derivatives)
    self.size = size
  }

  /// Curves of functions over a range.
  public init(
    title: String, over range: ClosedRange<Double> = -6...6, function: (Double) -> Double,
    derivative: (Double) -> Double, size: ChartSize = .standard
  ) {
    self.title = title
    self.function = Series("f(x)", over: range, count: 961, function)
    self.derivative = Series("derivative f′(x)", over: range, count: 961, derivative)
    self.size = size
  }

  public func drawing(size: ChartSize) -> SVG {
    LineChart(title: title, x: "x", y: "value", series: [function, derivative], size: size)
      .drawing(size: size, hasZeroLines: true)
  }
}
