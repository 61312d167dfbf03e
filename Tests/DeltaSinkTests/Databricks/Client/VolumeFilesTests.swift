/// The Files API, answer by answer; what is real about it is in `DoubleTests`.
import Testing

@testable import DeltaSink

@Suite(.timeLimit(.minutes(2))) struct VolumeFilesTests {
  @Test(arguments: [
    "", "/", "relative", "/Volumes", "/Volumes/c/s", "/tmp/x", "/Volumes/c/s/v/../x", "/Volumes/c/./s",
    "/Volumes/c//s",
    "/volumes/c/s/v",
  ])
  func pathsOutsideOfVolumesAreNotSent(_ path: String) async throws {
    let workspace = try ScriptedWorkspace { _, wire in wire.answer(200) }
    let files = VolumeFiles(try workspace.client())
    let error = await #expect(throws: DatabricksError.self) { try await files.delete(path) }
    #expect(error?.code == .invalidRequest)
    #expect(workspace.calls.isEmpty)
  }

  @Test func pathsAreEncoded() async throws {
    let workspace = try ScriptedWorkspace { _, wire in wire.answer(204) }
    let files = VolumeFiles(try workspace.client())
    try await files.upload("/Volumes/c/s/v/a b/ü?#%&=.parquet", .bytes([1]), overwrite: false)
    try await files.deleteDirectory("/Volumes/c/s/v/d/")
    #expect(
      workspace.calls.map(\.target) == [
        "/api/2.0/fs/files/Volumes/c/s/v/a%20b/%C3%BC%3F%23%25%26%3D.parquet?overwrite=false",
        "/api/2.0/fs/directories/Volumes/c/s/v/d",
      ])
    #expect(workspace.calls.map(\.method) == ["PUT", "DELETE"])
  }

  @Test func aListIsReadPageByPage() async throws {
    let workspace = try ScriptedWorkspace { request, wire in
      let entry =
        #"{"path":"/Volumes/c/s/v/f","name":"f","is_directory":false,"file_size":7,"last_modified":1}"#
      let next = request.target.contains("page_token=p%2F1") ? "" : #","next_page_token":"p/1""#
      wire.answer(200, #"{"contents":[\#(entry)]\#(next)}"#)
    }
    let entries = try await VolumeFiles(workspace.client()).list("/Volumes/c/s/v")
    #expect(entries?.count == 2)
    #expect(entries?.first?.size == 7)
  }

  @Test func anUploadThatMayOverwriteIsRepeatedAndAnotherIsNot() async throws {
    for (overwrite, calls) in [(true, 2), (false, 1)] {
      let workspace = try ScriptedWorkspace { request, wire in
        if request.number == 0 { wire.cut() } else { wire.answer(204) }
      }
      let files = VolumeFiles(try workspace.client())
      do {
        try await files.upload("/Volumes/c/s/v/f", .bytes([1, 2, 3]), overwrite: overwrite)
        #expect(overwrite)
      } catch let error as DatabricksError {
        #expect(!overwrite)
        #expect(error.code == .answerLost)
      }
      #expect(workspace.calls.count == calls)
      #expect(workspace.calls.allSatisfy { $0.body == [1, 2, 3] })
    }
  }

  @Test func anUploadIsRepeatedWithANewToken() async throws {
    let workspace = try ScriptedWorkspace { request, wire in
      wire.answer(request.headers["authorization"] == "Bearer token-0" ? 401 : 204)
    }
    let files = VolumeFiles(try workspace.client(ScriptedWorkspace.client))
    try await files.upload("/Volumes/c/s/v/f", .bytes([1, 2, 3]), overwrite: false)
    #expect(workspace.calls.map(\.body) == [[1, 2, 3], [1, 2, 3]])
  }

  @Test(arguments: [
    (403, "PERMISSION_DENIED", DatabricksError.Code.permissionDenied),
    (409, "ALREADY_EXISTS", .alreadyExists),
    (400, "INVALID_PARAMETER_VALUE", .invalidRequest), (404, "NOT_FOUND", .notFound),
    (429, "REQUEST_LIMIT_EXCEEDED", .rateLimited), (503, "TEMPORARILY_UNAVAILABLE", .unavailable),
    (302, "", .invalidAnswer),
  ])
  func statusesAreErrorsOfTheirOwn(_ status: Int, _ code: String, _ expected: DatabricksError.Code)
    async throws
  {
    let workspace = try ScriptedWorkspace { _, wire in
      wire.answer(status, #"{"error_code":"\#(code)","message":"why"}"#)
    }
    let files = VolumeFiles(try workspace.client())
    let error = await #expect(throws: DatabricksError.self) {
      try await files.upload("/Volumes/c/s/v/f", .bytes([1]), overwrite: false)
    }
    #expect(error?.code == expected)
    #expect(error?.httpStatus == status)
    #expect(error?.message.contains("why") == true)
    #expect(error?.isRetryable == (status == 429 || status == 503))
  }

  @Test func filesDoNotWaitForStatements() async throws {
    let isUploaded = Cancellation()
    let wasLate = Cancellation()
    let workspace = try ScriptedWorkspace { request, wire in
      if request.method == "PUT" { isUploaded.set() }
      for _ in 0..<1500 where !isUploaded.isSet { wire.pause(0.01) }
      if !isUploaded.isSet { wasLate.set() }
      wire.answer(204)
    }
    let client = try WorkspaceClient(
      DatabricksWorkspace(host: workspace.server.url, credentials: .token("t")), connections: 1)
    let statements = (0..<4).map { _ in
      Task { try await SQLWarehouse(client, warehouseID: "w").execute("SELECT 1") }
    }
    while workspace.calls.count < 4 { try await Task.sleep(for: .milliseconds(5)) }
    try await VolumeFiles(client).upload("/Volumes/c/s/v/f", .bytes([1]), overwrite: true)
    #expect(!wasLate.isSet)
    for statement in statements { await #expect(throws: DatabricksError.self) { try await statement.value } }
  }
}
