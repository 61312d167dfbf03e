internal import Synchronization

/// The id that the server gave a statement, once it has.
final class SubmittedID: Sendable {
  private let id = Mutex<String?>(nil)

  var value: String? {
    get { id.withLock { $0 } }
    set { id.withLock { $0 = newValue } }
  }
}
