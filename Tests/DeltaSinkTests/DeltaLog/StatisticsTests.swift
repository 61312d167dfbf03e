import CDCCore
import Testing

@testable import DeltaSink

@Suite struct StatisticsTests {
  static func bounds(_ type: ColumnType, _ min: Value, _ max: Value) throws -> (
    text: String, back: ColumnBounds
  ) {
    let schema = DeltaSchema(columns: [ColumnSchema(name: "c", type: type)])
    let statistics = FileStatistics(
      numRecords: 3, columns: [ColumnBounds(min: min, max: max, nullCount: 1)])
    let text = statistics.json(schema)
    let back = try FileStatistics(json: text, schema: schema)
    #expect(back.numRecords == 3)
    #expect(back.tightBounds)
    return (text, try #require(back.columns.first))
  }

  @Test func exactBoundsSurvive() throws {
    let cases: [(ColumnType, Value, Value)] = [
      (.short, .integer(-32768), .integer(32767)), (.int, .integer(Int128(Int32.min)), .integer(7)),
      (.long, .integer(Int128(Int64.min)), .integer(Int128(Int64.max))),
      (.float, .float(-0.1), .float(3.4028235e38)), (.double, .double(-2.5e-308), .double(1e16)),
      (
        .decimal(precision: 38, scale: 9), .integer(-12_345_678_901_234_567_890_123_456_789_012_345_678),
        .integer(5)
      ),
      (.decimal(precision: 5, scale: 0), .integer(-12), .integer(99999)),
      (.string, .bytes(Array("a\"\\é".utf8)), .bytes(Array("z".utf8))),
      (.date, .integer(-719_162), .integer(2_932_896)), (.date, .integer(-1), .integer(11_016)),
      (.timestamp, .integer(-1), .integer(1_700_000_000_123_456)),
      (.timestampNTZ, .integer(-62_135_596_800_000_000), .integer(253_402_300_799_999_999)),
    ]
    for (type, min, max) in cases {
      let (_, back) = try Self.bounds(type, min, max)
      #expect(back.min == min, "\(type)")
      #expect(back.max == max, "\(type)")
      #expect(back.nullCount == 1)
    }
  }

  @Test func theTextIsWhatSparkWrites() throws {
    #expect(
      try Self.bounds(.timestamp, .integer(1_686_832_200_000_000), .integer(1_735_084_800_000_000)).text
        == #"{"numRecords":3,"tightBounds":true,"minValues":{"c":"2023-06-15T12:30:00.000Z"},"#
        + #""maxValues":{"c":"2024-12-25T00:00:00.000Z"},"nullCount":{"c":1}}"#)
    #expect(
      try Self.bounds(.decimal(precision: 10, scale: 2), .integer(12345), .integer(99999)).text
        .contains(#""minValues":{"c":123.45},"maxValues":{"c":999.99}"#))
    #expect(
      try Self.bounds(.timestampNTZ, .integer(1_686_832_200_000_001), .integer(1_686_832_200_000_001)).text
        .contains(#""c":"2023-06-15T12:30:00.000001""#))
  }

  @Test func spelledOutMillisecondsLeaveRoomForWhatSparkCutOff() throws {
    let (_, back) = try Self.bounds(.timestamp, .integer(1_000_000), .integer(1_000_000))
    #expect(back.min == .integer(1_000_000))
    #expect(back.max == .integer(1_000_999))
  }

  @Test func valuesWithoutJSONAreLeftOut() throws {
    let cases: [(ColumnType, Value)] = [
      (.double, .double(.nan)), (.double, .double(.infinity)), (.float, .float(-.infinity)),
      (.date, .integer(2_932_897)), (.date, .integer(-719_163)), (.timestamp, .integer(Int128(Int64.max))),
      (.binary, .bytes([1])), (.boolean, .boolean(true)),
    ]
    for (type, value) in cases {
      let (_, back) = try Self.bounds(type, value, value)
      #expect(back.min == nil, "\(type)")
      #expect(back.max == nil, "\(type)")
    }
  }

  @Test func longStringsAreCutToBoundsThatHold() throws {
    let long = String(repeating: "m", count: 40)
    let cases = [
      long, String(repeating: "é", count: 40), String(repeating: "a", count: 32) + "\u{10FFFF}\u{10FFFF}z",
      String(repeating: "a", count: 32) + "\u{7F}zz", String(repeating: "😀", count: 33),
      String(repeating: "x", count: 32),
    ]
    for text in cases {
      let utf8 = Array(text.utf8)
      let lower = try #require(StringBound.lower(utf8))
      let upper = try #require(StringBound.upper(utf8))
      #expect(lower.unicodeScalars.count <= 32)
      #expect(!utf8.lexicographicallyPrecedes(lower.utf8))
      #expect(!Array(upper.utf8).lexicographicallyPrecedes(utf8))
    }
    #expect(StringBound.upper(Array(long.utf8)) == String(repeating: "m", count: 32) + "\u{7F}")
    #expect(StringBound.upper(Array(String(repeating: "\u{10FFFF}", count: 80).utf8)) == nil)
    #expect(StringBound.lower(Array("ab😀".utf8.dropLast())) == "ab")
    #expect(StringBound.upper([0xFF, 0xFF]) == nil)
  }

  @Test func structsAreNestedAndNamedPhysically() throws {
    var metadata = Metadata(
      schema: DeltaSchema(columns: [
        ColumnSchema(name: "s", type: .structure([ColumnSchema(name: "in", type: .int)])),
        ColumnSchema(name: "l", type: .list(.int)),
      ]))
    metadata.enableColumnMapping()
    let statistics = FileStatistics(
      numRecords: 1,
      columns: [
        ColumnBounds(fields: [ColumnBounds(min: .integer(1), max: .integer(2), nullCount: 0)]),
        ColumnBounds(nullCount: 1),
      ])
    let text = statistics.json(metadata.schema)
    #expect(!text.contains("\"in\""))
    let back = try FileStatistics(json: text, schema: metadata.schema)
    #expect(back == statistics)
  }

  @Test func onlyTheColumnsAskedForAreRead() throws {
    let schema = DeltaSchema(columns: [
      ColumnSchema(name: "a", type: .int), ColumnSchema(name: "b", type: .int),
    ])
    let column = ColumnBounds(min: .integer(1), max: .integer(2), nullCount: 0)
    let text = FileStatistics(numRecords: 1, columns: [column, column]).json(schema)
    let back = try FileStatistics(json: text, schema: schema, columns: [1])
    #expect(back.columns == [ColumnBounds(), column])
  }

  @Test func foreignSpellingsAreUnderstood() throws {
    #expect(CivilTime.parseTimestamp("2023-06-15T12:30:00+02:00") == 1_686_825_000_000_000)
    #expect(CivilTime.parseTimestamp("2023-06-15 12:30:00.5") == 1_686_832_200_500_000)
    #expect(CivilTime.parseTimestamp("2023-06-15T12:30:00.123456789Z") == 1_686_832_200_123_456)
    for bad in [
      "", "2023-06-15", "2023-02-29T00:00:00Z", "2023-06-15T25:00:00Z", "2023-06-15T12:30:00.Z", "é",
    ] {
      #expect(CivilTime.parseTimestamp(bad) == nil)
    }
    #expect(DecimalText.parse("1.5E3", scale: 2) == 150_000)
    #expect(DecimalText.parse("-0.05", scale: 2) == -5)
    #expect(DecimalText.parse("1.500", scale: 2) == 150)
    #expect(DecimalText.parse("1.505", scale: 2) == nil)
    #expect(DecimalText.parse("1e99", scale: 2) == nil)
  }

  @Test func wideningKeepsEverythingElse() throws {
    let text = #"{"numRecords":5,"tightBounds":true,"minValues":{"a":1.50},"other":[1]}"#
    #expect(
      try FileStatistics.widened(text)
        == #"{"numRecords":5,"minValues":{"a":1.50},"other":[1],"tightBounds":false}"#)
  }

  @Test func mutatedStatisticsNeverTrap() {
    let schema = DeltaSchema(columns: SchemaTests.columns)
    let columns = SchemaTests.columns.map { _ in
      ColumnBounds(min: .integer(1), max: .integer(99), nullCount: 0)
    }
    let text = FileStatistics(numRecords: 9, columns: columns).json(schema)
    forEachMutation(of: Array(text.utf8), count: 20_000) { mutant in
      _ = try? FileStatistics(json: String(decoding: mutant, as: UTF8.self), schema: schema)
    }
  }
}
