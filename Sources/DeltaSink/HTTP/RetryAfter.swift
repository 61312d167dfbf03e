/// `Retry-After` (RFC 9110, 10.2.3): seconds, or a date of HTTP.
enum RetryAfter {
  static func delay(in response: HTTPResponse) -> Duration {
    guard let text = response[header: "Retry-After"] else { return .zero }
    // The server's own clock, where it tells: ours may be wrong.
    let now =
      response[header: "Date"].flatMap(secondsSince1970) ?? WallClock.milliseconds / 1000
    return delay(text, now: now) ?? .zero
  }

  /// Nil where the text is neither; zero for a date that has passed.
  static func delay(_ text: String, now: Int64) -> Duration? {
    if let seconds = Int64(text) { return seconds < 0 ? nil : .seconds(min(seconds, 86_400)) }
    return secondsSince1970(text).map { .seconds(max(0, min($0 - now, 86_400))) }
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that is still sent.
  static func secondsSince1970(_ text: String) -> Int64? {
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[0].hasSuffix(","), parts[5] == "GMT",
      let month = months.firstIndex(of: parts[2])
    else { return nil }
    let number = month + 1
    let iso = "\(parts[3])-\(number < 10 ? "0" : "")\(number)-\(parts[1])T\(parts[4])Z"
    return CivilTime.parseTimestamp(iso).map { $0 / 1_000_000 }
  }

  private static let months: [Substring] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
}
