/// The double has two cores like the machine that it runs on: beyond a few statements at a time, more of them only make
/// each other slow.
extension DatabricksDouble {
  /// Runs `body` when it is its turn; a few at a time, over all tests of this process.
  public func turn<Result>(_ body: () async throws -> Result) async throws -> Result {
    await Turns.shared.begin()
    do {
      let result = try await body()
      await Turns.shared.end()
      return result
    } catch {
      await Turns.shared.end()
      throw error
    }
  }

  private actor Turns {
    static let shared = Turns()
    private var free = 4
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func begin() async {
      if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
    }

    func end() {
      if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
  }
}
