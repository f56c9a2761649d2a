import LanesTrain
import Testing

@Suite("NPY and NPZ")
struct NPYTests {
  // What NumPy 2.4.6 writes, in base 64.
  enum Written {
    /// numpy.save(_, numpy.array([[1, -2.5, 3], [4, 5, 6e10]], numpy.float32))
    static let matrix = base64(
      """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIA/AAAgwAAAQEAAAIBAAACgQHaE\
      X1E=
      """)
    /// numpy.save(_, numpy.asfortranarray(numpy.array([[1, 2, 3], [4, 5, 6]], numpy.float64)))
    static let fortran = base64(
      """
      k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAADwPwAAAAAAABBAAAAAAAAA\
      AEAAAAAAAAAUQAAAAAAAAAhAAAAAAAAAGEA=
      """)
    /// numpy.lib.format.write_array(_, numpy.array([1, 2**40, -3], numpy.int64), version=(2, 0)), and (3, 0)
    static let version2 = base64(
      """
      k05VTVBZAgB0AAAAeydkZXNjcic6ICc8aTgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMywpLCB9ICAgICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAAAAAAAAAAAAAAAAQAA/f//////\
      //8=
      """)
    static let version3 = base64(
      """
      k05VTVBZAwB0AAAAeydkZXNjcic6ICc8aTgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMywpLCB9ICAgICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAAAAAAAAAAAAAAAAQAA/f//////\
      //8=
      """)
    /// numpy.savez(_, x=numpy.array([[1.5], [2]], numpy.float32), labels=numpy.array([1, 0], numpy.uint8),
    /// flag=numpy.array(True))
    static let archive = base64(
      """
      UEsDBC0AAAAAAAAAIQDG8OMT//////////8FABQAeC5ucHkBABAAiAAAAAAAAACIAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzog\
      JzxmNCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCAxKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAADAPwAAAEBQSwMELQAAAAAAAAAhAE5ja7H//////////woAFABsYWJl\
      bHMubnB5AQAQAIIAAAAAAAAAggAAAAAAAACTTlVNUFkBAHYAeydkZXNjcic6ICd8dTEnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNl\
      LCAnc2hhcGUnOiAoMiwpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg\
      ICAgCgEAUEsDBC0AAAAAAAAAIQCCLfjT//////////8IABQAZmxhZy5ucHkBABAAgQAAAAAAAACBAAAAAAAAAJNOVU1QWQEAdgB7\
      J2Rlc2NyJzogJ3xiMScsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgpLCB9ICAgICAgICAgICAgICAgICAgICAg\
      ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAVBLAQItAy0AAAAAAAAAIQDG8OMTiAAAAIgAAAAFAAAA\
      AAAAAAAAAACAAQAAAAB4Lm5weVBLAQItAy0AAAAAAAAAIQBOY2uxggAAAIIAAAAKAAAAAAAAAAAAAACAAb8AAABsYWJlbHMubnB5\
      UEsBAi0DLQAAAAAAAAAhAIIt+NOBAAAAgQAAAAgAAAAAAAAAAAAAAIABfQEAAGZsYWcubnB5UEsFBgAAAAADAAMAoQAAADgCAAAA\
      AA==
      """)
    /// numpy.savez_compressed(_, x=numpy.zeros(3, numpy.float32))
    static let compressed = base64(
      """
      UEsDBC0AAAAIAAAAIQCp9psY//////////8FABQAeC5ucHkBABAAjAAAAAAAAABHAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6l\
      oG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6mjoKtQoUAC4GJAAAUEsBAi0DLQAAAAgAAAAhAKn2mxhHAAAA\
      jAAAAAUAAAAAAAAAAAAAAIABAAAAAHgubnB5UEsFBgAAAAABAAEAMwAAAH4AAAAAAA==
      """)
  }

  /// One array of every type, and shapes of every kind.
  static func samples() throws -> [String: StoredArray] {
    [
      "scalar": try StoredArray(.scalar, .float64([-1e300])),
      "vector": StoredArray(.int64([.min, 0, .max])),
      "matrix": try StoredArray([2, 3], .float32([1, -0.0, .infinity, 1e-45, 3, 4])),
      "none": try StoredArray([0, 5], .int32([])),
      "nothing": StoredArray(.float32([])),
      "words": StoredArray(.uint32([0, .max])),
      "integers": try StoredArray([3, 1], .int32([.min, 0, .max])),
      "bytes": StoredArray(.uint8(Array(0...255))),
      "truths": try StoredArray([1, 3], .bool([true, false, true])),
    ]
  }

  @Test("NumPy's files are read, in every version and order")
  func numpyFiles() throws {
    #expect(try NPY.decode(Written.matrix) == StoredArray([2, 3], .float32([1, -2.5, 3, 4, 5, 6e10])))
    #expect(try NPY.decode(Written.fortran) == StoredArray([2, 3], .float64([1, 2, 3, 4, 5, 6])))
    let integers = StoredArray(.int64([1, 1 << 40, -3]))
    #expect(try NPY.decode(Written.version2) == integers)
    #expect(try NPY.decode(Written.version3) == integers)
    let arrays = try NPZ.decode(Written.archive)
    #expect(arrays.count == 3)
    #expect(try arrays["x"] == StoredArray([2, 1], .float32([1.5, 2])))
    #expect(arrays["labels"] == StoredArray(.uint8([1, 0])))
    #expect(try arrays["flag"] == StoredArray(.scalar, .bool([true])))
  }

