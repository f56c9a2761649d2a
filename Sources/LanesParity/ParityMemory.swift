import Lanes

/// The memory of one case: its arguments, each between guards, with an image of what it held before the call.
///
/// The case asks for blocks and gets pointers; a run restores every block, makes the call, takes the results out and then
/// looks for what else has changed: inputs, guards before and after a block, gaps between the end of a row and the next.
/// Guards, gaps and outputs hold NaNs, each with a payload of its own, so that what is read there shows in the results.
public final class ParityMemory {
  /// What a block is to the call. What it leaves in scratch memory is not compared.
  public enum Role: Sendable { case input, output, inPlace, scratch }

  /// Where a matrix lies: elements between the end of a row and the start of the next, and elements by which it starts
  /// after a multiple of 64 bytes.
  public struct Layout: Sendable {
    public var gap: Int, offset: Int
    public init(gap: Int = 0, offset: Int = 0) { (self.gap, self.offset) = (gap, offset) }
    public static let dense = Layout()
  }

  /// What lies around each block.
  public enum Edges: String, CaseIterable, Sendable {
    /// NaNs, which must still be there after the call: what is written shows, and what is read and used.
    case guards
    /// A page without access right after the last element, or before the first: whatever touches it, a read too, ends the
    /// process. Blocks then lie at any multiple of 4 bytes, not where their layout says.
    case pageAfter, pageBefore
  }

  /// Words before and after a block that must stay as they are: more than a vector or a row of a matmul tile.
  private static let guardWords = 64

  /// One argument, rows × columns.
  struct Region {
    let name: String, role: Role, isFloat: Bool
    let rows: Int, columns: Int, stride: Int
    /// Words before the first element, words that elements and gaps take, and words altogether.
    let lead: Int, extent: Int, words: Int
    let memory: UnsafeMutableRawPointer, image: UnsafeMutableRawPointer
    /// Where the memory lies between pages.
    let pages: GuardedPages?

    func wordIndex(_ i: Int, _ j: Int) -> Int { lead + i * stride + j }
    func word(_ index: Int) -> UInt32 { memory.load(fromByteOffset: 4 * index, as: UInt32.self) }
    func imageWord(_ index: Int) -> UInt32 { image.load(fromByteOffset: 4 * index, as: UInt32.self) }
    func restore() { memory.copyMemory(from: image, byteCount: 4 * words) }
  }

  /// Draws the values; seeded with the case's name.
  public var generator: ParityGenerator
  public let edges: Edges
  private(set) var regions: [Region] = []

  public init(seed: String, edges: Edges = .guards) {
    generator = ParityGenerator(seed: seed)
    self.edges = edges
  }

  deinit {
    for region in regions {
      if region.pages == nil { region.memory.deallocate() }
      region.image.deallocate()
    }
  }

  /// A block that the call reads, and that must not change.
  public func input(
    _ name: String, rows: Int = 1, columns: Int, _ layout: Layout, _ values: ParityValues
  ) -> ParityBlock {
    let stride = columns + layout.gap
    return block(name, .input, rows: rows, columns: columns, stride: stride, offset: layout.offset, values)
  }

  /// A block that the call reads and writes.
  public func inPlace(
    _ name: String, rows: Int = 1, columns: Int, _ layout: Layout, _ values: ParityValues
  ) -> ParityBlock {
    let stride = columns + layout.gap
    return block(name, .inPlace, rows: rows, columns: columns, stride: stride, offset: layout.offset, values)
  }

  /// The same, without gaps and aligned.
  public func input(_ name: String, rows: Int = 1, columns: Int, _ values: ParityValues) -> ParityBlock {
    input(name, rows: rows, columns: columns, .dense, values)
  }

  /// The same, without gaps and aligned.
  public func inPlace(_ name: String, rows: Int = 1, columns: Int, _ values: ParityValues) -> ParityBlock {
    inPlace(name, rows: rows, columns: columns, .dense, values)
  }

