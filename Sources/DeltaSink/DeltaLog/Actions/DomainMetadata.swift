/// Settings of a named domain, kept even where nobody here understands them. PROTOCOL.md, "Domain Metadata".
package struct DomainMetadata: Sendable, Hashable {
  package var domain: String
  package var configuration: String
  /// A tombstone: the domain is gone.
  package var removed: Bool

  package init(domain: String, configuration: String, removed: Bool = false) {
    self.domain = domain
    self.configuration = configuration
    self.removed = removed
  }
}

extension DomainMetadata {
  init(_ reader: inout JSONReader) throws {
    var domain: String?
    var configuration = ""
    var removed = false
    try reader.object { reader, name in
      switch name {
      case "domain": domain = try reader.string()
      case "configuration": configuration = try reader.optionalString() ?? ""
      case "removed": removed = try reader.optionalBoolean() ?? false
      default: try reader.skipValue()
      }
    }
    self.init(
      domain: try reader.required(domain, "domainMetadata.domain"), configuration: configuration,
      removed: removed)
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("domain", domain)
      writer.field("configuration", configuration)
      writer.field("removed", removed)
    }
  }
}
