extension TableSchema {
  private enum EncodingKeys: String, CodingKey {
    case features, target, classes, missingTexts, dropsRows
  }

  /// The same schema gives the same text: sets are written in order.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: EncodingKeys.self)
    try container.encode(features, forKey: .features)
    try container.encode(target, forKey: .target)
    try container.encodeIfPresent(classes, forKey: .classes)
    try container.encode(missingTexts.sorted(), forKey: .missingTexts)
    try container.encode(dropsRows, forKey: .dropsRows)
  }
}