  @Test("what is written is read again, to the bit, from memory and from files")
  func roundTrip() throws {
    let samples = try Self.samples()
    let folder = try TemporaryFolder()
    for array in samples.values {
      let encoded = NPY.encode(array)
      #expect(try NPY.decode(encoded) == array)
      try NPY.write(array, to: folder.file("a.npy"))
      #expect(try bytes(of: folder.file("a.npy")) == encoded)
      #expect(try NPY.read(folder.file("a.npy")) == array)
    }
    try NPZ.write(samples, to: folder.file("a.npz"))
    #expect(try NPZ.read(folder.file("a.npz")) == samples)
    #expect(try NPZ.decode(NPZ.encode([:])) == [:])
    #expect(try folder.files == ["a.npy", "a.npz"])
  }

  @Test("NumPy reads what is written, and what NumPy writes of it is read", .enabled(if: Python.has("numpy")))
  func numpy() throws {
    let folder = try TemporaryFolder()
    let samples = try Self.samples()
    try NPZ.write(samples, to: folder.file("ours.npz"))
    for (name, array) in samples { try NPY.write(array, to: folder.file("\(name).npy")) }
    let program = """
      import numpy, sys
      folder = sys.argv[1]
      arrays = numpy.load(folder + "/ours.npz")
      assert not __import__("zipfile").ZipFile(folder + "/ours.npz").testzip()
      for name in arrays.files:
          alone = numpy.load(f"{folder}/{name}.npy")
          assert alone.dtype == arrays[name].dtype and alone.shape == arrays[name].shape
          assert alone.tobytes() == arrays[name].tobytes()
          print(name, alone.dtype, alone.shape, alone.tolist() if alone.size < 9 else int(alone.sum()), sep=";")
      numpy.savez(folder + "/theirs.npz", **{n: numpy.array(arrays[n], order="F") for n in arrays.files})
      """
    let printed = try Python.run(program, folder.path).split(separator: "\n").map(String.init)
    #expect(
      printed == [
        "bytes;uint8;(256,);32640", "integers;int32;(3, 1);[[-2147483648], [0], [2147483647]]",
        "matrix;float32;(2, 3);[[1.0, -0.0, inf], [1.401298464324817e-45, 3.0, 4.0]]", "none;int32;(0, 5);[]",
        "nothing;float32;(0,);[]", "scalar;float64;();-1e+300", "truths;bool;(1, 3);[[True, False, True]]",
        "vector;int64;(3,);[-9223372036854775808, 0, 9223372036854775807]", "words;uint32;(2,);[0, 4294967295]",
      ])
    #expect(try NPZ.read(folder.file("theirs.npz")) == samples)
  }

  @Test("files that cannot be read are said to be so, by name")
  func mistakes() throws {
    func npy(_ header: String, _ data: [UInt8] = []) -> String? {
      let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + data
      do throws(FileError) {
        _ = try NPY.decode(bytes, name: "a.npy")
        return nil
      } catch { return error.description }
    }
    let eight = [UInt8](repeating: 0, count: 8)
    #expect(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", eight) == nil)
    #expect(npy("{\"shape\":(2),'fortran_order':True,'descr':'<f4'}", eight) == nil)
    #expect(
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", eight)
        == "a.npy: float32 [3] needs 12 bytes, but there are 8")
    #expect(npy("{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", eight)?.contains("'>f4'") == true)
    #expect(
      npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }", eight)?.contains("records") == true)
    #expect(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1, 1), }", eight)?.contains("3 sizes") == true)
    for header in [
      "", "{", "{}", "{'descr': '<f4', 'fortran_order': False}", "{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': 2}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x",
      "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
    ] {
      #expect(npy(header, eight)?.contains("damaged") == true, "\(header)")
    }
    #expect(
      npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 4)}", eight)?
        .contains("impossible") == true)
    let text = #expect(throws: FileError.self) { try NPY.decode(Array("x,y\n1,2\n3,4\n".utf8)) }
    #expect(text?.description == "npy: not an NPY file: it does not begin with 0x93 NUMPY and a version")
    let compressed = #expect(throws: FileError.self) { try NPZ.decode(Written.compressed) }
    #expect(compressed?.description.contains("'x.npy' is compressed") == true)
    #expect(throws: FileError.self) { try NPZ.decode(Written.matrix) }
    #expect(throws: FileError.self) { try NPY.read("/nonexistent.npy") }
  }

  @Test("a damaged archive is never taken for a whole one")
  func checksums() throws {
    let archive = Written.archive
    for place in stride(from: 0, to: archive.count, by: 3) {
      var copy = archive
      copy[place] ^= 0x10
      // A change of what does not matter, such as a date, or of a name, may pass.
      guard let arrays = try? NPZ.decode(copy) else { continue }
      #expect(try Array(arrays.values).allSatisfy { try NPZ.decode(archive).values.contains($0) }, "byte \(place)")
    }
    for count in 0..<archive.count { #expect(throws: FileError.self) { try NPZ.decode(Array(archive[..<count])) } }
    let matrix = Written.matrix
    for count in 0..<matrix.count { #expect(throws: FileError.self) { try NPY.decode(Array(matrix[..<count])) } }
  }

  @Test("nothing that a file can hold traps", arguments: [0, 1, 2, 3] as [UInt32])
  func fuzz(seed: UInt32) throws {
    var read = 0
    for original in [Written.matrix, Written.fortran, Written.version2, Written.version3] {
      for bytes in try damaged(original, count: 500, seed: seed) where (try? NPY.decode(bytes)) != nil { read += 1 }
    }
    for bytes in try damaged(Written.archive, count: 1000, seed: seed) where (try? NPZ.decode(bytes)) != nil {
      read += 1
    }
    #expect(read > 0)
  }
}
