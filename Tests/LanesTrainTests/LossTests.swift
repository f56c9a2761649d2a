import Foundation
import Lanes
import LanesReference
import LanesTrain
import Testing

/// Each loss against its formula in float64, and at extremes.
@Suite("Losses")
struct LossTests {
  /// The loss of outputs and targets [rows, columns], or of labels.
  private func value(_ loss: Loss, _ y: [Float], _ target: Feed, rows: Int) throws -> Float {
    let graph = Graph()
    let columns = y.count / rows
    let output = graph.input("y", [rows, columns])
    let wanted: SymbolicTensor
    switch target {
    case .floats: wanted = graph.input("target", [rows, columns])
    case .labels: wanted = graph.input("target", [rows], .int32)
    }
    let results = try run(graph, [loss(output, wanted)], feeds: ["y": .floats(y), "target": target])
    return try #require(results.first?.values.first)
  }

  private func near(_ a: Float, _ b: Double) -> Bool { abs(Double(a) - b) <= 2e-6 * max(1, abs(b)) }

  private static func logSoftmax(_ x: [Double]) -> [Double] {
    let largest = x.max() ?? 0
    let total = x.reduce(0) { $0 + exp($1 - largest) }
    return x.map { $0 - largest - log(total) }
  }

  @Test("squared, absolute and Huber's")
  func errors() throws {
    var random = Random(1)
    let (y, target) = (random.floats(24), random.floats(24))
    let e = zip(y, target).map { Double($0) - Double($1) }
    let count = Double(e.count)
    #expect(near(try value(.meanSquaredError, y, .floats(target), rows: 8), e.reduce(0) { $0 + $1 * $1 } / count))
    #expect(near(try value(.meanAbsoluteError, y, .floats(target), rows: 8), e.reduce(0) { $0 + abs($1) } / count))
    for delta in [Float(0.25), 1, 10] {
      let d = Double(delta)
      let wanted = e.reduce(0) { $0 + (abs($1) <= d ? 0.5 * $1 * $1 : d * (abs($1) - 0.5 * d)) } / count
      #expect(near(try value(.huber(delta: delta), y, .floats(target), rows: 8), wanted))
    }
  }

  @Test("sigmoid cross-entropy, from logits that overflow elsewhere")
  func sigmoid() throws {
    let y: [Float] = [0, 1, -1, 3, 50, -50, 1000, -1000]
    let target: [Float] = [0, 1, 1, 0.25, 1, 0, 1, 0]
    let wanted = zip(y, target).map { (y: Float, t: Float) -> Double in
      let (y, t) = (Double(y), Double(t))
      return max(y, 0) - y * t + log1p(exp(-abs(y)))
    }
    let loss = try value(.sigmoidCrossEntropy, y, .floats(target), rows: 8)
    #expect(near(loss, wanted.reduce(0, +) / 8))
  }

  @Test("cross-entropy of probabilities, clipped as in the lecture")
  func probabilities() throws {
    let loss = try value(.crossEntropy(), [0.6, 0.4], .floats([1, 0]), rows: 1)
    #expect(near(loss, -log(0.6) / 2))
    // log 0 is cut off at log 1e-12.
    #expect(near(try value(.crossEntropy(), [0, 1], .floats([1, 0]), rows: 1), -log(1e-12) / 2))
  }

  @Test("softmax cross-entropy with labels, smoothing and weights", arguments: [Float(0), 0.1], [false, true])
  func softmax(smoothing: Float, isWeighted: Bool) throws {
    var random = Random(7)
    let (rows, classes) = (9, 4)
    let y = random.floats(rows * classes, in: -5...5)
    let labels = (0..<rows).map { Int32($0 % classes) }
    let weights: [Float] = isWeighted ? [1, 0.5, 3, 0.125] : [1, 1, 1, 1]
    var (total, weight) = (0.0, 0.0)
    for row in 0..<rows {
      let p = Self.logSoftmax(y[(row * classes)..<((row + 1) * classes)].map(Double.init))
      var loss = 0.0
      for c in 0..<classes {
        let target = (c == Int(labels[row]) ? 1 - Double(smoothing) : 0) + Double(smoothing) / Double(classes)
        loss -= target * p[c]
      }
      total += Double(weights[Int(labels[row])]) * loss
      weight += Double(weights[Int(labels[row])])
    }
    let loss = Loss.softmaxCrossEntropy(labelSmoothing: smoothing, classWeights: isWeighted ? weights : nil)
    #expect(near(try value(loss, y, .labels(labels), rows: rows), total / weight))
    // The same with the labels as rows of probabilities.
    let dense = labels.flatMap { label in (0..<classes).map { Float($0 == Int(label) ? 1 : 0) } }
    #expect(near(try value(loss, y, .floats(dense), rows: rows), total / weight))
  }

  @Test("an ignored label counts nothing", arguments: [Float(0), 0.1], [false, true])
  func ignoredLabel(smoothing: Float, isWeighted: Bool) throws {
    var random = Random(8)
    let (rows, classes) = (6, 3)
    let y = random.floats(rows * classes, in: -5...5)
    let weights: [Float]? = isWeighted ? [1, 0.5, 3] : nil
    func loss(ignored: Int32?) -> Loss {
      .softmaxCrossEntropy(labelSmoothing: smoothing, classWeights: weights, ignoredLabel: ignored)
    }
    let some = try value(loss(ignored: -1), y + [.nan, 1, 2], .labels([0, 1, 2, 1, 1, 0, -1]), rows: rows + 1)
    #expect(some == (try value(loss(ignored: nil), y, .labels([0, 1, 2, 1, 1, 0]), rows: rows)))
    #expect(try value(loss(ignored: 1), y, .labels([1, 1, 1, 1, 1, 1]), rows: rows) == 0)
    #expect(throws: LanesError.self) { try value(loss(ignored: -1), [1, 2, 3], .labels([-2]), rows: 1) }
  }

  @Test("logits of any size", .tags(.errors))
  func extremes() throws {
    let huge = Float.greatestFiniteMagnitude
    #expect(try value(.softmaxCrossEntropy(), [huge, -huge, 0], .labels([0]), rows: 1) == 0)
    #expect(try value(.softmaxCrossEntropy(), [1e6, 1e6 + 1], .labels([1]), rows: 1) < 0.32)
    #expect(throws: LanesError.self) { try value(.softmaxCrossEntropy(), [1, 2], .labels([2]), rows: 1) }
    #expect(throws: ModelError.self) { try value(.meanAbsoluteError, [1, 2], .labels([0, 1]), rows: 2) }
  }
}
