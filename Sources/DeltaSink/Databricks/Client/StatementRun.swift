internal import Logging

/// One statement, from its submission to its end.
final class StatementRun: Sendable {
  private let client: WorkspaceClient
  private let request: StatementRequest
  private let isReplayable: Bool
  private let tagsWereRefused: @Sendable () -> Void

  init(
    client: WorkspaceClient, request: StatementRequest, isReplayable: Bool,
    tagsWereRefused: @escaping @Sendable () -> Void
  ) {
    self.client = client
    self.request = request
    self.isReplayable = isReplayable
    self.tagsWereRefused = tagsWereRefused
  }

  /// The answer that tells of success.
  ///
  /// - Throws: `DatabricksError` for every other end; `CancellationError`, after which the statement is
  ///   cancelled, too.
  func end() async throws -> StatementAnswer {
    try Task.checkCancellation()
    let answer = try await submit()
    return try await end(from: answer)
  }

  func chunk(_ index: Int) async throws -> StatementChunk {
    guard let id = submittedID.value else { return StatementChunk() }
    let call = WorkspaceCall(
      "GET", Self.path(id) + "/result/chunks/\(index)", "reading a part of a result")
    let response = try await client.send(call)
    do { return try StatementChunk(parsing: response.body) } catch {
      throw WorkspaceClient.invalidAnswer(call, status: response.status)
    }
  }

  /// The rows of a chunk, from the answer itself or from where it points.
  func rows(of chunk: StatementChunk, index: Int) async throws -> [[String?]] {
    guard !chunk.links.isEmpty else { return chunk.rows }
    var links = chunk.links
    var rows: [[String?]] = []
    var position = 0
    var mayAskAgain = true
    while position < links.count {
      let response = try await download(links[position])
      if response.isSuccess {
        do { rows += try StatementChunk.rows(parsing: response.body) } catch {
          throw DatabricksError(
            .invalidAnswer, "A part of a result cannot be understood.", httpStatus: response.status)
        }
        position += 1
      } else if mayAskAgain {
        // The link has expired.
        mayAskAgain = false
        links = try await self.chunk(index).links
      } else {
        throw DatabricksError(
          .unavailable, "A part of a result could not be fetched from the cloud's storage.",
          httpStatus: response.status, isRetryable: true)
      }
    }
    return rows
  }

  /// Without the workspace's credentials: the link carries its own.
  private func download(_ link: Secret) async throws -> HTTPResponse {
    var request = HTTPRequest("GET", link.value, answerLimit: 512 << 20, repeats: .always)
    request.isPathSecret = true
    return try await client.fetchUnauthenticated(request)
  }

  // MARK: Submission

  private let submittedID = SubmittedID()

  /// Submits the statement and waits for the first answer. That call is not given up where the task is cancelled:
  /// only its answer names the statement, which could not be cancelled otherwise.
  private func submit() async throws -> StatementAnswer {
    let submission = Task { try await self.post() }
    do {
      return try await submission.valueUnlessCancelled()
    } catch is CancellationError {
      let cancellation = Task {
        guard let answer = try? await submission.value, answer.isUnderWay else { return }
        await self.cancel(answer.id)
      }
      await cancellation.wait(atMost: .seconds(5))
      throw CancellationError()
    }
  }

  private func post() async throws -> StatementAnswer {
    var call = WorkspaceCall(
      "POST", "/api/2.0/sql/statements", "running a statement", repeats: isReplayable ? .always : .ifNotSent)
    call.setJSON(try request.json())
    let response: HTTPResponse
    do {
      response = try await client.send(call)
    } catch let error as DatabricksError
      where error.code == .invalidRequest && !request.tags.isEmpty && error.message.contains("query_tags")
    {
      tagsWereRefused()
      var request = request
      request.tags = [:]
      call.setJSON(try request.json())
      response = try await client.send(call)
    }
    return try parse(response, call)
  }

  // MARK: Waiting

  private func end(from first: StatementAnswer) async throws -> StatementAnswer {
    var answer = first
    var pause = Duration.milliseconds(50)
    while answer.isUnderWay {
      let id = answer.id
      answer = try await cancelling(id) {
        try await Task.sleep(for: pause)
        return try await poll(id)
      }
      pause = min(pause * 1.5, .seconds(5))
    }
    guard answer.state == "SUCCEEDED" else {
      throw DatabricksError(endOf: answer, hiding: [client.workspace.credentials.secret])
    }
    return answer
  }

  private func poll(_ id: String) async throws -> StatementAnswer {
    let call = WorkspaceCall("GET", Self.path(id), "asking for a statement")
    do {
      return try parse(try await client.send(call), call)
    } catch var error as DatabricksError {
      // It runs on, or has ended: nobody knows.
      error.statementID = id
      if error.code == .network || error.code == .unavailable || error.code == .rateLimited {
        error.code = .answerLost
      }
      throw error
    }
  }

  private func parse(_ response: HTTPResponse, _ call: WorkspaceCall) throws -> StatementAnswer {
    guard let answer = try? StatementAnswer(parsing: response.body), !answer.id.isEmpty else {
      throw WorkspaceClient.invalidAnswer(call, status: response.status)
    }
    submittedID.value = answer.id
    return answer
  }

  // MARK: Cancellation

  private func cancelling<T>(_ id: String, _ body: () async throws -> T) async throws -> T {
    do { return try await body() } catch is CancellationError {
      await Task { await self.cancel(id) }.wait(atMost: .seconds(5))
      throw CancellationError()
    }
  }

  private func cancel(_ id: String) async {
    var call = WorkspaceCall("POST", Self.path(id) + "/cancel", "cancelling a statement")
    call.timeouts.whole = .seconds(5)
    do { _ = try await client.send(call) } catch {
      client.logger.warning("Statement \(id) could not be cancelled and may run on: \(error)")
    }
  }

  private static func path(_ id: String) -> String { "/api/2.0/sql/statements/\(PercentEncoding.encode(id))" }
}

extension StatementAnswer {
  fileprivate var isUnderWay: Bool { state == "PENDING" || state == "RUNNING" }
}
