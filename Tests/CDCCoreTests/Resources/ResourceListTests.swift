import CDCCore
import Testing

@Suite struct ResourceListTests {
  @Test(arguments: [
    ("public.*", "public", "orders", true),
    ("public.*", "sales", "orders", false),
    ("*.orders", "sales", "orders", true),
    ("*.*", "sales", "orders", true),
    ("orders", "public", "orders", true),
    ("orders", "sales", "orders", false),
    ("public.o*r*s", "public", "orders", true),
    ("public.o*r*s", "public", "orderx", false),
    ("public.orders", "public", "orders2", false),
    ("public.*2024*", "public", "sales_2024_q1", true),
  ])
  func patternsFitWholeNames(pattern: String, schema: String, name: String, fits: Bool) {
    #expect(Resource(pattern).matches(TableName(schema: schema, name: name)) == fits)
  }

  @Test func theFirstMatchingResourceDecides() {
    let list = ResourceList([
      Resource("public.log*", hints: ResourceHints(writeDisposition: .append)), Resource("public.*"),
    ])
    #expect(list.disposition(of: table("logins", key: [0])) == .append)
    #expect(list.disposition(of: table("orders", key: [0])) == .merge)
    #expect(list.hints(for: TableName(schema: "other", name: "orders")) == nil)
  }

  @Test func aTableWithoutKeyIsAppended() {
    #expect(ResourceList().disposition(of: table("events", key: [])) == .append)
  }

  private func table(_ name: String, key: [Int]) -> TableSchema {
    TableSchema(
      name: TableName(schema: "public", name: name), columns: [ColumnSchema(name: "id", type: .int)],
      key: key)
  }
}
