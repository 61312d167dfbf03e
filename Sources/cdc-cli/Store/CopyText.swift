import CDCCore

/// Rows in the text format of COPY (PostgreSQL manual, "COPY", File Formats): fields between tabs, `\N` for null.
struct CopyText {
  private(set) var bytes: [UInt8] = []
  private(set) var rowCount = 0
  private var isFirst = true

  init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  mutating func endRow() {
    bytes.append(UInt8(ascii: "\n"))
    rowCount += 1
    isFirst = true
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    rowCount = 0
  }

  mutating func null() {
    separate()
    bytes.append(UInt8(ascii: "\\"))
    bytes.append(UInt8(ascii: "N"))
  }

  mutating func integer(_ value: Int) {
    separate()
    digits(value)
  }

  mutating func boolean(_ value: Bool) {
    separate()
    bytes.append(UInt8(ascii: value ? "t" : "f"))
  }

  /// An unscaled number with that many decimal places: `(1299, 2)` is 12.99.
  mutating func decimal(_ unscaled: Int, scale: Int = 2) {
    separate()
    if unscaled < 0 { bytes.append(UInt8(ascii: "-")) }
    var unit = 1
    for _ in 0..<scale { unit *= 10 }
    let magnitude = abs(unscaled)
    digits(magnitude / unit)
    bytes.append(UInt8(ascii: "."))
    padded(magnitude % unit, width: scale)
  }

  mutating func text(_ value: String) {
    separate()
    append(value)
  }

  mutating func text(_ parts: String...) {
    separate()
    for part in parts { append(part) }
  }

  mutating func date(_ date: CalendarDate) {
    separate()
    append(date)
  }

  /// `2024-05-01 12:30:45.123456`, with `+00` after it for a timestamptz.
  mutating func timestamp(_ date: CalendarDate, microseconds: Int, zone: String = "") {
    separate()
    append(date)
    bytes.append(UInt8(ascii: " "))
    let seconds = microseconds / 1_000_000
    padded(seconds / 3600, width: 2)
    bytes.append(UInt8(ascii: ":"))
    padded(seconds / 60 % 60, width: 2)
    bytes.append(UInt8(ascii: ":"))
    padded(seconds % 60, width: 2)
    if microseconds % 1_000_000 != 0 {
      bytes.append(UInt8(ascii: "."))
      padded(microseconds % 1_000_000, width: 6)
    }
    append(zone)
  }

  /// A version 4 UUID of two random words.
  mutating func uuid(_ high: UInt64, _ low: UInt64) {
    separate()
    let words = [high & ~0xF000 | 0x4000, low & ~(3 << 62) | 2 << 62]
    for nibble in 0..<32 {
      if [8, 12, 16, 20].contains(nibble) { bytes.append(UInt8(ascii: "-")) }
      let value = UInt8(truncatingIfNeeded: words[nibble / 16] >> UInt64(60 - nibble % 16 * 4)) & 15
      bytes.append(value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10)
    }
  }

  // MARK: pieces

  private mutating func separate() {
    if isFirst { isFirst = false } else { bytes.append(UInt8(ascii: "\t")) }
  }

  private mutating func append(_ text: String) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): bytes.append(contentsOf: [byte, byte])
      case UInt8(ascii: "\t"): bytes.append(contentsOf: Array("\\t".utf8))
      case UInt8(ascii: "\n"): bytes.append(contentsOf: Array("\\n".utf8))
      default: bytes.append(byte)
      }
    }
  }

  private mutating func append(_ date: CalendarDate) {
    padded(date.year, width: 4)
    bytes.append(UInt8(ascii: "-"))
    padded(date.month, width: 2)
    bytes.append(UInt8(ascii: "-"))
    padded(date.day, width: 2)
  }

  private mutating func digits(_ value: Int) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    let start = bytes.count
    var magnitude = value.magnitude
    repeat {
      bytes.append(UInt8(ascii: "0") + UInt8(magnitude % 10))
      magnitude /= 10
    } while magnitude > 0
    bytes[start...].reverse()
  }

  private mutating func padded(_ value: Int, width: Int) {
    let start = bytes.count
    digits(value)
    let missing = width - (bytes.count - start)
    if missing > 0 { bytes.insert(contentsOf: repeatElement(UInt8(ascii: "0"), count: missing), at: start) }
  }
}
