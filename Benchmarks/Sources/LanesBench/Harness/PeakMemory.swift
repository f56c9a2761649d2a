import Foundation

/// What a call adds to the memory that this process holds, at most: allocations, and pages that it is the first to touch.
enum PeakMemory {
  /// Bytes; nil where the system does not say.
  static func added(by body: () throws -> Void) rethrows -> Int? {
    let isReset = (try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .ascii)) != nil
    let before = kilobytes("VmRSS")
    try body()
    guard isReset, let before, let peak = kilobytes("VmHWM") else { return nil }
    return max(0, peak - before) * 1_024
  }

  private static func kilobytes(_ field: String) -> Int? {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
    let line = status.split(separator: "\n").first { $0.hasPrefix(field + ":") }
    return line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) }
  }
}
