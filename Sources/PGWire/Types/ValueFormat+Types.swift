/// Which types are read how: those that come with PostgreSQL by their OIDs, which never change, others by what their send
/// functions write.
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
    case 4072: self.init(.versionedText)
    // xid, cid, xid8
    case 28, 29, 5069: self.init(.unsigned)
    // txid_snapshot, pg_snapshot
    case 2970, 5038: self.init(.snapshot)
    case 3614: self.init(.tsvector)
    // name, text, json, xml, bpchar, varchar
    case 19, 25, 114, 142, 1042, 1043: self.init(.text)
    case 3802: self.init(.versionedText)
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

  static let moneyOID: UInt32 = 790
  /// json, jsonb
  static let jsonOIDs: [UInt32] = [114, 3802]

  /// Enums, and the types of extensions.
  init?(sentBy function: String) {
    switch function {
    // The text form itself.
    case "textsend", "varcharsend", "bpcharsend", "namesend", "citextsend", "enum_send", "unknownsend",
      "xml_send", "json_send":
      self.init(.text)
    case "ltree_send", "lquery_send", "ltxtq_send": self.init(.versionedText)
    case "hstore_send": self.init(.hstore, elements: [ValueFormat(.text), ValueFormat(.text)])
    case "vector_send": self.init(.vector, elements: [ValueFormat(.float4)])
    case "halfvec_send": self.init(.halfvec, elements: [ValueFormat(.float4)])
    case "geometry_send", "geography_send": self.init(.ewkb)
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
