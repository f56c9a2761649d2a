import Lanes

/// What `lanes accuracy` found.
struct AccuracyResult {
  struct Row {
    let name: String
    let findings: AccuracySweep.Findings
    /// At −∞, −0, +0, +∞.
    let landmarks: [Float]

    init(_ sweep: AccuracySweep, _ findings: AccuracySweep.Findings) throws(LanesError) {
      name = "\(sweep.operation)" + (sweep.isDerivative ? "′" : "")
      self.findings = findings
      var y = [Float](repeating: 0, count: 4)
      try sweep.apply([-.infinity, -0.0, 0, .infinity], into: &y, [1, 1, 1, 1])
      landmarks = y
    }
  }

  let isa: String, stride: Int
  let rows: [Row]

  private static func text(_ value: Float) -> String {
    value.isNaN
      ? "NaN"
      : value.isInfinite ? (value < 0 ? "−∞" : "+∞") : value == 0 ? (value.sign == .minus ? "−0" : "+0") : "\(value)"
  }

  /// With two decimals, rounded up: a bound.
  static func bound(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded(.up))
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }

  /// A table for the documentation.
  var markdown: String {
    var text = "| function | worst ULP | at | near its zero, 2⁻²⁴ | reversals | wrong NaNs | at −∞, −0, +0, +∞ |\n"
    text += "| --- | ---: | --- | ---: | ---: | ---: | --- |\n"
    for row in rows {
      let found = row.findings
      let cells = [
        row.name, Self.bound(found.worst), found.worst == 0 ? "" : "\(found.worstArgument)",
        found.worstNearZero.map(Self.bound) ?? "", "\(found.reversals)", "\(found.wrongNaNs)",
        row.landmarks.map(Self.text).joined(separator: ", "),
      ]
      text += "| \(cells.joined(separator: " | ")) |\n"
    }
    return text
  }

  var json: JSON {
    .object([
      ("isa", .string(isa)), ("sample", .integer(stride)),
      (
        "functions",
        .array(
          rows.map { row in
            .object([
              ("name", .string(row.name)), ("inputs", .integer(row.findings.inputs)),
              ("worstULP", .double(row.findings.worst)),
              ("worstArgumentBits", .integer(Int(row.findings.worstArgument.bitPattern))),
              ("worstNearZero", row.findings.worstNearZero.map(JSON.double) ?? .null),
              ("reversals", .integer(row.findings.reversals)), ("wrongNaNs", .integer(row.findings.wrongNaNs)),
              ("landmarkBits", .array(row.landmarks.map { .integer(Int($0.bitPattern)) })),
            ])
          })
      ),
    ])
  }
}
