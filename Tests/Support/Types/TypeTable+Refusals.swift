/// A value that its column cannot hold: the table's contract for data types decides.
public struct Refusal: Sendable, CustomStringConvertible {
  public var type: String
  public var sql: String
  /// Completes the sentence "the value …".
  public var because: String
  /// What a string hint makes of it: the server's own text.
  public var text: String

  public var description: String { "\(sql)::\(type)" }
}

extension TypeTable {
  private static let nan = "is NaN, which a decimal cannot hold"
  private static let infinite = "is infinite, which the column's type cannot hold"
  private static let years = "lies outside the years 0001 to 9999"
  private static let dimensions = "is an array of more than one dimension"

  public static let refusals: [Refusal] = [
    Refusal(type: "numeric(10,2)", sql: "'NaN'", because: nan, text: "NaN"),
    Refusal(type: "numeric(30,2)", sql: "'NaN'", because: nan, text: "NaN"),
    Refusal(type: "date", sql: "'infinity'", because: infinite, text: "infinity"),
    Refusal(type: "date", sql: "'-infinity'", because: infinite, text: "-infinity"),
    Refusal(type: "date", sql: "'0044-03-15 BC'", because: years, text: "0044-03-15 BC"),
    Refusal(type: "date", sql: "'5874897-12-31'", because: years, text: "5874897-12-31"),
    Refusal(type: "timestamp", sql: "'infinity'", because: infinite, text: "infinity"),
    Refusal(
      type: "timestamp", sql: "'0001-12-31 23:59:59.999999 BC'", because: years,
      text: "0001-12-31 23:59:59.999999 BC"),
    Refusal(
      type: "timestamp", sql: "'294276-12-31 23:59:59.999999'", because: years,
      text: "294276-12-31 23:59:59.999999"),
    Refusal(type: "timestamptz", sql: "'-infinity'", because: infinite, text: "-infinity"),
    Refusal(
      type: "timestamptz", sql: "'4713-01-01 00:00+00 BC'", because: years, text: "4713-01-01 00:00:00+00 BC"),
    Refusal(type: "int4[]", sql: "'{{1,2},{3,NULL}}'", because: dimensions, text: "{{1,2},{3,NULL}}"),
    Refusal(type: "text[]", sql: "'[0:0][1:1]={{a}}'", because: dimensions, text: "[0:0][1:1]={{a}}"),
    Refusal(type: "numeric(6,2)[]", sql: "'{1,NaN}'", because: nan, text: "{1.00,NaN}"),
    Refusal(type: "date[]", sql: "'{infinity}'", because: infinite, text: "{infinity}"),
  ]
}
