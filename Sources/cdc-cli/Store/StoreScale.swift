/// How many of each thing the store has. Scale 1 makes about a million rows in all.
struct StoreScale: Sendable {
  let seed: UInt64
  let artists, albums, tracks, playlists, playlistTracks, customers, employees, invoices: Int

  init(_ scale: Double, seed: UInt64) {
    func count(_ atScaleOne: Int, atLeast minimum: Int) -> Int {
      max(Int((Double(atScaleOne) * scale).rounded()), minimum)
    }
    self.seed = seed
    artists = count(5000, atLeast: 5)
    albums = count(12_000, atLeast: 8)
    tracks = count(120_000, atLeast: 40)
    playlists = count(500, atLeast: 3)
    playlistTracks = count(150_000, atLeast: 30)
    customers = count(30_000, atLeast: 20)
    employees = count(60, atLeast: 8)
    invoices = count(136_500, atLeast: 50)
  }

  /// Of one row of a table, or of one aspect of it.
  func random(_ stream: Stream, _ row: Int) -> SeededRandom {
    SeededRandom(seed: seed, stream: stream.rawValue, row: row)
  }

  enum Stream: UInt64 {
    case artist = 1, album, track, price, playlist, playlistTrack, customer, employee, invoice, simulation
  }

  /// In cents; what a track costs is known without making the track.
  func trackPrice(_ track: Int) -> Int {
    var random = random(.price, track)
    return random.pick([99, 99, 99, 129, 129, 199])
  }
}
