import Lanes

extension ParityMemory {
  /// Restores the memory, makes the call, and collects what it left.
  func run(_ call: ParityCase.Call, on backend: any Backend) -> ParityOutcome {
    for region in regions { region.restore() }
    var outcome = ParityOutcome()
    do {
      try call(backend)
    } catch {
      outcome.error = error
    }
    for region in regions where region.role != .input && outcome.error == nil {
      let output = takeOutput(region)
      if region.role != .scratch { outcome.outputs.append(output) }
    }
    for region in regions {
      if let damage = damage(in: region, refused: outcome.error != nil) { outcome.damage.append(damage) }
    }
    return outcome
  }

  /// The results, row by row. The image is put back in their place, so that what still differs from it is damage.
  private func takeOutput(_ region: Region) -> ParityOutcome.Output {
    var bits: [UInt32] = []
    bits.reserveCapacity(region.rows * region.columns)
    for i in 0..<region.rows {
      for j in 0..<region.columns {
        let index = region.wordIndex(i, j)
        bits.append(region.word(index))
        region.memory.storeBytes(of: region.imageWord(index), toByteOffset: 4 * index, as: UInt32.self)
      }
    }
    return ParityOutcome.Output(name: region.name, isFloat: region.isFloat, bits: bits)
  }

  private func damage(in region: Region, refused: Bool) -> String? {
    for index in 0..<region.words where region.word(index) != region.imageWord(index) {
      let position = index - region.lead
      let place =
        position < 0
        ? "\(-position) elements before \(region.name)"
        : position >= region.extent
          ? "\(position - region.extent) elements after the end of \(region.name)"
          : position % max(region.stride, 1) >= region.columns
            ? "the gap after row \(position / max(region.stride, 1)) of \(region.name)"
            : refused ? "\(region.name)[\(position)], in a call that threw" : "the input \(region.name)[\(position)]"
      return "wrote to \(place)"
    }
    return nil
  }
}
