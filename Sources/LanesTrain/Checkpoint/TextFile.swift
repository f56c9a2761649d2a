/// Writes a text, such as a report, so that a kill or a full disk leaves the old file or the new one, never a part.
public enum TextFile {
  /// Throws what would keep `write` from succeeding, as far as that can be known before: to be asked before long work.
  public static func check(_ path: String) throws(FileError) { try AtomicFile.check(path) }

  /// Replaces the file at the path. In UTF-8.
  public static func write(_ text: String, to path: String) throws(FileError) {
    try AtomicFile.check(path)
    try AtomicFile.write(to: path) { (file) throws(FileError) in try file.write(Array(text.utf8)) }
  }
}
