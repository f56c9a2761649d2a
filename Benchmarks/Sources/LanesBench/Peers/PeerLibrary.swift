import ArgumentParser
import Foundation

/// A library that Lanes is measured against, and where `ci/peers` puts it.
enum PeerLibrary: String, CaseIterable, ExpressibleByArgument {
  case openblas, mkl, onednn, blis, libxsmm
  case sleef
  case sleefU35 = "sleef-u35"
  case vml
  case jax, torch, tensorflow

  /// Those that multiply matrices.
  static let matmul: [PeerLibrary] = [.openblas, .mkl, .onednn, .blis, .libxsmm]
  /// Those of functions over arrays in cache.
  static let functions: [PeerLibrary] = [.sleef, .sleefU35, .vml]
  /// Those that are used from Python.
  static let frameworks: [PeerLibrary] = [.jax, .torch, .tensorflow]

  var name: String {
    switch self {
    case .openblas: "OpenBLAS"
    case .mkl: "MKL"
    case .onednn: "oneDNN"
    case .blis: "BLIS"
    case .libxsmm: "libxsmm"
    case .sleef: "SLEEF u10"
    case .sleefU35: "SLEEF u35"
    case .vml: "MKL VML"
    case .jax: "JAX"
    case .torch: "PyTorch"
    case .tensorflow: "TensorFlow"
    }
  }

  /// Starts the library's worker. What belongs to no package manager lies in `Benchmarks/.peers`.
  func start(threads: Int) throws -> PeerProcess {
    let folder = Self.folder
    if Self.frameworks.contains(self) {
      guard let folder else { throw BenchmarkError("\(name) is not set up: run ci/peers frameworks") }
      let script = folder.deletingLastPathComponent().appendingPathComponent("peers/frameworks.py").path
      let python = folder.appendingPathComponent("bin/python3").path
      return try PeerProcess(
        name: name, command: [python, script, rawValue, "\(threads)"], libraries: nil, threads: threads)
    }
    let worker = Self.executable.deletingLastPathComponent().appendingPathComponent("lanes-peer").path
    return try PeerProcess(
      name: name, command: [worker, rawValue, try file(in: folder), "\(threads)"],
      libraries: folder?.appendingPathComponent("lib").path, threads: threads)
  }

  private func file(in folder: URL?) throws -> String {
    let names: [String]
    switch self {
    case .openblas: names = ["scipy_openblas32/lib/libscipy_openblas.so"]
    case .mkl, .vml: names = ["libmkl_rt.so.3", "libmkl_rt.so.2"]
    case .onednn: names = ["libdnnl.so.3"]
    case .libxsmm: names = ["libxsmm.so"]
    // Debian's: the linker's own path finds them.
    case .blis: return "libblis.so.4"
    case .sleef, .sleefU35: return "libsleef.so.3"
    case .jax, .torch, .tensorflow: return ""
    }
    guard let library = folder?.appendingPathComponent("lib") else {
      throw BenchmarkError("\(name) is not set up: run ci/peers")
    }
    let packages = (try? FileManager.default.contentsOfDirectory(atPath: library.path)) ?? []
    let places =
      [library]
      + packages.filter { $0.hasPrefix("python") }
      .map { library.appendingPathComponent("\($0)/site-packages") }
    for place in places {
      for name in names {
        let path = place.appendingPathComponent(name).path
        if FileManager.default.fileExists(atPath: path) { return path }
      }
    }
    throw BenchmarkError("\(name) is not set up: run ci/peers")
  }

  /// This program: `Benchmarks/.build/…/lanes-bench`.
  private static var executable: URL {
    URL(fileURLWithPath: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "")
  }

  /// `.peers`, in the nearest folder above this program that has one.
  private static var folder: URL? {
    var folder = executable
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      let peers = folder.appendingPathComponent(".peers")
      if FileManager.default.fileExists(atPath: peers.path) { return peers }
    }
    return nil
  }
}

/// `--peers openblas,mkl`, or `none`.
struct PeerNames: ExpressibleByArgument, CustomStringConvertible {
  let libraries: [PeerLibrary]
  init(_ libraries: [PeerLibrary]) { self.libraries = libraries }

  init?(argument: String) {
    let names =
      argument == "none" ? [] : argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    libraries = names.compactMap { PeerLibrary(rawValue: $0) }
    if libraries.count != names.count { return nil }
  }

  var description: String { libraries.isEmpty ? "none" : libraries.map(\.rawValue).joined(separator: ",") }
}
