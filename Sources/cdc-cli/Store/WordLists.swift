/// The words that names in the store are made of.
enum Words {
  static let firstNames = [
    "Aaliyah", "Adam", "Aiko", "Alejandro", "Amara", "Anna", "Astrid", "Beatriz", "Bjørn", "Camille",
    "Carlos", "Chiara",
    "Daan", "Daniel", "Edward", "Elif", "Emma", "Fatima", "François", "Frank", "Grace", "Hannah", "Helena",
    "Hugh",
    "Ingrid", "Isabel", "Ivan", "Jack", "Jakub", "Jane", "Joakim", "João", "Johanna", "Kara", "Kenji",
    "Ladislav",
    "Laura", "Leonie", "Luca", "Luís", "Madalena", "Manoj", "Marc", "María", "Martha", "Mei", "Michelle",
    "Nadia",
    "Niklas", "Olga", "Patrick", "Puja", "Rafael", "Richard", "Robert", "Roberto", "Samir", "Sofía",
    "Stanisław",
    "Steve", "Terhi", "Tim", "Victor", "Wyatt", "Yara", "Zoë",
  ]
  static let lastNames = [
    "Almeida", "Andersen", "Barnett", "Bernard", "Brooks", "Brown", "Chase", "Cunningham", "Dubois",
    "Eriksen", "Fernandes",
    "Francis", "García", "Girard", "Goncalves", "Gordon", "Goyer", "Gray", "Gruber", "Hämäläinen", "Hansen",
    "Harris",
    "Holý", "Hughes", "Johansson", "Jones", "Kovács", "Köhler", "Lefebvre", "Leacock", "Mancini", "Martins",
    "Mercier",
    "Miller", "Mitchell", "Muñoz", "Murray", "Nielsen", "O'Reilly", "Pareek", "Peeters", "Peterson",
    "Philips",
    "Ralston", "Ramos", "Rocha", "Rojas", "Sampaio", "Schneider", "Schröder", "Silk", "Smith", "Srivastava",
    "Stevens",
    "Stewart", "Sullivan", "Sørensen", "Taylor", "Tremblay", "van der Berg", "Wichterlová", "Wójcik",
    "Zimmermann",
  ]
  static let adjectives = [
    "Blue", "Broken", "Burning", "Electric", "Endless", "Faded", "Golden", "Hidden", "Hollow", "Iron", "Last",
    "Lonely",
    "Lost", "Midnight", "Northern", "Old", "Paper", "Quiet", "Red", "Restless", "Sacred", "Secret", "Silver",
    "Slow",
    "Sudden", "Velvet", "Wandering", "Wild", "Winter", "Young",
  ]
  static let nouns = [
    "Avenue", "Bridge", "Cathedral", "Circus", "Cloud", "Desert", "Dream", "Engine", "Fire", "Garden",
    "Ghost", "Harbour",
    "Heart", "Horizon", "Kingdom", "Letter", "Light", "Machine", "Mirror", "Moon", "Mountain", "Ocean",
    "Parade", "Radio",
    "Rain", "River", "Road", "Satellite", "Shadow", "Signal", "Sky", "Stone", "Storm", "Street", "Summer",
    "Thunder",
    "Tiger", "Train", "Valley", "Window",
  ]
  static let genres = [
    "Rock", "Jazz", "Metal", "Alternative & Punk", "Rock And Roll", "Blues", "Latin", "Reggae", "Pop",
    "Soundtrack",
    "Bossa Nova", "Easy Listening", "Heavy Metal", "R&B/Soul", "Electronica/Dance", "World", "Hip Hop/Rap",
    "Science Fiction", "TV Shows", "Sci Fi & Fantasy", "Drama", "Comedy", "Alternative", "Classical", "Opera",
  ]
  static let mediaTypes = [
    "MPEG audio file", "Protected AAC audio file", "Protected MPEG-4 video file", "Purchased AAC audio file",
    "AAC audio file",
  ]
  /// Each with a city and the form of its telephone numbers.
  static let places: [(country: String, code: String, city: String)] = [
    ("Argentina", "AR", "Buenos Aires"), ("Australia", "AU", "Sydney"), ("Austria", "AT", "Vienne"),
    ("Belgium", "BE", "Brussels"), ("Brazil", "BR", "São Paulo"), ("Canada", "CA", "Montréal"),
    ("Chile", "CL", "Santiago"),
    ("Czech Republic", "CZ", "Prague"), ("Denmark", "DK", "Copenhagen"), ("Finland", "FI", "Helsinki"),
    ("France", "FR", "Paris"), ("Germany", "DE", "Berlin"), ("Hungary", "HU", "Budapest"),
    ("India", "IN", "Delhi"),
    ("Ireland", "IE", "Dublin"), ("Italy", "IT", "Rome"), ("Japan", "JP", "東京"),
    ("Netherlands", "NL", "Amsterdam"),
    ("Norway", "NO", "Oslo"), ("Poland", "PL", "Kraków"), ("Portugal", "PT", "Lisbon"),
    ("Spain", "ES", "Madrid"),
    ("Sweden", "SE", "Stockholm"), ("United Kingdom", "GB", "London"), ("USA", "US", "Mountain View"),
  ]
  static let streets = [
    "Main Street", "Rue de la Paix", "Hauptstraße", "Via Roma", "Calle Mayor", "Kungsgatan", "High Street",
  ]
  static let moods = [
    "acoustic", "calm", "dark", "live", "loud", "remastered", "slow", "studio", "summer", "vocal",
  ]
  static let labels = ["Northlight", "Parlour", "Blue Door", "Mono", "Static", "Harvest Moon"]
  static let statuses = ["paid", "paid", "paid", "paid", "shipped", "shipped", "open", "refunded"]
  static let titles = ["General Manager", "Sales Manager", "Sales Support Agent", "IT Manager", "IT Staff"]
}
