import TestSupport
import Testing

@testable import PGWire

@Suite("Malformed values")
struct MalformedValueTests {
  private static let nested: [ValueFormat.Kind] = [
    .array, .decimal64, .decimal128, .range, .multirange, .vector, .halfvec, .hstore, .composite,
    .variant, .masked,
  ]

  static let kinds: [ValueFormat] = {
    var formats = (UInt8(0)...100).compactMap { ValueFormat.Kind(rawValue: $0) }
      .filter { !nested.contains($0) }.map { ValueFormat($0) }
    formats += [(6, 2), (18, 0), (38, 10)].compactMap { ValueFormat.decimal(precision: $0.0, scale: $0.1) }
    let text = ValueFormat(.text)
    formats += [.int4, .numericText, .date, .timestamptz, .text, .inet].flatMap { bound in
      [
        ValueFormat(.range, elements: [ValueFormat(bound)]),
        ValueFormat(.multirange, elements: [ValueFormat(bound)]),
      ]
    }
    formats += [
      ValueFormat(.variant, elements: [text]), ValueFormat(.variant, elements: [ValueFormat(.versionedText)]),
      ValueFormat(.vector, elements: [ValueFormat(.float4)]),
      ValueFormat(.halfvec, elements: [ValueFormat(.float4)]),
      ValueFormat(.hstore, elements: [text, text]), .pair(ValueFormat(.int4), text),
      .pair(.pair(text, .array(of: text)), ValueFormat(.hstore, elements: [text, text])),
    ]
    let masked = formats.flatMap { [$0.masked(by: .null), $0.masked(by: .sha256(salt: [1]))] }
    return formats + formats.map { .array(of: $0) } + masked
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
    // int4range [1,5), a multirange of it, numrange [1.5,)
    [2, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 5],
    [0, 0, 0, 1, 0, 0, 0, 17, 2, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 5],
    [0x12, 0, 0, 0, 12, 0, 2, 0, 0, 0, 0, 0, 1, 0, 1, 0x13, 0x88],
    // vector [1,2], halfvec [1,2], hstore a=>1, b=>NULL
    [0, 2, 0, 0, 0x3F, 0x80, 0, 0, 0x40, 0, 0, 0], [0, 2, 0, 0, 0x3C, 0, 0x40, 0],
    [0, 0, 0, 2, 0, 0, 0, 1, 97, 0, 0, 0, 1, 49, 0, 0, 0, 1, 98, 0xFF, 0xFF, 0xFF, 0xFF],
    // ROW(1, 'a'), tsvector 'a':1A 'b', a snapshot, a jsonb
    [0, 0, 0, 2, 0, 0, 0, 23, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 25, 0, 0, 0, 1, 97],
    [0, 0, 0, 2, 97, 0, 0, 1, 0xC0, 1, 98, 0, 0, 0],
    [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 5], [1, 123, 125],
    Array("(1,\"a \"\"b\"\" \\\\\")".utf8), Array("(\"(a,{x})\",\"\"\"k\"\"=>NULL\")".utf8),
    Array("\"a\"=>\"1\", \"b\"=>NULL".utf8), Array("[1,-2.5e-3]".utf8), Array("-$1,234.50".utf8),
  ]

  @Test("No truncation and no mutation of a value traps, and none leaves half a row", arguments: kinds)
  func neverTraps(_ format: ValueFormat) {
    var random = SeededGenerator(seed: UInt64(format.kind.rawValue) &+ 1)
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
        // Parts of one value are as long as one another.
        #expect(Set(builder.elements.map(\.count)).count <= 1)
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

  @Test(
    "Timestamps that no server has are printed or refused",
    arguments: [Int64.min + 1, Int64.min + 86_399_999_999, Int64.max - 1])
  func extremeTimestamps(_ value: Int64) throws {
    var bytes: [UInt8] = []
    bytes.appendBigEndian(value)
    for kind in [ValueFormat.Kind.timestamp, .timestamptz] {
      var hashed = ColumnBuilder(ValueFormat(kind).masked(by: .sha256(salt: [1])))
      try? hashed.append(binary: unsafe bytes.span.bytes)
      // A range from that value on.
      var range = ColumnBuilder(ValueFormat(.range, elements: [ValueFormat(kind)]))
      let bound: [UInt8] = [0x12, 0, 0, 0, 8] + bytes
      try? range.append(binary: unsafe bound.span.bytes)
      #expect(hashed.count + range.count <= 2)
    }
  }

  @Test("An array whose dimensions multiply to nothing is none at all", .timeLimit(.minutes(1)))
  func emptyDimensions() throws {
    let lengths: [UInt8] = [60, 60, 60, 60, 60, 0]
    let bytes: [UInt8] =
      [0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 23] + lengths.flatMap { [0, 0, 0, $0, 0, 0, 0, 1] }
    var hashed = ColumnBuilder(ValueFormat.array(of: ValueFormat(.int4)).masked(by: .sha256(salt: [1])))
    try? hashed.append(binary: unsafe bytes.span.bytes)
    #expect(hashed.count <= 1)
  }
}

extension ValueFormat {
  fileprivate static func pair(_ first: ValueFormat, _ second: ValueFormat) -> ValueFormat {
    ValueFormat(
      .composite, elements: [first, second],
      fields: [.init(name: "a", type: 23, typeName: ""), .init(name: "b", type: 25, typeName: "")])
  }
}
