/// An answer, whatever its status.
package struct HTTPResponse: Sendable {
  package var status: Int
  /// In the order in which they came.
  package var headers: [(name: String, value: String)]
  /// Empty where it went to a file.
  package var body: [UInt8]
  /// `2` for HTTP/2, else `1`.
  package var majorVersion: Int
  /// Connections that were opened for it: 0 where one was used again.
  package var newConnections: Int
  /// Where a redirect leads, absolute.
  var redirect: String?

  package var isSuccess: Bool { (200..<300).contains(status) }

  /// The first header of that name, in any case.
  package subscript(header name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}
