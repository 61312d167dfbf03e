import Testing

@testable import PGWire

@Suite("Malformed values")
struct MalformedValueTests {
  static let kinds: [ValueFormat] = {
    var formats = (UInt8(0)...40).compactMap { ValueFormat.Kind(rawValue: $0) }
      .filter { ![.array, .decimal64, .decimal128].contains($0) }.map { ValueFormat($0) }
    formats += [(6, 2), (18, 0), (38, 10)].compactMap { ValueFormat.decimal(precision: $0.0, scale: $0.1) }
    return formats + formats.map { .array(of: $0) }
  }()

  /// Sound values of many types, to be cut and bent.
  static let seeds: [[UInt8]] = [
    [0, 2, 0, 1, 0, 0, 0, 2, 4, 210, 22, 46], [0, 0, 0, 0, 0xC0, 0, 0, 0],
    [
      0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 23, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 9, 0, 0, 0, 4, 0, 0,
      0, 7,
    ],
    [3, 128, 0, 16, 0x20, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 11, 0xAA, 0xA0],
    [0, 0, 0, 0, 0, 15, 66, 64, 0, 0, 0, 3, 0, 0, 0, 14],
    Array("2024-02-29 12:34:56.789+05:30 BC".utf8), Array("-12345678901234567890.000123".utf8),
    Array("{1,NULL,\"a\\\"b\"}".utf8), Array("[0:1]={x,y}".utf8), Array("\\x00ff".utf8),
    Array("a\\\\b\\377".utf8),
    Array("-1.7976931348623157e+308".utf8), Array("infinity".utf8),
  ]

  @Test("No truncation and no mutation of a value traps, and none leaves half a row", arguments: kinds)
  func neverTraps(_ format: ValueFormat) {
    var random = SeededGenerator(state: UInt64(format.kind.rawValue) &+ 1)
    var builder = ColumnBuilder(format)
    func attempt(_ bytes: [UInt8]) {
      for isText in [false, true] {
        let before = builder.count
        var isTaken = true
        do throws(ValueError) {
          if isText {
            try builder.append(text: unsafe bytes.span.bytes)
          } else {
            try builder.append(binary: unsafe bytes.span.bytes)
          }
        } catch { isTaken = false }
        #expect(builder.count == before + (isTaken ? 1 : 0))
        if let end = builder.offsets.last, format.kind.storage == .bytes {
          #expect(builder.bytes.count == Int(end))
        }
        if builder.count > 1000 { builder = ColumnBuilder(format) }
      }
    }
    for seed in Self.seeds {
      for length in 0...seed.count { attempt(Array(seed.prefix(length))) }
      for _ in 0..<100 {
        var bytes = seed
        for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
          bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
        }
        attempt(bytes)
      }
    }
  }
}

/// SplitMix64: the same sequence on every machine.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
