/// The sizes of a tensor: `[]` a scalar, `[n]` a vector, `[rows, columns]` a matrix.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  public let dimensions: [Int]

  public init(_ dimensions: [Int]) { self.dimensions = dimensions }
  public init(arrayLiteral dimensions: Int...) { self.dimensions = dimensions }

  public static let scalar = Shape([])

  public var rank: Int { dimensions.count }
  public var count: Int { dimensions.reduce(1, *) }

  /// As the kernels see it: a vector is one row.
  public var rows: Int { rank < 2 ? 1 : dimensions[0] }
  public var columns: Int { rank == 0 ? 1 : dimensions[rank - 1] }

  public var description: String { "[\(dimensions.map(String.init).joined(separator: ", "))]" }

  /// Whether a tensor of this shape can exist: at most two sizes, none negative, the bytes countable.
  var isValid: Bool {
    guard rank <= 2, dimensions.allSatisfy({ $0 >= 0 }) else { return false }
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    return !overflow && count <= 1 << 59
  }

  /// The common shape of two that meet element by element: a size of 1, or a missing first size, is repeated.
  func broadcast(with other: Shape) -> Shape? {
    func common(_ a: Int, _ b: Int) -> Int? { a == b || b == 1 ? a : a == 1 ? b : nil }
    guard let rows = common(rows, other.rows), let columns = common(columns, other.columns) else { return nil }
    switch max(rank, other.rank) {
    case 0: return .scalar
    case 1: return [columns]
    default: return [rows, columns]
    }
  }
}
