import Testing

@testable import LanesPlot

@Suite("Numbers as text")
struct NumberTextTests {
  @Test(
    "numbers are rounded to significant digits, the same in every locale",
    arguments: [
      (0, "0"), (-0.0, "0"), (1, "1"), (0.070649, "0.07065"), (43.12345, "43.12"), (40_000, "40,000"),
      (123_456.7, "123,457"), (999_999.7, "1,000,000"), (1e6, "10⁶"), (2.5e-7, "2.5×10⁻⁷"), (-1234.5, "−1,235"),
      (0.00012, "0.00012"), (0.99996, "1"), (-1e-10, "−10⁻¹⁰"), (.greatestFiniteMagnitude, "1.798×10³⁰⁸"),
      (.leastNonzeroMagnitude, "5×10⁻³²⁴"), (.nan, "NaN"), (.infinity, "∞"), (-.infinity, "−∞"),
    ] as [(Double, String)])
  func numbers(value: Double, text: String) {
    #expect(numberText(value) == text)
  }

  @Test("as many digits as are asked for")
  func digits() {
    #expect(numberText(.pi, digits: 1) == "3")
    #expect(numberText(.pi, digits: 6) == "3.14159")
    #expect(numberText(0.25, digits: 1) == "0.3")
    #expect(numberText(0.1249, digits: 2) == "0.12")
  }

  @Test(
    "pixels have at most two digits after the point",
    arguments: [
      (0, "0"), (1.5, "1.5"), (-0.004, "0"), (-0.05, "-0.05"), (100, "100"), (3.14159, "3.14"), (.nan, "0"),
      (.infinity, "1000000"),
    ] as [(Double, String)])
  func pixelTexts(value: Double, text: String) {
    #expect(pixels(value) == text)
  }
}
