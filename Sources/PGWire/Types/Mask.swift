/// Values that take the place of a column's own before anything else sees them.
extension ValueFormat {
  package enum Mask: Hashable, Sendable {
    case null
    /// In the text form of the format that stands in.
    case constant([UInt8])
    case sha256(salt: [UInt8])
  }

  package func masked(by mask: Mask) -> ValueFormat {
    let standIn: ValueFormat =
      switch mask {
      case .null, .constant: self
      case .sha256: ValueFormat(.text)
      }
    // What is hashed is text, whatever its column would be otherwise.
    let hidden = kind == .variant && standIn.kind == .text ? elements[0] : self
    var format = ValueFormat(.masked, elements: [hidden, standIn])
    format.mask = mask
    return format
  }

  /// To be hashed, a value must be printed as the server would; other masks do not look at it.
  var hasBinaryFormMasked: Bool {
    if case .sha256? = mask { elements[0].isPrintedExactly } else { true }
  }

  /// Whether the text that the server would print is known from the binary form, byte by byte.
  private var isPrintedExactly: Bool { isPrintable || kind == .bytea || kind == .versionedText }
}

extension ColumnBuilder {
  @inline(never)
  mutating func append(masked field: RawSpan, isText: Bool) throws(ValueError) {
    switch format.mask {
    case .null, nil: elements[0].appendNull()
    case .constant(let text): try elements[0].append(text: unsafe text.span.bytes)
    case .sha256(let salt):
      scratch.removeAll(keepingCapacity: true)
      scratch += salt
      try appendText(of: field, isText: isText)
      guard let digest = SHA256.digest(scratch) else { throw .digest }
      for byte in digest { elements[0].bytes.append(hexByte: byte) }
      try elements[0].endBytes()
    }
  }

  /// What the server prints for the value, onto the scratch bytes.
  private mutating func appendText(of field: RawSpan, isText: Bool) throws(ValueError) {
    switch (format.elements[0].kind, isText) {
    case (.char, true): scratch.append(charText: field)
    case (_, true): scratch.append(field)
    case (.bytea, _):
      scratch.append(text: "\\x")
      for offset in 0..<field.byteCount { scratch.append(hexByte: field.byte(offset)) }
    case (.versionedText, _):
      guard field.byteCount >= 1, field.byte(0) == 1 else { throw .malformed }
      scratch.append(field.extracting(1..<field.byteCount))
    default: try scratch.append(printed: field, as: format.elements[0])
    }
  }
}
