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

  /// Targets (1 − ε)·onehot + ε/n, weights of the rows, and their weighted mean.
  @Test(arguments: [nil, -1, 2] as [Int32?], [0, 0.1, 1] as [Float])
  func labelOptionsAreCloseToFloat64(ignored: Int32?, smoothing: Float) throws {
    let (columns, rows) = (7, 12)
    let x = values(rows * columns, seed: "logits", in: -6...6)
    let weights = values(columns, seed: "weights", in: 0.1...2)
    let labels = (0..<rows).map { $0 % 4 == 3 ? ignored ?? 0 : Int32($0 * 5 % columns) }
    for isWeighted in [false, true] {
      let result = try Reference.meanCrossEntropy(
        columns: columns, x, labels: labels, ignored: ignored, weights: isWeighted ? weights : nil,
        smoothing: smoothing, scale: 3)
      let counts = labels.map { $0 == ignored ? 0 : isWeighted ? Double(weights[Int($0)]) : 1 }
      let total = counts.reduce(0, +)
      var sum = 0.0
      for i in 0..<rows {
        let p = exactSoftmax(Array(x[i * columns..<(i + 1) * columns]))
        let targets = (0..<columns).map { j in
          Double(smoothing) / Double(columns) + (j == Int(labels[i]) ? 1 - Double(smoothing) : 0)
        }
        let loss = -counts[i] * zip(p, targets).reduce(0.0) { $0 + $1.1 * Foundation.log($1.0) }
        sum += loss
        #expect(close(result.loss[i], loss, 2e-6))
        for j in 0..<columns {
          #expect(close(result.gradient[i * columns + j], counts[i] * (p[j] - targets[j]) * 3 / total, 1e-6))
        }
      }
      #expect(close(result.mean, sum / total, 2e-6))
    }
  }

  @Test func whatDoesNotCountIsZero() throws {
    // The ignored row's logits do not show.
    let x: [Float] = [.nan, .infinity, 1, 3]
    let one = try Reference.meanCrossEntropy(columns: 2, x, labels: [-100, 1], ignored: -100)
    let alone = try Reference.crossEntropy(columns: 2, [1, 3], labels: [1])
    #expect(one.loss == [0] + alone.loss && one.mean == alone.loss[0] && one.gradient == [0, 0] + alone.gradient)
    let none = try Reference.meanCrossEntropy(columns: 2, x, labels: [7, 7], ignored: 7)
    #expect(none.mean == 0 && none.loss == [0, 0] && none.gradient == [0, 0, 0, 0])
    let weightless = try Reference.meanCrossEntropy(columns: 2, [1, 2, 3, 3], labels: [0, 0], weights: [0, 5])
    #expect(weightless.mean == 0 && weightless.gradient.allSatisfy { $0 == 0 })
  }

  @Test func theMeanIsTheReductionsOfPlainLosses() throws {
    let (columns, rows) = (3, 5000)
    let x = values(rows * columns, seed: "logits", in: -6...6)
    let labels = (0..<rows).map { Int32($0 % columns) }
    let result = try Reference.meanCrossEntropy(columns: columns, x, labels: labels)
    let loss = try Reference.reduce(.mean, .everything, rows: 1, columns: rows, result.loss)
    #expect(result.mean == loss[0])
    let scaled = try Reference.crossEntropy(columns: columns, x, labels: labels, scale: 1 / Float(rows))
    #expect(result.gradient == scaled.gradient)
  }

  @Test(arguments: [[0, 3], [-1, 0]] as [[Int32]])
  func labelsOutOfRange(labels: [Int32]) throws {
    let row = labels[0] < 0 ? 0 : 1
    #expect(
      throws: LanesError("softmaxCrossEntropy", .labelOutOfRange(row: row, label: Int(labels[row]), classes: 3))
    ) { try Reference.crossEntropy(columns: 3, [1, 2, 3, 4, 5, 6], labels: labels) }
  }
}
