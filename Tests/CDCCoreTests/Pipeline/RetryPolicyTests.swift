import CDCCore
import Testing

@Suite struct RetryPolicyTests {
  @Test func pausesStayBelowADoublingBound() {
    let policy = RetryPolicy(attempts: 9, firstDelay: .milliseconds(100), longestDelay: .seconds(1))
    #expect(policy.delay(before: 1) == .zero)
    for attempt in 2...60 {
      let bound = min(Duration.milliseconds(100) * (1 << min(attempt - 2, 10)), .seconds(1))
      for _ in 0..<20 { #expect((Duration.zero...bound).contains(policy.delay(before: attempt))) }
    }
  }
}
