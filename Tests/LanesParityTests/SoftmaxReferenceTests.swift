import Foundation
import Lanes
import Testing

/// C6 against float64, and at its extremes.
@Suite struct SoftmaxReferenceTests {
  private func exactSoftmax(_ x: [Float]) -> [Double] {
    let largest = Double(x.max() ?? 0)
    let z = x.map { Foundation.exp(Double($0) - largest) }
    return z.map { $0 / z.reduce(0, +) }
  }

  @Test(arguments: [1, 2, 15, 16, 17, 100])
  func softmaxIsCloseToFloat64(columns: Int) throws {
    let x = values(3 * columns, seed: "logits", in: -20...20)
    let y = try Reference.softmax(rows: 3, columns: columns, x)
    for i in 0..<3 {
      let row = i * columns..<(i + 1) * columns
      for (actual, exact) in zip(y[row], exactSoftmax(Array(x[row]))) { #expect(close(actual, exact, 1e-6)) }
    }
  }

  @Test(arguments: [1, 2, 15, 16, 17, 100])
  func logSoftmaxIsCloseToFloat64(columns: Int) throws {
    let x = values(3 * columns, seed: "logits", in: -20...20)
    let y = try Reference.logSoftmax(rows: 3, columns: columns, x)
    for i in 0..<3 {
      let row = i * columns..<(i + 1) * columns
      for (actual, exact) in zip(y[row], exactSoftmax(Array(x[row]))) {
        #expect(close(actual, Foundation.log(exact), 1e-6))
      }
    }
    // Where softmax is 0 its logarithm is not −∞.
    #expect(try Reference.logSoftmax(rows: 1, columns: 2, [0, -1000]) == [0, -1000])
    #expect(try Reference.logSoftmax(rows: 1, columns: 2, [1, .nan]).allSatisfy(\.isNaN))
  }

  @Test func theLogarithmsGradientIsCloseToFloat64() throws {
    let columns = 37
    let y = try Reference.logSoftmax(rows: 2, columns: columns, values(2 * columns, seed: "x", in: -3...3))
    let dy = values(2 * columns, seed: "dy", in: -1...1)
    let dx = try Reference.logSoftmaxGradient(columns: columns, of: y, dy)
    for i in 0..<2 {
      let row = i * columns..<(i + 1) * columns
      let t = row.reduce(0.0) { $0 + Double(dy[$1]) }
      for j in row { #expect(close(dx[j], Double(dy[j]) - Foundation.exp(Double(y[j])) * t, 1e-6)) }
    }
  }

  @Test func extremes() throws {
    let most = Float.greatestFiniteMagnitude
    #expect(try Reference.softmax(rows: 1, columns: 3, [most, -most, most]) == [0.5, 0, 0.5])
    #expect(try Reference.softmax(rows: 1, columns: 2, [1e6, 1e6]) == [0.5, 0.5])
    #expect(try Reference.softmax(rows: 2, columns: 1, [-most, 7]) == [1, 1])
    #expect(try Reference.softmax(rows: 1, columns: 2, [-.infinity, 3]) == [0, 1])
    for row: [Float] in [[1, .nan], [.infinity, 1], [-.infinity, -.infinity]] {
      #expect(try Reference.softmax(rows: 1, columns: 2, row).allSatisfy(\.isNaN))
    }
    // A row's NaN stays in the row.
    #expect(try Reference.softmax(rows: 2, columns: 2, [.nan, 1, 0, 0]).suffix(2) == [0.5, 0.5])
  }

  @Test func theGradientIsCloseToFloat64() throws {
    let columns = 37
    let y = try Reference.softmax(rows: 2, columns: columns, values(2 * columns, seed: "x", in: -3...3))
    let dy = values(2 * columns, seed: "dy", in: -1...1)
    let dx = try Reference.softmaxGradient(columns: columns, of: y, dy)
    for i in 0..<2 {
      let row = i * columns..<(i + 1) * columns
      let t = row.reduce(0.0) { $0 + Double(dy[$1]) * Double(y[$1]) }
      for j in row { #expect(close(dx[j], (Double(dy[j]) - t) * Double(y[j]), 1e-6)) }
    }
  }

  @Test(arguments: [1, 10, 33])
  func crossEntropyIsCloseToFloat64(columns: Int) throws {
    let x = values(4 * columns, seed: "logits", in: -8...8)
    let labels = (0..<4).map { Int32($0 * 7 % columns) }
    let oneHot = labels.flatMap { label in (0..<columns).map { Float($0 == Int(label) ? 1 : 0) } }
    let sparse = try Reference.crossEntropy(columns: columns, x, labels: labels, scale: 0.25)
    let dense = try Reference.crossEntropy(columns: columns, x, targets: oneHot, scale: 0.25)
    for i in 0..<4 {
      let p = exactSoftmax(Array(x[i * columns..<(i + 1) * columns]))
      let loss = -Foundation.log(p[Int(labels[i])])
      #expect(close(sparse.loss[i], loss, 2e-6) && close(dense.loss[i], loss, 2e-6))
      for j in 0..<columns {
        let gradient = (p[j] - (j == Int(labels[i]) ? 1 : 0)) * 0.25
        #expect(close(sparse.gradient[i * columns + j], gradient, 1e-6))
      }
    }
    // One-hot targets give the bits of labels in the gradient.
    #expect(sparse.gradient.map(\.bitPattern) == dense.gradient.map(\.bitPattern))
  }

  @Test func crossEntropyExtremes() throws {
    let most = Float.greatestFiniteMagnitude
    #expect(try Reference.crossEntropy(columns: 2, [most, -most], labels: [0]).loss == [0])
    #expect(try Reference.crossEntropy(columns: 2, [most, -most], labels: [1]).loss == [.infinity])
    #expect(try Reference.crossEntropy(columns: 1, [1e6], labels: [0]).loss == [0])
    // A class without probability adds nothing, though its logarithm is infinite.
    #expect(try Reference.crossEntropy(columns: 2, [0, -.infinity], targets: [1, 0]).loss == [0])
    #expect(try Reference.crossEntropy(columns: 2, [1, .nan], labels: [0]).loss[0].isNaN)
  }

  @Test(arguments: [[0, 3], [-1, 0]] as [[Int32]])
  func labelsOutOfRange(labels: [Int32]) throws {
    let row = labels[0] < 0 ? 0 : 1
    #expect(
      throws: LanesError("softmaxCrossEntropy", .labelOutOfRange(row: row, label: Int(labels[row]), classes: 3))
    ) { try Reference.crossEntropy(columns: 3, [1, 2, 3, 4, 5, 6], labels: labels) }
  }
}
