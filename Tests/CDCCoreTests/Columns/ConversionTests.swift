import CDCCore
import TestSupport
import Testing

@Suite struct ConversionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var from: ColumnType
    var values: [Value]
    var to: ColumnType
    /// Nil: no value can be taken over.
    var expected: [Value]?

    var testDescription: String { "\(from) to \(to)" }
  }

  static let cases = [
    Case(from: .short, values: [.integer(-7), .null], to: .long, expected: [.integer(-7), .null]),
    Case(from: .int, values: [.integer(12)], to: .string, expected: [.text("12")]),
    Case(from: .int, values: [.integer(12)], to: .short, expected: nil),
    Case(
      from: .long, values: [.integer(-3)], to: .decimal(precision: 21, scale: 2), expected: [.integer(-300)]),
    Case(from: .long, values: [.integer(1)], to: .decimal(precision: 20, scale: 2), expected: nil),
    Case(
      from: .decimal(precision: 6, scale: 2), values: [.integer(150), .null],
      to: .decimal(precision: 30, scale: 4), expected: [.integer(15000), .null]),
    Case(
      from: .decimal(precision: 6, scale: 2), values: [.integer(150)],
      to: .decimal(precision: 6, scale: 3), expected: nil),
    Case(
      from: .decimal(precision: 30, scale: 3), values: [.integer(-5)], to: .string,
      expected: [.text("-0.005")]),
    Case(from: .float, values: [.float(1.5)], to: .double, expected: [.double(1.5)]),
    Case(from: .double, values: [.double(1)], to: .float, expected: nil),
    Case(from: .boolean, values: [.boolean(true), .null], to: .string, expected: [.text("true"), .null]),
    Case(from: .string, values: [.text("1")], to: .int, expected: nil),
    Case(from: .date, values: [.integer(1)], to: .timestamp, expected: nil),
    Case(
      from: .list(.int), values: [.list([.integer(1), .null]), .null, .list([])], to: .list(.string),
      expected: [.list([.text("1"), .null]), .null, .list([])]),
    Case(
      from: .map(key: .string, value: .int), values: [.map([.text("a")], [.integer(1)]), .null],
      to: .map(key: .string, value: .long), expected: [.map([.text("a")], [.integer(1)]), .null]),
    Case(
      from: .structure([ColumnSchema(name: "a", type: .int), ColumnSchema(name: "b", type: .string)]),
      values: [.structure([.integer(1), .text("x")]), .null],
      to: .structure([
        ColumnSchema(name: "b", type: .string), ColumnSchema(name: "c", type: .date),
        ColumnSchema(name: "a", type: .long),
      ]), expected: [.structure([.text("x"), .null, .integer(1)]), .null]),
    Case(
      from: .structure([ColumnSchema(name: "a", type: .int), ColumnSchema(name: "b", type: .string)]),
      values: [.structure([.integer(1), .text("x")])],
      to: .structure([ColumnSchema(name: "a", type: .int)]), expected: nil),
  ]

  @Test(arguments: cases) func losesNothing(_ item: Case) {
    let vector = ColumnVector(item.from, item.values)
    let converted = vector.converted(from: item.from, to: item.to)
    #expect(item.from.isConvertible(to: item.to) == (item.expected != nil))
    #expect(converted.map { vector in (0..<vector.count).map { vector.value(at: $0) } } == item.expected)
  }
}
