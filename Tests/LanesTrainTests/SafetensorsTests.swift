import Foundation
import LanesTrain
import Testing

@Suite("Safetensors")
struct SafetensorsTests {
  /// What the Python package safetensors 0.8.0 writes, in base 64: the checkpoint `sample`.
  static let written = base64(
    """
    iAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJncsO2w59lIjoiYVwiYlxuXHUwMDAx8J+YgCJ9LCJzdGVwIjp7ImR0eXBlIjoiSTY0\
    Iiwic2hhcGUiOltdLCJkYXRhX29mZnNldHMiOlswLDhdfSwiYiI6eyJkdHlwZSI6IkY2NCIsInNoYXBlIjpbMV0sImRhdGFfb2Zm\
    c2V0cyI6WzgsMTZdfSwiZW1wdHkiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzAsNF0sImRhdGFfb2Zmc2V0cyI6WzE2LDE2XX0s\
    IncxIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsyLDNdLCJkYXRhX29mZnNldHMiOlsxNiw0MF19LCJuIjp7ImR0eXBlIjoiSTMy\
    Iiwic2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbNDAsNDhdfSwibWFzayI6eyJkdHlwZSI6IkJPT0wiLCJzaGFwZSI6WzNdLCJk\
    YXRhX29mZnNldHMiOls0OCw1MV19fSAgIAcAAAAAAAAAAAAAAAAA4D8AAIA/AAAAQAAAQEAAAIBAAACgQAAAwEABAAAAAgAAAAEA\
    AQ==
    """)

  static func sample() throws -> Checkpoint {
    Checkpoint(
      arrays: [
        "w1": try StoredArray([2, 3], .float32([1, 2, 3, 4, 5, 6])), "b": StoredArray(.float64([0.5])),
        "step": try StoredArray(.scalar, .int64([7])), "n": StoredArray(.int32([1, 2])),
        "mask": StoredArray(.bool([true, false, true])), "empty": try StoredArray([0, 4], .float32([])),
      ],
      metadata: ["größe": "a\"b\n\u{1}😀"])
  }

  /// A file of this header and so many bytes of data.
  private func file(_ header: String, _ data: Int = 0) -> [UInt8] {
    let count = header.utf8.count
    return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + Array(header.utf8)
      + Array(repeating: 0, count: data)
  }

  private func message(_ bytes: [UInt8]) -> String? {
    do throws(FileError) {
      _ = try Safetensors.decode(bytes, name: "m")
      return nil
    } catch { return error.description }
  }

  @Test("a file of the Python package is read")
  func pythonFile() throws {
    #expect(try Safetensors.decode(Self.written) == Self.sample())
  }

  @Test("what is written is read again, to the bit; the same content gives the same, aligned bytes")
  func roundTrip() throws {
    let sample = try Self.sample()
    let bytes = try Safetensors.encode(sample)
    #expect(try Safetensors.decode(bytes) == sample)
    #expect(bytes[0] % 8 == 0 && bytes[8] == UInt8(ascii: "{"))
    let everything = Checkpoint(arrays: try NPYTests.samples(), metadata: ["": "", "\u{0}\\/": "\u{7f}\u{2028}"])
    let folder = try TemporaryFolder()
    for _ in 0..<2 {
      try Safetensors.write(everything, to: folder.file("a"))
      #expect(try LanesTrainTests.bytes(of: folder.file("a")) == Safetensors.encode(everything))
      #expect(try Safetensors.read(folder.file("a")) == everything)
    }
    #expect(try folder.files == ["a"])
    #expect(try Safetensors.decode(Safetensors.encode(Checkpoint())) == Checkpoint())
  }

  @Test("tensors by name")
  func tensors() throws {
    let folder = try TemporaryFolder()
    let (w, b) = (try Tensor([1, 2], [1, .nan]), try Tensor(.scalar, [3]))
    try Safetensors.write(folder.file("t"), tensors: [("w", w), ("b", b)], metadata: ["step": "9"])
    let checkpoint = try Safetensors.read(folder.file("t"))
    #expect(checkpoint["w"]?.shape == [1, 2] && checkpoint["w"]?.values[1].isNaN == true)
    #expect(checkpoint["b"] == b && checkpoint["c"] == nil && checkpoint.metadata == ["step": "9"])
    #expect(throws: FileError.self) { try Safetensors.write(folder.file("t"), tensors: [("w", w), ("w", b)]) }
    #expect(throws: FileError.self) { try Safetensors.write(folder.file("t"), tensors: [("__metadata__", w)]) }
    var mixed = checkpoint
    mixed.arrays["step"] = StoredArray(.int64([1]))
    #expect(mixed["step"] == nil)
    mixed["c"] = b
    #expect(mixed["c"] == b)
  }

