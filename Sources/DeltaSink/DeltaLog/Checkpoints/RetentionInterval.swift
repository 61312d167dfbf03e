/// Durations in table properties: `interval 30 days`, `interval 1 week 12 hours`.
enum RetentionInterval {
  /// Milliseconds; nil where the text is no such interval.
  static func parse(_ text: String) -> Int64? {
    var words = text.lowercased().split(separator: " ")[...]
    if words.first == "interval" { words = words.dropFirst() }
    guard !words.isEmpty, words.count % 2 == 0 else { return nil }
    var total: Int64 = 0
    while let amount = words.popFirst(), let unit = words.popFirst() {
      guard let amount = Int64(amount), amount >= 0, let length = milliseconds(unit) else { return nil }
      let (product, overflowed) = amount.multipliedReportingOverflow(by: length)
      let (sum, overflowedAgain) = total.addingReportingOverflow(product)
      if overflowed || overflowedAgain || sum > Int64.max / 4 { return nil }
      total = sum
    }
    return total
  }

  private static func milliseconds(_ unit: Substring) -> Int64? {
    switch unit.hasSuffix("s") ? unit.dropLast() : unit {
    case "week": 604_800_000
    case "day": 86_400_000
    case "hour": 3_600_000
    case "minute": 60_000
    case "second": 1000
    case "millisecond": 1
    default: nil
    }
  }
}

extension Metadata {
  /// How long files that were removed are kept for readers of older versions, in milliseconds: a week by
  /// default.
  package func deletedFileRetention() throws -> Int64 {
    try interval("delta.deletedFileRetentionDuration", default: 604_800_000)
  }

  /// How long commits are kept, in milliseconds: 30 days by default.
  package func logRetention() throws -> Int64 {
    try interval("delta.logRetentionDuration", default: 2_592_000_000)
  }

  private func interval(_ key: String, default standard: Int64) throws -> Int64 {
    guard let text = configuration[key] else { return standard }
    guard let value = RetentionInterval.parse(text) else {
      throw DeltaError(
        .unsupportedFeature,
        "The table property \(key) is no interval of weeks, days, hours, minutes or seconds: set it to one.")
    }
    return value
  }
}
