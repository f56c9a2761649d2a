/// A run as a table: named columns, and a row every so many steps. Steps beyond 2²⁴ are rounded, as float32
/// is.
public struct Trace: Hashable, Sendable {
  public let columns: [String]
  public private(set) var rows: [[Float]]

  public init(columns: [String], rows: [[Float]] = []) { (self.columns, self.rows) = (columns, rows) }

  public mutating func append(_ row: [Float]) { rows.append(row) }

  /// The values of a column; empty where there is none of the name.
  public func column(_ name: String) -> [Float] {
    guard let index = columns.firstIndex(of: name) else { return [] }
    return rows.map { $0[index] }
  }
}
