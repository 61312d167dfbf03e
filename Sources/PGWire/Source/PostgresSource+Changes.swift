public import CDCCore

extension PostgresSource {
  public func changes(
    from position: LSN, limits: BatchLimits, until stop: StopCondition,
    sink: @escaping @Sendable (ChangeEvent) async throws -> Void
  ) async throws {
    throw CancellationError()
  }
}
