#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Memory with a page before and a page after it that may not be touched. Released with the object.
final class GuardedPages {
  private let mapping: UnsafeMutableRawPointer
  private let pageBytes: Int, byteCount: Int

  /// nil where the system gives no memory.
  init?(byteCount: Int) {
    pageBytes = max(Int(sysconf(Int32(_SC_PAGESIZE))), 4096)
    self.byteCount = (max(byteCount, 1) + pageBytes - 1) / pageBytes * pageBytes
    guard let mapping = mmap(nil, self.byteCount + 2 * pageBytes, PROT_NONE, MAP_PRIVATE | MAP_ANON, -1, 0),
      mapping != MAP_FAILED
    else { return nil }
    self.mapping = mapping
    if mprotect(mapping + pageBytes, self.byteCount, PROT_READ | PROT_WRITE) != 0 { return nil }
  }

  deinit { munmap(mapping, byteCount + 2 * pageBytes) }

  /// The first byte that may be touched, and the first after them that may not.
  var start: UnsafeMutableRawPointer { mapping + pageBytes }
  var end: UnsafeMutableRawPointer { start + byteCount }
}
