import CLimits
import Foundation
import Glibc
import Lanes

/// Where a run took place: what every figure needs beside it.
struct Machine: Encodable {
  let processor: String
  let processors: Int
  let l1Data: Int?, l2: Int?, l3: Int?
  let lanes: String
  let isa: String
  let openMP: Bool

  init() throws {
    let hardware = Hardware()
    processor = Self.processorName
    processors = hardware.affinityProcessors
    (l1Data, l2, l3) = (hardware.l1DataCache, hardware.l2Cache, hardware.l3Cache)
    (lanes, isa, openMP) = (lanesVersion, try NativeBackend(threads: 1).isa, hardware.hasOpenMP)
  }

  private static var processorName: String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    let name = line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
    return name ?? "unknown processor"
  }

  /// For people: two lines.
  var text: String {
    let caches = zip(["L1d", "L2", "L3"], [l1Data, l2, l3]).compactMap { name, bytes in
      bytes.map { "\(name) \($0 / 1024) KiB" }
    }
    return """
      \(processor), \(processors) processors, \(caches.joined(separator: ", "))
      Lanes \(lanes), \(isa), \(openMP ? "OpenMP" : "serial"), release build
      """
  }
}

/// How busy the machine was, and by whom: a measurement that shared its processors should say so.
struct Usage {
  private let own: Double, all: Double, wall: ContinuousClock.Instant

  /// Now.
  init() { (own, all, wall) = (Self.ownSeconds, Self.allSeconds, .now) }

  /// Processor time of this process, all threads, in seconds.
  static var ownSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }

  /// How long the threads of this process were ready to run and had no processor, in seconds: `run_delay` of schedstat.
  /// 0 where the kernel does not say.
  static var waitedSeconds: Double {
    guard let tasks = opendir("/proc/self/task") else { return 0 }
    defer { closedir(tasks) }
    var seconds = limits_waited_seconds()
    while let task = readdir(tasks) {
      let name = withUnsafeBytes(of: task.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { seconds += limits_thread_waited_seconds("/proc/self/task/\(name)/schedstat") }
    }
    return seconds
  }

  /// Processor time of everything, the hypervisor's other guests among it, in seconds since the start of the machine.
  private static var allSeconds: Double {
    let text = (try? String(contentsOfFile: "/proc/stat", encoding: .utf8)) ?? ""
    let fields = text.prefix { $0 != "\n" }.split(separator: " ").dropFirst().prefix(8).compactMap { Double($0) }
    // user nice system idle iowait irq softirq steal
    let idle = fields.count > 4 ? fields[3] + fields[4] : 0
    return (fields.reduce(0, +) - idle) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// Processors that others have used since, on average.
  /// - Parameter workers: seconds of processor time that this program's workers have used.
  func othersSince(workers: Double = 0) -> Double {
    let seconds = wall.duration(to: .now) / .seconds(1)
    return max(0, (Self.allSeconds - all) - (Self.ownSeconds - own) - workers) / seconds
  }
}
