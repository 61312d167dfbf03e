import Testing

@testable import cdc_cli

struct SecretsTests {
  @Test(
    "the password of a connection string is hidden in every form",
    arguments: [
      ("postgresql://ann:s3cr%2Ft@db/shop", "postgresql://ann:***@db/shop"),
      ("postgres://ann:p@ss@db:5432/shop?sslmode=require", "postgres://ann:***@db:5432/shop?sslmode=require"),
      ("postgresql://db/shop?user=ann&password=hush&x=1", "postgresql://db/shop?user=ann&password=***&x=1"),
      ("host=db password=hush user=ann", "host=db password=*** user=ann"),
      ("host=db password = 'a b\\' c' user=ann", "host=db password = '***' user=ann"),
      ("password=last", "password=***"),
      ("postgresql://ann@db/shop", "postgresql://ann@db/shop"),
      ("shop", "shop"),
    ])
  func connectionStrings(text: String, redacted: String) {
    #expect(ConnectionString(text).redacted == redacted)
  }

  @Test("a registered password leaves no text, and words that hold it by chance stay whole")
  func registered() {
    Secrets.register(connection: "postgresql://ann:hush%21hush@db/shop")
    #expect(Secrets.redact("refused: hush!hush, sent hush%21hush.") == "refused: ***, sent ***.")
    #expect(Secrets.redact("unhush!hushed") == "unhush!hushed")
  }
}
