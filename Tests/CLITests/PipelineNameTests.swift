import Testing

@testable import cdc_cli

struct PipelineNameTests {
  @Test(
    "the name tells catalog and schema where they fit",
    arguments: [
      ("dev_shop", "sales", "dev_shop__sales"),
      ("main", String(repeating: "s", count: 45), "main__" + String(repeating: "s", count: 45)),
    ])
  func plain(catalog: String, schema: String, expected: String) {
    #expect(PipelineName.derived(catalog: catalog, schema: schema) == expected)
  }

  @Test("names that look alike, are too long or hold other characters stay apart and are valid")
  func distinct() {
    let long = String(repeating: "x", count: 200)
    let places = [
      ("a_b", "c"), ("a", "b_c"), ("a_", "b"), ("a", "_b"), ("a__b", "c"), ("a", "b__c"), ("a-b", "c"),
      ("a_b", "c-"), ("a b", "c"), ("größe", "c"), ("日本", "東京"), ("日本", "京都"), (long, "dev"), (long, "prod"),
      (long + "1", "s"), (long + "2", "s"), ("a", String(repeating: "_", count: 60)),
    ]
    let names = places.map { PipelineName.derived(catalog: $0.0, schema: $0.1) }
    #expect(Set(names).count == names.count)
    for name in names { #expect(PipelineName.isValid(name), "\(name)") }
  }

  @Test("a hash does not change between versions: it names slots that live on")
  func stable() {
    #expect(PipelineName.derived(catalog: "dev-shop", schema: "sales") == "dev_shop_sales_f234d5ab142deb91")
  }
}
