import Testing

@testable import DeltaSink

@Suite struct RetryAfterTests {
  /// 1994-11-06T08:49:37Z, the example of RFC 9110.
  private static let now: Int64 = 784_111_777

  @Test(
    arguments: [
      ("0", 0), ("7", 7), ("Sun, 06 Nov 1994 08:49:37 GMT", 0), ("Sun, 06 Nov 1994 08:49:47 GMT", 10),
      ("Sun, 06 Nov 1994 08:49:27 GMT", 0), ("999999999999", 86_400),
    ] as [(String, Int)])
  func secondsAndDates(_ text: String, _ seconds: Int) {
    #expect(RetryAfter.delay(text, now: Self.now) == .seconds(seconds))
  }

  @Test(arguments: ["", "-1", "soon", "Sun, 06 Nov 1994", "Sun, 99 Nov 1994 08:49:37 GMT", "1.5", "٣"])
  func whatIsNeitherIsNoDelay(_ text: String) {
    #expect(RetryAfter.delay(text, now: Self.now) == nil)
  }

  @Test func theServersOwnClockCounts() {
    let response = HTTPResponse(
      status: 503,
      headers: [("Date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("retry-after", "Sun, 06 Nov 1994 08:49:40 GMT")],
      body: [],
      majorVersion: 1, newConnections: 0)
    #expect(RetryAfter.delay(in: response) == .seconds(3))
  }
}
