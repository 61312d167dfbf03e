/// Notices that the server is about to stop. Its walsender then goes only once all that it has sent is confirmed, and asks for that
/// over and over. On an idle stream it would wait for ever: what holds nothing of ours is not confirmed at once.
struct ServerStop {
  private(set) var isFound = false
  private var lastEnd = LogSequenceNumber.zero
  private var lastAnswer = Int64.min / 2
  private var requests = 0
  private let patience: Int64

  /// Otherwise the server asks only after half of its timeout in which it was not told anything.
  ///
  /// - Parameter walSenderTimeout: milliseconds; 0 where there is none.
  init(walSenderTimeout: Int) {
    let quarter = walSenderTimeout > 0 ? Int64(walSenderTimeout) * 1_000_000 / 4 : .max
    patience = min(quarter, 10_000_000_000)
  }

  /// To be called with each keepalive that asks for an answer, once that is sent.
  mutating func answered(_ keepalive: PrimaryKeepalive, now: Int64) {
    let isRepeated = keepalive.walEnd == lastEnd && now - lastAnswer < patience
    requests = isRepeated ? requests + 1 : 0
    // An answer of our own accord may have crossed the first ones.
    if requests >= 3 { isFound = true }
    lastEnd = keepalive.walEnd
    lastAnswer = now
  }
}