  /// A block that the call writes; it holds NaNs before.
  public func output(_ name: String, rows: Int = 1, columns: Int, _ layout: Layout = .dense) -> ParityBlock {
    let stride = columns + layout.gap
    return block(name, .output, rows: rows, columns: columns, stride: stride, offset: layout.offset, nil)
  }

  /// A block that the call may use as it likes.
  public func scratch(_ name: String, count: Int) -> ParityBlock {
    block(name, .scratch, rows: 1, columns: count, stride: count, nil)
  }

  /// Integers that the call reads.
  public func labels(_ name: String, _ values: [Int32], offset: Int = 0) -> ParityBlock {
    let region = allocate(name, .input, isFloat: false, rows: 1, columns: values.count, stride: values.count, offset)
    for (j, value) in values.enumerated() {
      region.image.storeBytes(of: value, toByteOffset: 4 * region.wordIndex(0, j), as: Int32.self)
    }
    return handle(region)
  }

  /// Integers that the call writes.
  public func indices(_ name: String, count: Int, offset: Int = 0) -> ParityBlock {
    handle(allocate(name, .output, isFloat: false, rows: 1, columns: count, stride: count, offset))
  }

  /// Any block; a stride shorter than a row makes rows that share elements, which only inputs may.
  public func block(
    _ name: String, _ role: Role, rows: Int, columns: Int, stride: Int, offset: Int = 0, _ values: ParityValues?
  ) -> ParityBlock {
    let region = allocate(name, role, isFloat: true, rows: rows, columns: columns, stride: stride, offset)
    if let values {
      for i in 0..<rows {
        for j in 0..<columns {
          let value = values.value(at: i * columns + j, of: rows * columns, &generator)
          region.image.storeBytes(
            of: value.bitPattern, toByteOffset: 4 * region.wordIndex(i, j), as: UInt32.self)
        }
      }
    }
    return handle(region)
  }

  private func allocate(
    _ name: String, _ role: Role, isFloat: Bool, rows: Int, columns: Int, stride: Int, _ offset: Int
  ) -> Region {
    let extent = rows > 0 && columns > 0 ? (rows - 1) * stride + columns : 0
    let lead = edges == .pageBefore ? 0 : Self.guardWords + offset
    let words = lead + extent + (edges == .pageAfter ? 0 : Self.guardWords)
    let pages = edges == .guards ? nil : GuardedPages(byteCount: 4 * words)
    let memory =
      switch (edges, pages) {
      case (.pageBefore, .some(let pages)): pages.start
      case (.pageAfter, .some(let pages)): pages.end - 4 * words
      default: UnsafeMutableRawPointer.allocate(byteCount: 4 * words, alignment: 64)
      }
    let region = Region(
      name: name, role: role, isFloat: isFloat, rows: rows, columns: columns, stride: stride,
      lead: lead, extent: extent, words: words,
      memory: memory, image: UnsafeMutableRawPointer.allocate(byteCount: 4 * words, alignment: 64), pages: pages)
    for index in 0..<words {
      let canary = 0x7fc0_0000 | UInt32(truncatingIfNeeded: (index &* 2_654_435_761) & 0x3f_ffff)
      region.image.storeBytes(of: canary, toByteOffset: 4 * index, as: UInt32.self)
    }
    regions.append(region)
    return region
  }

  private func handle(_ region: Region) -> ParityBlock {
    ParityBlock(start: region.memory + 4 * region.lead, stride: region.stride)
  }
}

/// One argument of a case, to be passed to a backend as what it needs to be.
public struct ParityBlock {
  let start: UnsafeMutableRawPointer
  public let stride: Int

  public var read: UnsafePointer<Float> { UnsafePointer(write) }
  public var write: UnsafeMutablePointer<Float> { start.assumingMemoryBound(to: Float.self) }
  public var labels: UnsafePointer<Int32> { UnsafePointer(indices) }
  public var indices: UnsafeMutablePointer<Int32> { start.assumingMemoryBound(to: Int32.self) }
  public var matrix: MatrixInput { MatrixInput(read, stride: stride) }
  public var result: MatrixOutput { MatrixOutput(write, stride: stride) }
}
