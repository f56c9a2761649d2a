#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Standard output, at once and with its errors: a full disk or a reader that left must not look like success.
enum Output {
  static func write(_ text: String) throws { try write(text, to: STDOUT_FILENO) }

  static func write(_ text: String, to file: Int32) throws {
    var text = text
    try text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while let base = rest.baseAddress, !rest.isEmpty {
        let written = systemWrite(file, base, rest.count)
        if written < 0 {
          if errno == EINTR { continue }
          throw OutputError(reason: errno)
        }
        rest = UnsafeRawBufferPointer(rebasing: rest[written...])
      }
    }
  }
}

/// Within `Output`, `write` is its own.
private func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int { write(file, bytes, count) }

struct OutputError: Error, CustomStringConvertible {
  let reason: Int32
  var description: String { "standard output cannot be written: \(String(cString: strerror(reason)))" }
}

/// A line on standard error that is overwritten as work goes on. Shown on a terminal only.
struct ProgressLine {
  let total: Int
  let unit: String
  private let isShown = isatty(STDERR_FILENO) == 1
  private let clock = ContinuousClock()
  private let start = ContinuousClock().now
  private var next = ContinuousClock().now + .milliseconds(200)
  private var isVisible = false

  init(total: Int, unit: String) { (self.total, self.unit) = (total, unit) }

  /// Says how far the work is, how fast, and how long it will take; ten times a second at most.
  mutating func show(_ done: Int, _ what: @autoclosure () -> String = "") {
    guard isShown, done > 0 else { return }
    let now = clock.now
    guard now >= next else { return }
    next = now + .milliseconds(100)
    put(Self.text(done: done, total: total, unit: unit, seconds: (now - start) / .seconds(1)) + what())
    isVisible = true
  }

  /// Takes the line away, so that something else can be printed there.
  mutating func clear() {
    guard isVisible else { return }
    put("")
    isVisible = false
  }

  /// "12000/40000 steps, 51000 steps/s, 0:01 left"
  static func text(done: Int, total: Int, unit: String, seconds: Double) -> String {
    let rate = seconds > 0 ? Double(done) / seconds : 0
    guard rate > 0 else { return "\(done)/\(total) \(unit)" }
    let left = Int(min((Double(total - done) / rate).rounded(.up), 1e9))
    let (minutes, rest) = left.quotientAndRemainder(dividingBy: 60)
    return "\(done)/\(total) \(unit), \(Int(rate)) \(unit)/s, \(minutes):\(rest < 10 ? "0" : "")\(rest) left"
  }

  /// Back to the line's start, and over what was there. That a terminal cannot be written stops no work.
  private func put(_ text: String) { try? Output.write("\r\u{1B}[K\(text)", to: STDERR_FILENO) }
}
