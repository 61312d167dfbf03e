/// JSON compared by what it means, and JSON that a VARIANT would change.
import TestSupport
import Testing

@testable import CDCCore

struct JSONMeaningTests {
  private static func canonical(_ text: String) -> [UInt8] { JSONMeaning.canonical(Array(text.utf8)[...]) }

  private static let alike: [(String, String)] = [
    (#"{"b": [1, 2], "a": null}"#, #"{"a":null,"b":[1,2]}"#), ("[ ]", "[]"), ("{ }", "{}"), (" 1 ", "1"),
    ("1.50", "1.5"), ("15e-1", "1.5"), ("0.00", "0"), ("-0", "0"), ("-0.0e5", "0"), ("1E2", "100"),
    ("100.0", "1e+2"),
    ("1e23", "1.0E23"), ("2e23", "1.9999999999999998E23"), ("0.00001", "1.0E-5"),
    (#""\u00fc\/\n""#, "\"ü/\\u000a\""), (#""\ud83d\ude00""#, "\"😀\""), (#"{"\u0061":1}"#, #"{"a":1}"#),
    (#"[{"x":{"y":[{}]}}]"#, #"[ {"x" : {"y" : [ { } ] } } ]"#),
    ("1234567890123456789012345678901234567", "1234567890123456789012345678901234567.0"),
  ]

  @Test(arguments: alike)
  func textsThatMeanTheSameAreEqual(_ one: String, _ other: String) {
    #expect(Self.canonical(one) == Self.canonical(other))
  }

  private static let different: [(String, String)] = [
    ("1", "-1"), ("1", "10"), ("1", "\"1\""), ("null", "\"null\""), ("null", "\"\""), ("[]", "{}"),
    ("[1,2]", "[2,1]"),
    ("[1,2]", "[12]"), ("[[1],2]", "[1,[2]]"), (#"{"a":1}"#, #"{"a":2}"#), (#"{"a":1}"#, #"{"A":1}"#),
    (#"{"a":null}"#, "{}"), ("0.1", "0.10000000000000001"), ("true", "false"), (#""a""#, #""\\u0061""#),
    (#"["a","b"]"#, #"["ab"]"#), ("12345678901234567890", "12345678901234567891"), ("1e-7", "1e-8"),
  ]

  @Test(arguments: different)
  func textsThatMeanOtherThingsDiffer(_ one: String, _ other: String) {
    #expect(Self.canonical(one) != Self.canonical(other))
  }

  @Test func aColumnIsComparedByMeaningAndNullIsNone() {
    func hashes(_ texts: [String?]) -> [UInt64] {
      var states: [UInt64] = Array(repeating: 7, count: texts.count)
      let vector = ColumnVector(.variant, texts.map { $0.map { .bytes(Array($0.utf8)) } ?? .null })
      vector.mix(into: &states, type: .variant, form: .json)
      return states
    }
    #expect(CanonicalForm(.variant, .variant) == .json && CanonicalForm(.string, .variant) == nil)
    #expect(hashes([#"{"a": 1.0}"#, nil, "[2]"]) == hashes([#"{"a":1}"#, nil, "[ 2]"]))
    #expect(hashes(["null"]) != hashes([nil]))
  }
}

struct VariantObstacleTests {
  private static func obstacle(_ text: String, keysAreUnique: Bool = false) -> VariantObstacle? {
    do throws(VariantObstacle) {
      try VariantObstacle.check(Array(text.utf8)[...], keysAreUnique: keysAreUnique)
      return nil
    } catch { return error }
  }

  private static let digits = String(repeating: "9", count: 38)

  static let sound = [
    "null", "-0.0", #"{"a": {"a": [1, {"a": 2}]}, "b": "\u0000\n"}"#, "1e5", "1.5e-3", "9223372036854775808",
    digits,
    "-0." + digits, "1" + String(repeating: "0", count: 50), "1." + String(repeating: "0", count: 60),
    "5e-324",
    "1.7976931348623157e308", "0e999999999999999999999",
  ]

  @Test(arguments: sound) func isNone(_ text: String) { #expect(Self.obstacle(text) == nil) }

  private static let obstacles: [(String, VariantObstacle)] = [
    (#"{"a":1,"a":1}"#, VariantObstacle.repeatedKey), (#"[{"b":{"a":1,"\u0061":2}}]"#, .repeatedKey),
    ("1" + digits, .roundedNumber), ("[0.1" + digits + "]", .roundedNumber),
    ("1.23456789012345678e1", .roundedNumber),
    ("1e400", .roundedNumber), ("1e-400", .roundedNumber), ("1e999999999999999999999", .roundedNumber),
    (#"{"\ud800":1}"#, .halfSurrogatePair), (#"["\udc00\ud800"]"#, .halfSurrogatePair),
    (#""\ud800x""#, .halfSurrogatePair),
    (#""\ud83d\u0061""#, .halfSurrogatePair),
    (String(repeating: "[", count: 1001) + String(repeating: "]", count: 1001), .tooLarge),
    ("{\"" + String(repeating: "k", count: 50_001) + "\":1}", .tooLarge),
    (String(repeating: "1", count: 1001), .tooLarge),
  ]

  @Test(arguments: obstacles)
  func isNamed(_ text: String, _ obstacle: VariantObstacle) { #expect(Self.obstacle(text) == obstacle) }

  @Test func depthUpToTheLimitIsNone() {
    #expect(
      Self.obstacle(String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000)) == nil)
  }

  /// Of a list of digits VARIANT takes more bytes than the text.
  @Test(arguments: [("\"", "x", "\"", 990, 1000), ("[", "1,", "1]", 190, 210)])
  func isOfASize(_ begin: String, _ part: String, _ end: String, _ fits: Int, _ exceeds: Int) {
    func check(_ count: Int) throws(VariantObstacle) {
      let text = begin + String(repeating: part, count: count) + end
      try VariantObstacle.check(Array(text.utf8)[...], upTo: 1000)
    }
    #expect(throws: Never.self) { try check(fits) }
    #expect(throws: VariantObstacle.tooLarge) { try check(exceeds) }
  }

  /// An error each time, never a trap, and never taken for JSON.
  @Test func truncatedAndMutatedTextIsMalformedOrSound() {
    let whole = Array(#"{"a":[1,-2.5e+3,"x\u00fc\n",true],"b":{"c":null,"d":"\ud83d\ude00"}}"#.utf8)
    for end in whole.indices {
      #expect(throws: VariantObstacle.malformed) { try VariantObstacle.check(whole[..<end]) }
    }
    var random = SeededGenerator(seed: 7)
    for _ in 0..<5000 {
      var text = whole
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        text[Int.random(in: text.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      try? VariantObstacle.check(text[...])
      _ = JSONMeaning.canonical(text[...])
    }
    for text in [
      "", " ", "{", "[1,]", "{\"a\"}", "{,}", "01", "+1", "1.", ".5", "1e", "tru", "\"\t\"", "1 2", "[1}",
      "\"\\x\"",
    ] {
      #expect(Self.obstacle(text) == .malformed, "\(text)")
    }
  }
}
