/// Spark's own parse_json and to_json over JSON of every sort: what is let through means the same afterwards, and what is refused
/// for its keys is refused there too.
import CDCCore
import TestSupport
import Testing

@testable import DeltaSink

@Suite struct VariantValueTests {
  private static func obstacle(_ text: String) -> VariantObstacle? {
    do throws(VariantObstacle) {
      try VariantObstacle.check(Array(text.utf8)[...])
      return nil
    } catch { return error }
  }

  @Test func whatIsLetThroughKeepsItsMeaning() async throws {
    var texts = [
      "null", "{}", "[]", #""""#, "-0", "-0.0e1", #"{"b":1,"a":{"a":[null,true,1.50]}}"#,
      #""\u0000\u001f\u2028\ud83d\ude00ü\/""#,
      #"{"a":1,"a":2}"#, #"{"a":{"x":1,"\u0078":2}}"#, #""\ud800""#, "1e400", "2e23",
      "1" + String(repeating: "0", count: 50),
      String(repeating: "9", count: 38), String(repeating: "9", count: 39),
      "0." + String(repeating: "7", count: 38),
      String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000),
      " {\n\t\"k k\" : \"it's\" } ",
    ]
    var random = SeededGenerator(seed: 11)
    for _ in 0..<400 { texts.append(Self.value(depth: 0, &random)) }
    let double = try await DatabricksDouble.shared()
    let rows = texts.enumerated().map { "(\($0), \(SQLText.string($1)))" }.joined(separator: ", ")
    let found = try await double.execute(
      "SELECT n, coalesce(to_json(try_parse_json(x)), 'refused') FROM VALUES \(rows) AS t(n, x) ORDER BY n")
    try #require(found.count == texts.count)
    var refused = 0
    for (text, row) in zip(texts, found) {
      let back = try #require(row.last ?? nil)
      switch Self.obstacle(text) {
      case nil:
        #expect(back != "refused", "\(text)")
        #expect(
          JSONMeaning.canonical(Array(back.utf8)[...]) == JSONMeaning.canonical(Array(text.utf8)[...]),
          "\(text) came back as \(back)")
      case .repeatedKey?: #expect(back == "refused", "\(text)")
      default: refused += 1
      }
    }
    #expect(refused > 10)
  }

  private static func value(depth: Int, _ random: inout SeededGenerator) -> String {
    switch Int.random(in: 0..<(depth < 4 ? 9 : 7), using: &random) {
    case 0: return ["null", "true", "false"].randomElement(using: &random) ?? "null"
    case 1...4: return number(&random)
    case 5, 6: return string(&random)
    case 7:
      let count = Int.random(in: 0...4, using: &random)
      return "[" + (0..<count).map { _ in value(depth: depth + 1, &random) }.joined(separator: ", ") + "]"
    default:
      let count = Int.random(in: 0...4, using: &random)
      let fields = (0..<count).map { _ in "\(string(&random)):\(value(depth: depth + 1, &random))" }
      return "{" + fields.joined(separator: ",") + "}"
    }
  }

  private static func number(_ random: inout SeededGenerator) -> String {
    func digits(_ range: ClosedRange<Int>) -> String {
      (0..<Int.random(in: range, using: &random)).map { _ in "\(Int.random(in: 0...9, using: &random))" }
        .joined()
    }
    var text = Bool.random(using: &random) ? "-" : ""
    text += Bool.random(using: &random) ? "0" : "\(Int.random(in: 1...9, using: &random))" + digits(0...24)
    if Bool.random(using: &random) { text += "." + digits(1...18) }
    if Int.random(in: 0..<3, using: &random) == 0 {
      text +=
        ["e", "E"][Int.random(in: 0...1, using: &random)]
        + ["", "+", "-"][Int.random(in: 0...2, using: &random)]
        + digits(1...2)
    }
    return text
  }

  private static func string(_ random: inout SeededGenerator) -> String {
    let parts = [
      "a", "b", "ü", "😀", "\\n", "\\\"", "\\\\", "\\u00e9", "\\ud83d\\ude00", "'", "${x}", " ", "\\/",
    ]
    let count = Int.random(in: 0...4, using: &random)
    return "\"" + (0..<count).map { _ in parts.randomElement(using: &random) ?? "" }.joined() + "\""
  }
}
