import Glibc
import Lanes
import Testing

typealias Pointer = UnsafeMutablePointer<Float>
typealias Number = UnsafePointer<Int32>
typealias Scalar = UnsafePointer<Float>

/// The dynamic library that was built beside this test bundle, loaded as a program would load it.
struct Library: @unchecked Sendable {
  typealias Gemm =
    @convention(c) (
      Int32, Int32, Int32, Int32, Int32, Int32, Float, Pointer, Int32, Pointer, Int32, Float, Pointer, Int32
    ) -> Void
  typealias Letter = UnsafePointer<Int8>
  typealias FortranGemm =
    @convention(c) (
      Letter, Letter, Number, Number, Number, Scalar, Pointer, Number, Pointer, Number, Scalar, Pointer, Number
    ) -> Void
  typealias Gemv =
    @convention(c) (
      Int32, Int32, Int32, Int32, Float, Pointer, Int32, Pointer, Int32, Float, Pointer, Int32
    ) -> Void
  typealias Ger = @convention(c) (Int32, Int32, Int32, Float, Pointer, Int32, Pointer, Int32, Pointer, Int32) -> Void
  typealias Axpy = @convention(c) (Int32, Float, Pointer, Int32, Pointer, Int32) -> Void
  typealias Scal = @convention(c) (Int32, Float, Pointer, Int32) -> Void
  typealias Copy = @convention(c) (Int32, Pointer, Int32, Pointer, Int32) -> Void
  typealias Dot = @convention(c) (Int32, Pointer, Int32, Pointer, Int32) -> Float
  typealias Norm = @convention(c) (Int32, Pointer, Int32) -> Float
  typealias Index = @convention(c) (Int32, Pointer, Int32) -> UInt
  typealias FortranDot = @convention(c) (Number, Pointer, Number, Pointer, Number) -> Float
  typealias FortranIndex = @convention(c) (Number, Pointer, Number) -> Int32

  struct Missing: Error {
    let what: String
  }

  private let handle: UnsafeMutableRawPointer

  init() throws {
    var path = [CChar](repeating: 0, count: 4096)
    let length = readlink("/proc/self/exe", &path, path.count - 1)
    let bundle = String(decoding: path.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let folders = [bundle, CommandLine.arguments.first ?? ""].map {
      $0.split(separator: "/", omittingEmptySubsequences: false)
    }
    let paths = folders.map { $0.dropLast().joined(separator: "/") + "/libLanesBLAS.so" }
    guard let handle = paths.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first else {
      throw Missing(what: paths[0])
    }
    self.handle = handle
  }

  func function<Function>(_ name: String, _ type: Function.Type) throws -> Function {
    guard let symbol = dlsym(handle, name) else { throw Missing(what: name) }
    return unsafeBitCast(symbol, to: type)
  }

  func holds(_ name: String) -> Bool { dlsym(handle, name) != nil }
}

/// The same numbers in every run, −2 … 2.
struct Numbers {
  private var state: UInt64
  init(_ seed: Int) { state = UInt64(seed) }

  mutating func floats(_ count: Int) -> [Float] {
    (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-30
    }
  }
}

func bits(_ values: [Float]) -> [UInt32] { values.map { $0.isNaN ? Float.nan.bitPattern : $0.bitPattern } }
