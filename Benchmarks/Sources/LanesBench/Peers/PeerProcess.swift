import Foundation
import Glibc

/// A library in a process of its own, for one number of threads: the worker program is started, asked by lines and answers by
/// lines (`lanes-peer/main.c` says which).
///
/// The process is stopped (SIGSTOP) whenever it is not its turn: threads that spin for more work after a call cannot disturb
/// the next contender, and nobody's settings are touched for it.
final class PeerProcess {
  let name: String
  /// What the library says of itself: version, instruction set, threads.
  private(set) var version = ""
  private let process: pid_t
  private let requests: CInt
  private let answers: CInt
  private var buffer: [UInt8] = []

  /// - Parameters:
  ///   - command: the program and its arguments.
  ///   - threads: for the variables by which libraries take their number of threads.
  /// - Throws: where the program or its library is missing, with what it says.
  init(name: String, command: [String], libraries: String?, threads: Int) throws {
    signal(SIGPIPE, SIG_IGN)
    self.name = name
    var toChild: [CInt] = [0, 0]
    var fromChild: [CInt] = [0, 0]
    guard pipe(&toChild) == 0 else { throw BenchmarkError("no pipe for \(name)") }
    guard pipe(&fromChild) == 0 else {
      for descriptor in toChild { close(descriptor) }
      throw BenchmarkError("no pipe for \(name)")
    }
    for descriptor in toChild + fromChild { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, toChild[0], STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, fromChild[1], STDOUT_FILENO)
    let arguments = command.map { strdup($0) } + [nil]
    let environment = Self.environment(libraries: libraries, threads: threads).map { strdup("\($0)=\($1)") } + [nil]
    var started: pid_t = 0
    let failure = posix_spawn(&started, command[0], &actions, nil, arguments, environment)
    posix_spawn_file_actions_destroy(&actions)
    for string in arguments + environment { free(string) }
    close(toChild[0])
    close(fromChild[1])
    (process, requests, answers) = (failure == 0 ? started : 0, toChild[1], fromChild[0])
    if failure != 0 {
      throw BenchmarkError("\(name): \(command[0]) does not start: \(String(cString: strerror(failure)))")
    }
    version = try answer()
    sleep()
  }

  deinit {
    if process > 0 {
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
    }
    close(requests)
    close(answers)
  }

  /// The caller's, without what would hobble a library (a kernel for another processor, fewer threads), and with as many threads
  /// as it is to have.
  private static func environment(libraries: String?, threads: Int) -> [String: String] {
    let families = [
      "OPENBLAS_", "MKL_", "OMP_", "KMP_", "GOMP_", "BLIS_", "DNNL_", "ONEDNN_", "LIBXSMM_", "NVPL_", "XLA_", "TF_",
    ]
    var variables = ProcessInfo.processInfo.environment.filter { name, _ in
      !families.contains { name.hasPrefix($0) }
    }
    for family in ["OPENBLAS", "MKL", "OMP", "BLIS"] { variables["\(family)_NUM_THREADS"] = "\(threads)" }
    if let libraries {
      variables["LD_LIBRARY_PATH"] = [libraries, variables["LD_LIBRARY_PATH"]].compactMap { $0 }.joined(separator: ":")
    }
    return variables
  }

  /// Lets it run; it may use processors until `sleep`.
  func wake() { kill(process, SIGCONT) }
  func sleep() { kill(process, SIGSTOP) }

  /// Makes work ready to be timed. The process must be awake.
  /// - Returns: nil, or why the library does not do such work.
  func prepare(_ request: String) throws -> String? {
    try send(request)
    let line = try line()
    return line.hasPrefix("no ") ? String(line.dropFirst(3)) : nil
  }

  func run(_ calls: Int) throws -> Sample {
    try send("run \(calls)")
    let fields = try line().split(separator: " ").compactMap { Double($0) }
    guard fields.count == 2 else { throw BenchmarkError("\(name) did not answer with its times") }
    return Sample(seconds: fields[0], waited: fields[1])
  }

  /// What the work has computed.
  func result() throws -> [Float] {
    try send("result")
    guard let count = Int(try line()) else { throw BenchmarkError("\(name) did not answer with its result") }
    while buffer.count < 4 * count { try receive() }
    let floats = buffer.withUnsafeBytes { bytes in
      (0..<count).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
    buffer.removeFirst(4 * count)
    return floats
  }

  /// Processor time that it has used, in seconds.
  var processorSeconds: Double {
    var clock = clockid_t()
    var time = timespec()
    guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return 0 }
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }

  /// Its work as a contender that is asleep outside of its turns.
  var contender: Contender { Contender(name: name, wake: wake, sleep: sleep, time: run) }

  private func send(_ request: String) throws {
    let bytes = Array("\(request)\n".utf8)
    guard write(requests, bytes, bytes.count) == bytes.count else { throw BenchmarkError("\(name) has ended") }
  }

  private func answer() throws -> String {
    let line = try line()
    guard line.hasPrefix("ready") else {
      throw BenchmarkError("\(name): \(line.hasPrefix("no ") ? String(line.dropFirst(3)) : line)")
    }
    return String(line.dropFirst(6))
  }

  private func line() throws -> String {
    while true {
      if let end = buffer.firstIndex(of: 10) {
        let line = String(decoding: buffer[..<end], as: UTF8.self)
        buffer.removeFirst(end + 1)
        return line
      }
      try receive()
    }
  }

  private func receive() throws {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    var count = read(answers, &chunk, chunk.count)
    while count < 0 && errno == EINTR { count = read(answers, &chunk, chunk.count) }
    if count <= 0 { throw BenchmarkError("\(name) has ended") }
    buffer += chunk[..<count]
  }
}
