/// Where the values that live only within a run lie in one arena, so that values which never live at the same time share
/// memory.
///
/// Greedy by size (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020): the largest value
/// first, each at the lowest offset that is free while it lives.
struct MemoryPlan {
  struct Lifetime {
    /// In floats.
    var size: Int
    /// The step that makes it, and the last step that reads it.
    var birth: Int, death: Int
  }

  /// In floats, by the lifetimes' order.
  private(set) var offsets: [Int]
  private(set) var size = 0

  /// A cache line.
  private static let alignment = 16

  init(_ lifetimes: [Lifetime]) {
    offsets = [Int](repeating: 0, count: lifetimes.count)
    var placed: [Int] = []
    for index in lifetimes.indices.sorted(by: { lifetimes[$0].size > lifetimes[$1].size }) {
      let wanted = lifetimes[index]
      let size = (wanted.size + Self.alignment - 1) / Self.alignment * Self.alignment
      var offset = 0
      for other in placed.sorted(by: { offsets[$0] < offsets[$1] }) {
        let taken = lifetimes[other]
        guard taken.birth <= wanted.death, wanted.birth <= taken.death else { continue }
        if offset + size <= offsets[other] { break }
        offset = max(offset, offsets[other] + (taken.size + Self.alignment - 1) / Self.alignment * Self.alignment)
      }
      offsets[index] = offset
      self.size = max(self.size, offset + size)
      placed.append(index)
    }
  }
}
