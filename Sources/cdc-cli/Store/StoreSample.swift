internal import PGWire

/// What a simulation must know of the store as it is: how far its keys go, and some rows that can be changed.
struct StoreSample: Sendable {
  var scale: StoreScale
  var lastInvoice: Int
  /// Existing invoices, each once, in random order, with their lines.
  var invoices: [(id: Int, lines: [Int])]
  /// Some playlists and the tracks on them.
  var playlists: [Int: Set<Int>]

  /// - Parameter rows: about how many rows of invoices and lines are wanted.
  init(_ connection: PostgresConnection, seed: UInt64, rows: Int) async throws {
    var random = SeededRandom(seed: seed, stream: StoreScale.Stream.simulation.rawValue)
    let extent: QueryResult
    do {
      extent = try await connection.query(
        """
        SELECT (SELECT max(artist_id) FROM artist), (SELECT max(album_id) FROM album), (SELECT max(track_id) FROM track),
          (SELECT max(playlist_id) FROM playlist), (SELECT max(customer_id) FROM customer),
          (SELECT max(employee_id) FROM employee), (SELECT max(invoice_id) FROM invoice)
        """)
    } catch let error as PostgresError where error.sqlState == "42P01" {
      throw UsageError(
        "This database does not hold the store whose sales are simulated. Create it with cdc demo --source …, "
          + "or give the database that has it with --source.")
    }
    let numbers = (extent.rows.first ?? []).map { $0.flatMap { (text: String) in Int(text) } ?? 0 }
    guard numbers.count == 7, numbers[2] > 0, numbers[4] > 0 else {
      throw UsageError("The store in this database is empty. Fill it again with cdc demo --source ….")
    }
    scale = StoreScale(
      seed: seed, artists: numbers[0], albums: numbers[1], tracks: numbers[2], playlists: numbers[3],
      customers: numbers[4], employees: numbers[5])
    lastInvoice = numbers[6]
    invoices = try await Self.readInvoices(connection, upTo: lastInvoice, rows: rows, &random)
    playlists = try await Self.readPlaylists(connection, upTo: numbers[3], &random)
  }

  private static func readInvoices(
    _ connection: PostgresConnection, upTo last: Int, rows: Int, _ random: inout SeededRandom
  ) async throws -> [(id: Int, lines: [Int])] {
    // An invoice and its lines are five rows on average, and some numbers have been deleted: twice as many as needed.
    let wanted = rows * 2 / 5 + 100
    var ids: Set<Int> = []
    if wanted * 2 >= last {
      ids = Set(1...max(last, 1))
    } else {
      while ids.count < wanted { ids.insert(random.below(last) + 1) }
    }
    let result = try await connection.query(
      """
      SELECT i.invoice_id, string_agg(l.invoice_line_id::text, ' ' ORDER BY l.invoice_line_id)
      FROM invoice i LEFT JOIN invoice_line l USING (invoice_id)
      WHERE i.invoice_id = ANY($1::bigint[]) GROUP BY 1 ORDER BY 1
      """, ["{\(ids.sorted().map(String.init).joined(separator: ","))}"])
    var invoices = result.rows.compactMap { row -> (id: Int, lines: [Int])? in
      guard let id = row[0].flatMap({ Int($0) }) else { return nil }
      return (id, (row[1] ?? "").split(separator: " ").compactMap { Int($0) })
    }
    invoices.shuffle(using: &random)
    return invoices
  }

  private static func readPlaylists(
    _ connection: PostgresConnection, upTo last: Int, _ random: inout SeededRandom
  ) async throws -> [Int: Set<Int>] {
    let chosen = (0..<5).map { _ in String(random.below(max(last, 1)) + 1) }.joined(separator: ",")
    let result = try await connection.query(
      "SELECT playlist_id, track_id FROM playlist_track WHERE playlist_id = ANY($1::int[])", ["{\(chosen)}"])
    var playlists: [Int: Set<Int>] = [:]
    for row in result.rows {
      guard let playlist = row[0].flatMap({ Int($0) }), let track = row[1].flatMap({ Int($0) }) else {
        continue
      }
      playlists[playlist, default: []].insert(track)
    }
    return playlists
  }
}

extension StoreScale {
  /// Of a store as it is found.
  fileprivate init(
    seed: UInt64, artists: Int, albums: Int, tracks: Int, playlists: Int, customers: Int, employees: Int
  ) {
    self.seed = seed
    self.artists = max(artists, 1)
    self.albums = max(albums, 1)
    self.tracks = tracks
    self.playlists = max(playlists, 1)
    self.playlistTracks = 0
    self.customers = customers
    self.employees = max(employees, 1)
    self.invoices = 0
  }
}
