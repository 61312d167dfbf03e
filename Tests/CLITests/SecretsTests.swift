import Testing

@testable import cdc_cli

struct SecretsTests {
  @Test(
    "the password of a connection string is found in every form",
    arguments: [
      ("postgresql://ann:s3cr%2Ft@db/shop", ["s3cr%2Ft"]),
      ("postgres://ann:p@ss@db:5432/shop?sslmode=require", ["p@ss"]),
      ("postgresql://db/shop?user=ann&password=hush&x=1", ["hush"]),
      ("host=db password=hush user=ann", ["hush"]),
      ("host=db password = 'a b\\' c' user=ann", ["a b\\' c"]),
      ("password=last", ["last"]),
      ("postgresql://ann@db/shop", []),
      ("shop", []),
    ])
  func connectionStrings(text: String, passwords: [String]) {
    #expect(ConnectionString(text).passwords == passwords)
  }

  @Test("a registered password leaves no text, and words that hold it by chance stay whole")
  func registered() {
    Secrets.register(connection: "postgresql://ann:hush%21hush@db/shop")
    #expect(Secrets.redact("refused: hush!hush, sent hush%21hush.") == "refused: ***, sent ***.")
    #expect(Secrets.redact("unhush!hushed") == "unhush!hushed")
  }
}
