/// A row of pg_type, as far as reading its values depends on it.
package struct PostgresType: Hashable, Sendable {
  package var oid: UInt32
  package var name: String
  /// `b` base, `c` composite, `d` domain, `e` enum, `p` pseudo, `r` range, `m` multirange.
  package var typtype: Character
  /// Of a domain: the type under it, and the modifier that the domain gives it; else 0 and −1.
  package var baseType: UInt32
  package var baseTypmod: Int32
  /// Of a true array: its element's type, else 0.
  package var element: UInt32
  package var delimiter: UInt8
  /// The send function's name: `textsend`, `array_send` …
  package var send: String

  package init(
    oid: UInt32, name: String, typtype: Character = "b", baseType: UInt32 = 0,
    baseTypmod: Int32 = -1, element: UInt32 = 0, delimiter: UInt8 = UInt8(ascii: ","),
    send: String = ""
  ) {
    self.oid = oid
    self.name = name
    self.typtype = typtype
    self.baseType = baseType
    self.baseTypmod = baseTypmod
    self.element = element
    self.delimiter = delimiter
    self.send = send
  }
}

/// The types that a set of columns needs, by OID, with the types under their domains and arrays.
package struct TypeMap: Sendable {
  package var types: [UInt32: PostgresType]

  package init(_ types: [PostgresType] = []) {
    self.types = Dictionary(types.map { ($0.oid, $0) }) { first, _ in first }
  }

  /// How values of a column of this type are read. A type that is not known is read as text.
  ///
  /// - Parameter typmod: of the column; −1 for none.
  package func format(_ oid: UInt32, typmod: Int32) -> ValueFormat {
    format(oid, typmod: typmod, depth: 0)
  }

  private func format(_ oid: UInt32, typmod: Int32, depth: Int) -> ValueFormat {
    if let builtin = ValueFormat(builtin: oid, typmod: typmod) { return builtin }
    // Domains may stand upon domains; no chain is so long as this.
    guard let type = types[oid], depth < 32 else { return ValueFormat(.opaque) }
    if type.typtype == "d" {
      let modifier = typmod == -1 ? type.baseTypmod : typmod
      return format(type.baseType, typmod: modifier, depth: depth + 1)
    }
    if type.element != 0, type.send == "array_send" {
      let element = format(type.element, typmod: typmod, depth: depth + 1)
      // A domain over an array as an element: its text form is one string.
      if element.kind == .array { return .array(of: ValueFormat(.opaque), delimiter: type.delimiter) }
      return .array(of: element, delimiter: type.delimiter)
    }
    return ValueFormat(Self.textSendFunctions.contains(type.send) ? .text : .opaque)
  }

  /// Send functions that write the text form itself.
  private static let textSendFunctions: Set<String> = [
    "textsend", "varcharsend", "bpcharsend", "namesend", "citextsend", "enum_send", "unknownsend",
    "xml_send", "json_send",
  ]
}

extension ValueFormat {
  /// The types with fixed OIDs. Source: PostgreSQL, pg_type.dat.
  init?(builtin oid: UInt32, typmod: Int32) {
    switch oid {
    case 16: self.init(.bool)
    case 17: self.init(.bytea)
    case 18: self.init(.char)
    case 20: self.init(.int8)
    case 21: self.init(.int2)
    case 23: self.init(.int4)
    case 26: self.init(.oid)
    case 700: self.init(.float4)
    case 701: self.init(.float8)
    // name, text, json, xml, bpchar, varchar
    case 19, 25, 114, 142, 1042, 1043: self.init(.text)
    case 3802: self.init(.jsonb)
    case 2950: self.init(.uuid)
    case 1082: self.init(.date)
    case 1083: self.init(.time)
    case 1114: self.init(.timestamp)
    case 1184: self.init(.timestamptz)
    case 1186: self.init(.interval)
    case 1266: self.init(.timetz)
    case 869, 650: self.init(.inet)
    case 829: self.init(.macaddr)
    case 774: self.init(.macaddr8)
    case 1560, 1562: self.init(.bit)
    case 3220: self.init(.pgLSN)
    case 1700: self = .numeric(typmod: typmod)
    default: return nil
    }
  }

  /// `numeric(p,s)` as a decimal; what has no modifier, or does not fit 38 digits, as its exact text.
  private static func numeric(typmod: Int32) -> ValueFormat {
    guard typmod >= 4 else { return ValueFormat(.numericText) }
    let precision = Int((typmod - 4) >> 16 & 0xFFFF)
    // Eleven bits, signed: PostgreSQL 15 allows scales from −1000 to 1000.
    let scale = Int(((typmod - 4) & 0x7FF) ^ 1024) - 1024
    let decimal =
      if scale < 0 {
        ValueFormat.decimal(precision: precision - scale, scale: 0)
      } else {
        ValueFormat.decimal(precision: max(precision, scale), scale: scale)
      }
    return decimal ?? ValueFormat(.numericText)
  }
}
