internal import DeltaSink
internal import Synchronization

/// Passwords that the settings brought: none of them ever leaves the command.
enum Secrets {
  private static let known = Mutex<Set<String>>([])

  static func register(_ secret: String?) {
    guard let secret, !secret.isEmpty else { return }
    known.withLock { _ = $0.insert(secret) }
  }

  /// Takes note of the passwords in a connection string, as written and as decoded.
  static func register(connection: String) {
    for password in ConnectionString(connection).passwords {
      register(password)
      register(percentDecoded(password))
    }
  }

  static func register(_ credentials: DatabricksCredentials) {
    switch credentials {
    case .oauthM2M(_, let secret), .token(let secret): register(secret.value)
    }
  }

  static func redact(_ text: String) -> String {
    known.withLock { $0 }.sorted { $0.count > $1.count }.reduce(text) { replaceWord($1, in: $0) }
  }

  /// Where the secret stands as a word of its own: the password `post` does not spoil `postgresql://`.
  private static func replaceWord(_ word: String, in text: String) -> String {
    let (word, text) = (Array(word), Array(text))
    guard word.count <= text.count else { return String(text) }
    var result = ""
    var index = 0
    while index < text.count {
      let end = index + word.count
      if end <= text.count, text[index..<end].elementsEqual(word),
        index == 0 || !isWord(text[index - 1]) || !isWord(word[0]),
        end == text.count || !isWord(text[end]) || !isWord(word[word.count - 1])
      {
        result += "***"
        index = end
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return result
  }

  private static func isWord(_ character: Character) -> Bool { character.isLetter || character.isNumber }

  private static func percentDecoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
