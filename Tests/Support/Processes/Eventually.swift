/// Asks every 50 ms until the answer is yes, for at most so long.
public func eventually(
  within limit: Duration = .seconds(30), _ condition: () async throws -> Bool
) async throws -> Bool {
  let end = ContinuousClock.now + limit
  while true {
    if try await condition() { return true }
    if .now >= end { return false }
    try await Task.sleep(for: .milliseconds(50))
  }
}
