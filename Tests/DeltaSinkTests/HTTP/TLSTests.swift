/// Certificates and HTTP/2, against a server of another make: Python's ssl module.
import Foundation
import Testing
import TestSupport

@testable import DeltaSink

@Suite(.timeLimit(.minutes(2))) struct TLSTests {
  private func get(_ url: String) -> HTTPRequest { HTTPRequest("GET", url, repeats: .always) }

  @Test func aCertificateThatNobodyVouchesForIsRefused() async throws {
    try await TLSServer.run { server in
      let error = await #expect(throws: HTTPError.self) {
        try await HTTPClient(retries: .never).send(get("https://localhost:\(server.port)/"))
      }
      #expect(error?.code == .tls)
      #expect(error?.isTransient == false)
      #expect(error?.wasSent == false)
    }
  }

  @Test func aCertificateOfAGivenAuthorityIsAccepted() async throws {
    try await TLSServer.run { server in
      let client = HTTPClient(certificateAuthorities: server.certificate, retries: .never)
      let response = try await client.send(get("https://localhost:\(server.port)/"))
      #expect(response.status == 200)
      #expect(response.body == Array("over TLS".utf8))
      #expect(response.majorVersion == 1)
    }
  }

  @Test func aCertificateForAnotherNameIsRefused() async throws {
    try await TLSServer.run { server in
      let client = HTTPClient(certificateAuthorities: server.certificate, retries: .never)
      let error = await #expect(throws: HTTPError.self) {
        try await client.send(get("https://127.0.0.1:\(server.port)/"))
      }
      #expect(error?.code == .tls)
    }
  }

  @Test func http2IsSpokenWhereTheServerOffersIt() async throws {
    try await TLSServer.run(http2: true) { server in
      let client = HTTPClient(certificateAuthorities: server.certificate, retries: .never)
      let response = try await client.send(get("https://localhost:\(server.port)/"))
      #expect(response.status == 200)
      #expect(response.majorVersion == 2)
      #expect(response.body == Array("over HTTP/2".utf8))
    }
  }

  @Test func aWorkspaceWithAnAuthorityOfItsOwnSaysWhatToDo() async throws {
    try await TLSServer.run { server in
      let workspace = try DatabricksWorkspace(
        host: "https://localhost:\(server.port)", credentials: .token("t"))
      let error = await #expect(throws: DatabricksError.self) {
        try await WorkspaceClient(workspace).currentUser()
      }
      #expect(error?.code == .network)
      #expect(error?.isRetryable == false)
      #expect(error?.message.contains("certificate") == true)
    }
  }
}

/// A server with a certificate for `localhost` that it signed itself.
private struct TLSServer {
  var port: Int
  /// A PEM file.
  var certificate: String

  static func run(http2: Bool = false, _ body: (TLSServer) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      let (certificate, key) = (directory.path("certificate.pem"), directory.path("key.pem"))
      _ = try await Command(
        "openssl",
        [
          "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
          "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate,
        ]
      ).output()
      let script = directory.path("server.py")
      try Array(source.utf8).write(to: script)
      let python = ProcessInfo.processInfo.environment["CDC_PYTHON"] ?? "python3"
      let running = try Command(python, [script, certificate, key, http2 ? "h2" : "http/1.1"]).start()
      defer { running.signal(SIGTERM) }
      var port: Int?
      for _ in 0..<500 where port == nil {
        try await Task.sleep(for: .milliseconds(20))
        port = running.outputSoFar().split(separator: "\n").first.flatMap { Int($0) }
      }
      try await body(TLSServer(port: #require(port), certificate: certificate))
    }
  }

  /// Answers each request with 200; HTTP/2 by hand, as far as one GET needs it (RFC 9113).
  private static let source = """
    import socket, ssl, struct, sys, threading

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    context.set_alpn_protocols([sys.argv[3]])
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)

    def frame(kind, flags, stream, payload=b""):
        return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload

    def exactly(connection, count):
        data = b""
        while len(data) < count:
            part = connection.recv(count - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def http2(connection):
        exactly(connection, 24)
        connection.sendall(frame(4, 0, 0))
        while True:
            head = exactly(connection, 9)
            exactly(connection, int.from_bytes(head[:3], "big"))
            stream = int.from_bytes(head[5:], "big")
            if head[3] == 4 and not head[4] & 1:
                connection.sendall(frame(4, 1, 0))
            if head[3] == 1:
                connection.sendall(frame(1, 4, stream, bytes([0x88])) + frame(0, 1, stream, b"over HTTP/2"))

    def http1(connection):
        while connection.recv(65536):
            connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 8\\r\\n\\r\\nover TLS")

    def serve(raw):
        try:
            with context.wrap_socket(raw, server_side=True) as connection:
                (http2 if connection.selected_alpn_protocol() == "h2" else http1)(connection)
        except (OSError, EOFError):
            pass

    while True:
        threading.Thread(target=serve, args=[listener.accept()[0]], daemon=True).start()
    """
}
