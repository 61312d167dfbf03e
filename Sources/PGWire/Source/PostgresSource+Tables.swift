public import CDCCore

extension PostgresSource {
  /// The tables that the resources match, in the shape that the catalog and the hints give them now; changes nothing.
  public func tables() async throws -> [TableSchema] {
    try await withConnection { connection in
      try self.layouts(try await self.catalog(on: connection)).map(\.schema)
    }
  }
}
