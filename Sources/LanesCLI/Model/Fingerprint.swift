import LanesTrain

/// FNV-1a with 64 bits, over words instead of bytes: tells data from other data, and finds damage; no protection against
/// people.
struct Fingerprint: CustomStringConvertible {
  private var hash: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ word: UInt64) { hash = (hash ^ word) &* 0x100_0000_01b3 }

  mutating func add(_ text: String) {
    for byte in text.utf8 { add(UInt64(byte)) }
    add(0xff)
  }

  mutating func add(_ values: [Float]) {
    for value in values { add(UInt64(value.bitPattern)) }
  }

  var description: String { String(hash, radix: 16) }
}

extension Dataset {
  /// Of all features and targets.
  var fingerprint: String {
    var fingerprint = Fingerprint()
    fingerprint.add(features)
    fingerprint.add(targets)
    return fingerprint.description
  }
}

extension Checkpoint {
  /// Of all texts and arrays but for one text.
  func fingerprint(without key: String) -> String {
    var fingerprint = Fingerprint()
    for (name, text) in metadata.sorted(by: { $0.key < $1.key }) where name != key {
      fingerprint.add(name)
      fingerprint.add(text)
    }
    for (name, array) in arrays.sorted(by: { $0.key < $1.key }) {
      fingerprint.add("\(name) \(array.shape) \(array.elements.type)")
      switch array.elements {
      case .float32(let values): fingerprint.add(values)
      case .float64(let values): for value in values { fingerprint.add(value.bitPattern) }
      case .int64(let values): for value in values { fingerprint.add(UInt64(bitPattern: value)) }
      case .int32, .uint32, .uint8, .bool: fingerprint.add(array.floats)
      }
    }
    return fingerprint.description
  }
}
