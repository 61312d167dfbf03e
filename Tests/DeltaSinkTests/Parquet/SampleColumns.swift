// Columns of seeded random values, with the corners of each type among them.

import CDCCore
import TestSupport

@testable import DeltaSink

/// How the values of a column are spread: each leads the writer to another encoding.
enum Spread: String, CaseIterable, Sendable, CustomStringConvertible {
  /// All the type can hold.
  case wide
  /// A handful of values.
  case few
  /// Ascending by small steps.
  case ascending
  /// The same value in long runs.
  case runs

  var description: String { rawValue }
}

struct ColumnSampler {
  var generator: SeededGenerator
  let spread: Spread

  init(seed: UInt64, _ spread: Spread) {
    generator = SeededGenerator(seed: seed)
    self.spread = spread
  }

  /// - Parameter nullShare: of 100.
  mutating func vector(_ type: ColumnType, count: Int, nullShare: Int = 0) -> ColumnVector {
    var nulls: [Int32] = []
    for row in 0..<count where Int.random(in: 0..<100, using: &generator) < nullShare {
      nulls.append(Int32(row))
    }
    let validity = nulls.isEmpty ? nil : Validity(count: count, nullRows: nulls)
    return ColumnVector(count: count, validity: validity, values: values(type, count))
  }

  private mutating func values(_ type: ColumnType, _ count: Int) -> ColumnVector.Values {
    switch type {
    case .boolean: return .boolean(integers(count, 0...1).map { $0 == 1 })
    case .short: return .int32(integers(count, Int64(Int16.min)...Int64(Int16.max)).map { Int32($0) })
    case .int: return .int32(integers(count, Int64(Int32.min)...Int64(Int32.max)).map { Int32($0) })
    case .date: return .int32(integers(count, -719_162...2_932_896).map { Int32($0) })
    case .long: return .int64(integers(count, .min ... .max))
    case .timestamp, .timestampNTZ:
      return .int64(integers(count, -62_135_596_800_000_000...253_402_300_799_999_999))
    case .decimal(let precision, _):
      if precision > 18 {
        let limit = power(precision) - 1
        return .int128(
          integers(count, .min ... .max).enumerated().map { index, value in
            index == 0 ? limit : index == 1 ? -limit : (Int128(value) * Int128(value >> 3)) % (limit + 1)
          })
      }
      let limit = Int64(power(precision)) - 1
      return .int64(integers(count, -limit...limit))
    case .float:
      let corners: [Float] = [
        .nan, -0.0, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude,
      ]
      return .float(integers(count, -1000...1000).enumerated().map { $0 < 6 ? corners[$0] : Float($1) / 8 })
    case .double:
      let corners: [Double] = [
        .nan, -0.0, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude,
      ]
      return .double(integers(count, -1000...1000).enumerated().map { $0 < 6 ? corners[$0] : Double($1) / 8 })
    case .string, .variant: return .bytes(strings(count) { Array($0.utf8) })
    case .binary: return .bytes(strings(count) { $0.utf8.map { $0 ^ 0xA5 } })
    case .list(let element):
      let offsets = offsets(count)
      return .list(
        offsets: offsets, elements: vector(element, count: Int(offsets[count]), nullShare: 20))
    case .map(let key, let value):
      let offsets = offsets(count)
      let entries = Int(offsets[count])
      return .map(
        offsets: offsets, keys: keys(key, count: entries),
        values: vector(value, count: entries, nullShare: 20))
    case .structure(let fields):
      return .structure(fields.map { vector($0.type, count: count, nullShare: $0.isNullable ? 20 : 0) })
    }
  }

  /// Each once: what a reader makes of a key that a map has twice is its own affair.
  private func keys(_ type: ColumnType, count: Int) -> ColumnVector {
    if type == .int { return ColumnVector(count: count, values: .int32((0..<Int32(count)).map { $0 * 7 })) }
    var strings = ByteStrings()
    for row in 0..<count { strings.append("key \(row)".utf8) }
    return ColumnVector(count: count, values: .bytes(strings))
  }

  private mutating func integers(_ count: Int, _ range: ClosedRange<Int64>) -> [Int64] {
    var last = range.lowerBound
    return (0..<count).map { row in
      switch spread {
      case .wide: return row == 0 ? range.lowerBound : row == 1 ? range.upperBound : random(range)
      case .few: return range.upperBound < 6 ? random(range) : range.lowerBound + random(0...6)
      case .ascending:
        if last < range.upperBound - 3, row > 0 { last += random(0...3) }
        return last
      case .runs:
        if row % 50 == 0 { last = random(range) }
        return last
      }
    }
  }

  private mutating func strings(_ count: Int, _ bytes: (String) -> [UInt8]) -> ByteStrings {
    let words = [
      "", "a", "Zürich", "日本語", "🦉🧭", "eight by", "nine byte", "sixteen letters!",
      "a rather longer string, 33 bytes.",
    ]
    var result = ByteStrings()
    for row in 0..<count {
      switch spread {
      case .few: result.append(bytes(words[Int(random(0...8))]))
      case .runs: result.append(bytes(words[row / 50 % 9]))
      case .ascending: result.append(bytes("key \(1_000_000 + row)"))
      case .wide: result.append(bytes(words[Int(random(0...8))] + String(random(0...Int64.max), radix: 36)))
      }
    }
    return result
  }

  private mutating func offsets(_ count: Int) -> [Int32] {
    var offsets: [Int32] = [0]
    for _ in 0..<count { offsets.append(offsets[offsets.count - 1] + Int32(max(0, random(-2...4)))) }
    return offsets
  }

  private mutating func random(_ range: ClosedRange<Int64>) -> Int64 { .random(in: range, using: &generator) }

  private func power(_ digits: Int) -> Int128 { (0..<digits).reduce(Int128(1)) { result, _ in result * 10 } }
}

enum SampleTypes {
  static let scalars: [ColumnType] = [
    .boolean, .short, .int, .long, .float, .double, .decimal(precision: 9, scale: 2),
    .decimal(precision: 18, scale: 0), .decimal(precision: 19, scale: 4), .decimal(precision: 38, scale: 0),
    .decimal(precision: 38, scale: 38), .string, .binary, .date, .timestamp, .timestampNTZ,
  ]

  static let nested: [ColumnType] = [
    .list(.int), .list(.string), .list(.list(.long)), .map(key: .string, value: .long),
    .structure([
      ColumnSchema(name: "a", type: .int), ColumnSchema(name: "b", type: .string, isNullable: false),
    ]),
    .list(.structure([ColumnSchema(name: "x", type: .double), ColumnSchema(name: "y", type: .list(.date))])),
    .map(
      key: .int,
      value: .structure([ColumnSchema(name: "inner", type: .map(key: .string, value: .list(.boolean)))])),
    .structure([
      ColumnSchema(
        name: "s",
        type: .structure([ColumnSchema(name: "t", type: .structure([ColumnSchema(name: "u", type: .long)]))])),
      ColumnSchema(name: "l", type: .list(.decimal(precision: 20, scale: 3))),
    ]),
  ]
}
