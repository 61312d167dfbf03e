import Testing

@testable import DeltaSink

@Suite struct JSONTests {
  @Test(arguments: [
    #"{"a":1,"b":[true,false,null],"c":{"d":"x"}}"#, #"[]"#, #"{}"#, #""""#, #"-0.5e-10"#,
    #"12345678901234567890"#,
    #""é😀\"\\\n\u0001""#,
  ])
  func valuesSurviveReadingAndWriting(_ text: String) throws {
    #expect(try JSONValue(parsing: text).text == text)
  }

  @Test func escapesAreRead() throws {
    #expect(try JSONValue(parsing: #""\u00e9\ud83d\ude00\/\b\f\t""#) == .string("é😀/\u{8}\u{c}\t"))
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "1.", "-", "1e", "tru", "\"\\ud800\"",
    "\"\\ud800\\u0041\"",
    "\"\u{1}\"", "\"a", "nul", "{}x", "\"\\x\"", "[1 2]", "+1", "NaN", "\"\\u12\"",
  ])
  func whatIsNotJSONIsRefused(_ text: String) {
    #expect(throws: JSONReader.Malformed.self) { try JSONValue(parsing: text) }
  }

  @Test func stringsThatAreNotUTF8AreRefused() {
    #expect(throws: JSONReader.Malformed.self) {
      var reader = JSONReader([0x22, 0xFF, 0x22])
      _ = try reader.string()
    }
  }

  @Test func nestingIsLimited() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: JSONReader.Malformed.self) { try JSONValue(parsing: deep) }
    #expect(throws: JSONReader.Malformed.self) {
      var reader = JSONReader(Array(deep.utf8))
      try reader.skipValue()
    }
  }

  @Test func integersKeepAllTheirDigits() throws {
    var reader = JSONReader(Array("9223372036854775807".utf8))
    #expect(try reader.int64() == .max)
    var tooLarge = JSONReader(Array("9223372036854775808".utf8))
    #expect(throws: JSONReader.Malformed.self) { try tooLarge.int64() }
  }
}
