import CDCCore

/// What the store sells: artists, albums, tracks, and the playlists that they are on.
extension StoreTable {
  static let genre = StoreTable(
    name: "genre", columns: "genre_id integer NOT NULL,\n  name text NOT NULL", primaryKey: "genre_id",
    units: { _ in Words.genres.count }
  ) { _, id, row in
    row.integer(id)
    row.text(Words.genres[id - 1])
    row.endRow()
  }

  static let mediaType = StoreTable(
    name: "media_type", columns: "media_type_id smallint NOT NULL,\n  name varchar(120) NOT NULL",
    primaryKey: "media_type_id", units: { _ in Words.mediaTypes.count }
  ) { _, id, row in
    row.integer(id)
    row.text(Words.mediaTypes[id - 1])
    row.endRow()
  }

  static let artist = StoreTable(
    name: "artist",
    columns: """
      artist_id integer NOT NULL,
        name varchar(120) NOT NULL,
        country char(2),
        founded date,
        external_id uuid NOT NULL,
        is_active boolean NOT NULL
      """,
    primaryKey: "artist_id", units: \.artists
  ) { scale, id, row in
    var random = scale.random(.artist, id)
    row.integer(id)
    if random.chance(40) {
      let (first, last) = random.person()
      row.text(first, " ", last)
    } else {
      row.text(random.title())
    }
    if random.chance(90) { row.text(random.pick(Words.places).code) } else { row.null() }
    if random.chance(70) {
      row.date(CalendarDate(daysSince1970: random.within(-5000...19_000)))
    } else {
      row.null()
    }
    row.uuid(random.next(), random.next())
    row.boolean(random.chance(70))
    row.endRow()
  }

  static let album = StoreTable(
    name: "album",
    columns: """
      album_id integer NOT NULL,
        title varchar(160) NOT NULL,
        artist_id integer NOT NULL,
        release_date date,
        attributes jsonb NOT NULL
      """,
    primaryKey: "album_id", foreignKeys: ["FOREIGN KEY (artist_id) REFERENCES artist"], units: \.albums
  ) { scale, id, row in
    var random = scale.random(.album, id)
    row.integer(id)
    row.text(random.title())
    // Every artist has an album; the famous ones have more.
    row.integer(id <= scale.artists ? id : random.skewed(below: scale.artists) + 1)
    row.date(CalendarDate(daysSince1970: random.within(-2000...20_400)))
    let label = random.pick(Words.labels)
    row.text("{\"label\": \"\(label)\", \"discs\": \(random.within(1...3)), \"vinyl\": \(random.chance(25))}")
    row.endRow()
  }

  static let track = StoreTable(
    name: "track",
    columns: """
      track_id integer NOT NULL,
        name varchar(200) NOT NULL,
        album_id integer,
        media_type_id smallint NOT NULL,
        genre_id integer,
        composer varchar(220),
        milliseconds integer NOT NULL,
        bytes bigint,
        loudness real,
        tags text[] NOT NULL,
        unit_price numeric(10,2) NOT NULL
      """,
    primaryKey: "track_id",
    foreignKeys: [
      "FOREIGN KEY (album_id) REFERENCES album", "FOREIGN KEY (media_type_id) REFERENCES media_type",
      "FOREIGN KEY (genre_id) REFERENCES genre",
    ],
    units: \.tracks
  ) { scale, id, row in
    var random = scale.random(.track, id)
    row.integer(id)
    row.text(random.title())
    row.integer((id - 1) * scale.albums / scale.tracks + 1)
    row.integer(random.skewed(below: Words.mediaTypes.count) + 1)
    row.integer(random.skewed(below: Words.genres.count) + 1)
    if random.chance(75) {
      let (first, last) = random.person()
      row.text(first, " ", last)
    } else {
      row.null()
    }
    let milliseconds = random.within(90_000...420_000)
    row.integer(milliseconds)
    row.integer(milliseconds * random.within(28...40))
    if random.chance(80) { row.decimal(-random.within(40...180), scale: 1) } else { row.null() }
    let tags = (0..<random.below(4)).map { _ in random.pick(Words.moods) }
    row.text("{\(tags.joined(separator: ","))}")
    row.decimal(scale.trackPrice(id))
    row.endRow()
  }

  static let playlist = StoreTable(
    name: "playlist",
    columns: """
      playlist_id integer NOT NULL,
        name varchar(120),
        is_public boolean NOT NULL,
        updated_at timestamptz NOT NULL
      """,
    primaryKey: "playlist_id", units: \.playlists
  ) { scale, id, row in
    var random = scale.random(.playlist, id)
    row.integer(id)
    row.text(random.pick(Words.adjectives), " ", random.pick(Words.moods))
    row.boolean(random.chance(60))
    let (date, time) = random.moment()
    row.timestamp(date, microseconds: time, zone: "+00")
    row.endRow()
  }

  static let playlistTrack = StoreTable(
    name: "playlist_track",
    columns: "playlist_id integer NOT NULL,\n  track_id integer NOT NULL,\n  position integer NOT NULL",
    primaryKey: "playlist_id, track_id",
    foreignKeys: [
      "FOREIGN KEY (playlist_id) REFERENCES playlist", "FOREIGN KEY (track_id) REFERENCES track",
    ],
    units: { min($0.playlistTracks, $0.playlists * $0.tracks) }
  ) { scale, id, row in
    // Each list walks through the tracks from a place of its own, so no track comes twice on it.
    let playlist = (id - 1) % scale.playlists + 1
    let position = (id - 1) / scale.playlists
    var random = scale.random(.playlistTrack, playlist)
    row.integer(playlist)
    row.integer((random.below(scale.tracks) + position) % scale.tracks + 1)
    row.integer(position + 1)
    row.endRow()
  }
}