  @Test("the Python package reads what is written", .enabled(if: Python.has("safetensors.numpy")))
  func python() throws {
    let folder = try TemporaryFolder()
    let everything = Checkpoint(arrays: try NPYTests.samples(), metadata: ["größe": "a\"b\n\u{1}😀"])
    try Safetensors.write(everything, to: folder.file("ours"))
    let program = """
      import sys, numpy
      from safetensors import safe_open
      from safetensors.numpy import load_file, save_file
      folder = sys.argv[1]
      arrays = load_file(folder + "/ours")
      for name in sorted(arrays):
          a = arrays[name]
          print(name, a.dtype, a.shape, a.tolist() if a.size < 9 else int(a.sum()), sep=";")
      metadata = safe_open(folder + "/ours", "np").metadata()
      assert metadata == {"größe": "a\\"b\\n\\x01😀"}, metadata
      save_file(arrays, folder + "/theirs", metadata=metadata)
      """
    let printed = try Python.run(program, folder.path).split(separator: "\n").map(String.init)
    #expect(
      printed == [
        "bytes;uint8;(256,);32640", "integers;int32;(3, 1);[[-2147483648], [0], [2147483647]]",
        "matrix;float32;(2, 3);[[1.0, -0.0, inf], [1.401298464324817e-45, 3.0, 4.0]]", "none;int32;(0, 5);[]",
        "nothing;float32;(0,);[]", "scalar;float64;();-1e+300", "truths;bool;(1, 3);[[True, False, True]]",
        "vector;int64;(3,);[-9223372036854775808, 0, 9223372036854775807]", "words;uint32;(2,);[0, 4294967295]",
      ])
    #expect(try Safetensors.read(folder.file("theirs")) == everything)
  }

  @Test("a file that is cut off anywhere, or goes on, is an error")
  func truncated() throws {
    let bytes = try Safetensors.encode(Self.sample())
    for count in 0..<bytes.count { #expect(message(Array(bytes[..<count])) != nil, "\(count) bytes") }
    #expect(message(bytes + [0]) == "m: there are 1 bytes too many after the last tensor")
    #expect(message(bytes.dropLast()) == "m: the file is cut off: its tensors take 51 bytes, but 50 are there")
  }

  @Test(
    "what is wrong with a header is said",
    arguments: [
      ("", 0, "'{' is missing"), ("[]", 0, "'{' is missing"), ("{} {", 0, "follows the closing brace"),
      ("{\"a\":{}}", 0, "needs dtype, shape and two data_offsets"),
      ("{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0]}}", 4, "needs dtype, shape and two data_offsets"),
      ("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 4, "has 'dtype', or has it twice"),
      ("{\"a\":{\"kind\":\"F32\"}}", 4, "has 'kind'"),
      ("{\"a\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "'BF16', which is not supported"),
      ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1],\"data_offsets\":[0,4]}}", 4, "has 3 sizes"),
      ("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, "whole number"),
      ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", 4, "']' is missing"),
      ("{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775808],\"data_offsets\":[0,4]}}", 4, "whole number"),
      ("{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", 0, "impossible shape"),
      (
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[576460752303423488],\"data_offsets\":[0,2305843009213693952]}}", 0,
        "cut off"
      ),
      ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "cannot lie at 0 ..< 4"),
      ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4, "cannot lie at 4 ..< 0"),
      (
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8,
        "begins at 4, but the one before ends at 0"
      ),
      (
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
          + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "the name 'a' occurs twice"
      ),
      (
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
          + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12,
        "'b' begins at 4, but the one before ends at 8"
      ),
      ("{\"__metadata__\":{\"a\":1}}", 0, "'\"' is missing"),
      ("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0, "the metadata 'a' occurs twice"),
      ("{\"__metadata__\":{\"a\":\"\\ud800\"}}", 0, "half a surrogate pair"),
      ("{\"__metadata__\":{\"a\":\"\\ud800\\u0041\"}}", 0, "half a surrogate pair"),
      ("{\"__metadata__\":{\"a\":\"\\x\"}}", 0, "unknown escape"),
      ("{\"__metadata__\":{\"a\":\"\\u00", 0, "does not end"),
      ("{\"__metadata__\":{\"a\":\"\n\"}}", 0, "control character"),
    ])
  func mistakes(header: String, data: Int, expected: String) {
    let message = message(file(header, data))
    #expect(message?.contains(expected) == true, "\(message ?? "read")")
  }

  @Test("a header that asks for gigabytes, a file of another format, and none at all")
  func foreign() throws {
    #expect(message([255, 255, 255, 255, 255, 255, 255, 127, 123])?.contains("not a safetensors file") == true)
    #expect(message([0, 225, 245, 5, 0, 0, 0, 0, 123])?.contains("cut off: its header has 100000000 bytes") == true)
    #expect(message([1, 225, 245, 5, 0, 0, 0, 0, 123])?.contains("not a safetensors file") == true)
    #expect(message(Array("a,b\n1,2\n3,4\n".utf8))?.contains("not a safetensors file") == true)
    #expect(message([1, 2])?.contains("at least 8 bytes") == true)
    let missing = #expect(throws: FileError.self) { try Safetensors.read("/nonexistent") }
    #expect(missing?.description == "/nonexistent: open: No such file or directory")
    #expect(throws: FileError.self) { try Safetensors.read("/dev/zero") }
    #expect(throws: FileError.self) { try Safetensors.read("/tmp") }
    #expect(
      message(file("  { \"a\" : { \"shape\":[ ] , \"data_offsets\":[0, 1],\n\"dtype\":\"\\u00558\" } }  ", 1)) == nil)
  }

  @Test("nothing that a file can hold traps", arguments: [0, 1, 2, 3] as [UInt32])
  func fuzz(seed: UInt32) throws {
    var read = 0
    for original in [Self.written, try Safetensors.encode(Self.sample())] {
      for bytes in try damaged(original, count: 1500, seed: seed) where message(bytes) == nil { read += 1 }
    }
    #expect(read > 0)
    // Behind a length that fits.
    for bytes in try damaged(Array(Self.written[8..<400]), count: 1500, seed: seed) {
      _ = message(file(String(decoding: bytes, as: UTF8.self), 51))
    }
  }

  @Test("a file that cannot be written leaves the old one, and nothing else")
  func failures() throws {
    let folder = try TemporaryFolder()
    let sample = try Self.sample()
    // A folder cannot be replaced.
    try FileManager.default.createDirectory(atPath: folder.file("d"), withIntermediateDirectories: false)
    let folderError = #expect(throws: FileError.self) { try Safetensors.write(sample, to: folder.file("d")) }
    #expect(folderError?.reason == .system(operation: "rename", code: EISDIR))
    #expect(try folder.files == ["d"])
    #expect(throws: FileError.self) { try Safetensors.write(sample, to: folder.file("no/a")) }
    #expect(throws: FileError.self) { try Safetensors.write(sample, to: folder.file("d/")) }
    #expect(throws: FileError.self) { try Safetensors.write(sample, to: "") }
    // What a killed writer left is no hindrance, and a link there is not followed.
    try write(Array(repeating: 7, count: 10_000), to: folder.file(".a.tmp"))
    try Safetensors.write(sample, to: folder.file("a"))
    #expect(try Safetensors.read(folder.file("a")) == sample)
    #expect(try folder.files == ["a", "d"])
    try FileManager.default.createSymbolicLink(atPath: folder.file(".a.tmp"), withDestinationPath: folder.file("a"))
    #expect(throws: FileError.self) { try Safetensors.write(Checkpoint(), to: folder.file("a")) }
    #expect(try Safetensors.read(folder.file("a")) == sample)
  }

  @Test("who may read the old file may read the new one, and no others")
  func permissions() throws {
    let folder = try TemporaryFolder()
    try Safetensors.write(Self.sample(), to: folder.file("a"))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.file("a"))
    try Safetensors.write(Checkpoint(), to: folder.file("a"))
    let mode = try FileManager.default.attributesOfItem(atPath: folder.file("a"))[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test("writers of one file take turns, and its readers see one whole file or another")
  func concurrent() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("shared")
    @Sendable func checkpoint(_ writer: Int) -> Checkpoint {
      Checkpoint(arrays: ["a": StoredArray(.int64(Array(repeating: Int64(writer), count: 2000 * writer)))])
    }
    try Safetensors.write(checkpoint(1), to: path)
    // Threads of their own, because tasks would share as many as there are cores, and so hardly ever wait for a lock.
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 1...8 {
        group.addTask {
          try await onThread { for _ in 0..<20 { try Safetensors.write(checkpoint(writer), to: path) } }
        }
      }
      for _ in 0..<2 {
        group.addTask {
          try await onThread {
            for _ in 0..<100 {
              let read = try Safetensors.read(path)
              #expect((1...8).contains { read == checkpoint($0) })
            }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try folder.files == ["shared"])
  }
}

private func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
  try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
    Thread { continuation.resume(with: Result(catching: body)) }.start()
  }
}
