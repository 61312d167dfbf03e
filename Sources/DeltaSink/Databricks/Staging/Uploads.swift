/// Uploads files to the volume while others are still being written: a few at a time, whichever tables they are of.
actor Uploads {
  private let files: VolumeFiles
  private let limit: Int
  private let uploaded: @Sendable () throws -> Void
  private var running: [Int: Task<Void, any Error>] = [:]
  private var next = 0
  private var failure: (any Error)?

  init(_ files: VolumeFiles, limit: Int, uploaded: @escaping @Sendable () throws -> Void) {
    self.files = files
    self.limit = max(limit, 1)
    self.uploaded = uploaded
  }

  /// Begins an upload; waits first where too many are under way. Names are never used twice, so a file that is there
  /// already is this one, sent by an attempt whose answer was lost.
  func begin(_ file: String, as path: String, removesFile: Bool) async throws {
    while running.count >= limit { try await waitForOne() }
    if let failure { throw failure }
    let (files, uploaded) = (files, uploaded)
    let number = next
    next += 1
    running[number] = Task {
      try await files.upload(path, .file(file), overwrite: true)
      if removesFile { _ = try? PosixFile.remove(file) }
      try uploaded()
    }
  }

  /// All files are in the volume when it returns.
  func finish() async throws {
    while !running.isEmpty { try await waitForOne() }
    if let failure { throw failure }
  }

  func cancel() async {
    for task in running.values { task.cancel() }
    for task in running.values { _ = await task.result }
    running = [:]
  }

  private func waitForOne() async throws {
    guard let (number, task) = running.min(by: { $0.key < $1.key }) else { return }
    let result = await task.result
    running[number] = nil
    if case .failure(let error) = result {
      failure = failure ?? error
      throw error
    }
  }
}
