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
  /// The send function's name: `textsend`, `array_send` …; empty where the type has none.
  package var send: String
  /// Of a range: the type of its bounds; of a multirange: the range's type; else 0.
  package var range: UInt32
  /// Of a composite, in order, without dropped ones.
  package var attributes: [Attribute]
  /// Of money: the decimal places that the database's lc_monetary gives it.
  package var moneyScale: Int

  package struct Attribute: Hashable, Sendable {
    package var name: String
    package var type: UInt32
    package var typmod: Int32
    package var typeName: String
  }

  package init(
    oid: UInt32, name: String, typtype: Character = "b", baseType: UInt32 = 0,
    baseTypmod: Int32 = -1, element: UInt32 = 0, delimiter: UInt8 = UInt8(ascii: ","),
    send: String = "", range: UInt32 = 0, attributes: [Attribute] = [], moneyScale: Int = 2
  ) {
    self.oid = oid
    self.name = name
    self.typtype = typtype
    self.baseType = baseType
    self.baseTypmod = baseTypmod
    self.element = element
    self.delimiter = delimiter
    self.send = send
    self.range = range
    self.attributes = attributes
    self.moneyScale = moneyScale
  }
}
