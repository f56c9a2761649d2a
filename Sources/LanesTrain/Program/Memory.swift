import Lanes

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A block of floats, aligned to a cache line, zero at first.
final class Memory {
  let floats: UnsafeMutablePointer<Float>
  let count: Int
  /// Of a variable: one more for each change. A pointer, because a Program counts its variables up in every run.
  let version: UnsafeMutablePointer<Int>

  init(count: Int) throws(LanesError) {
    var raw: UnsafeMutableRawPointer?
    let (bytes, overflow) = max(count, 1).multipliedReportingOverflow(by: 4)
    guard !overflow, posix_memalign(&raw, 64, bytes) == 0, let raw else {
      throw LanesError("\(count) floats of memory", .outOfMemory)
    }
    floats = raw.bindMemory(to: Float.self, capacity: max(count, 1))
    floats.initialize(repeating: 0, count: max(count, 1))
    self.count = count
    version = .allocate(capacity: 1)
    version.initialize(to: 0)
  }

  deinit {
    free(floats)
    version.deallocate()
  }

  func overwrite(with values: [Float]) {
    version.pointee &+= 1
    values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { floats.update(from: base, count: min(source.count, count)) }
    }
  }
}

/// A tensor with its numbers.
public struct Tensor: Hashable, Sendable {
  public let shape: Shape
  /// Row by row.
  public var values: [Float]

  public init(
    _ shape: Shape, _ values: [Float], file: String = #fileID, line: Int = #line
  ) throws(ModelError) {
    if !shape.isValid || values.count != shape.count {
      throw ModelError(
        operation: "tensor", shapes: [shape], reason: "\(values.count) values do not fill \(shape)",
        location: SourceLocation(file, line))
    }
    (self.shape, self.values) = (shape, values)
  }

  init(shape: Shape, copying floats: UnsafePointer<Float>) {
    self.shape = shape
    values = Array(UnsafeBufferPointer(start: floats, count: shape.count))
  }
}
