/// Which place is heard for host and credentials: the cases of the SDKs' own tests of unified authentication, as far as
/// they are about tokens and OAuth clients.
import DeltaSink
import Testing
import TestSupport

@Suite struct SettingsDiscoveryTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var environment: [String: String] = [:]
    var host: String?
    var token: Secret?
    var profile: String?
    var authType: String?
    /// What comes out: host, kind of credentials, warehouse; or a part of the error.
    var expected: [String?] = []
    var error: String?
    var testDescription: String { name }
  }

  /// ~/.databrickscfg of the cases.
  private static let file = """
    ; a comment
    [DEFAULT]
    host = https://default.example.com/
    token = file-token
    warehouse_id = w-default

    [m2m]
    Host: oauth.example.com
    client_id = id
    client_secret = file-secret
    http_path = /sql/1.0/warehouses/w-m2m

    [nohost]
    token = file-token
    [pat.with.dot]
    host = https://dot.example.com
    token = file-token
    [half]
    host = https://half.example.com
    client_id = id
    [both]
    host = https://both.example.com
    token = file-token
    client_id = id
    client_secret = file-secret
    [cli]
    host = https://cli.example.com
    auth_type = databricks-cli
    [empty]
    """

  static let cases: [Case] = [
    Case(name: "the default profile", expected: ["https://default.example.com/", "pat", "w-default"]),
    Case(
      name: "host and token of the environment, the file not read",
      environment: ["DATABRICKS_HOST": "https://e", "DATABRICKS_TOKEN": "t"],
      expected: ["https://e", "pat", nil]),
    Case(
      name: "a host of the environment is enough for the default profile not to be read",
      environment: ["DATABRICKS_HOST": "https://e"], expected: ["https://e", nil, nil]),
    Case(name: "so is a token", environment: ["DATABRICKS_TOKEN": "t"], expected: [nil, "pat", nil]),
    Case(name: "so is a host that is given", host: "https://g", expected: ["https://g", nil, nil]),
    Case(
      name: "a warehouse of the environment is not",
      environment: ["DATABRICKS_WAREHOUSE_ID": "w"], expected: ["https://default.example.com/", "pat", "w"]),
    Case(
      name: "what is given goes before the environment",
      environment: ["DATABRICKS_HOST": "https://e", "DATABRICKS_TOKEN": "t"], host: "https://g",
      expected: ["https://g", "pat", nil]),
    Case(
      name: "an OAuth client of the environment",
      environment: [
        "DATABRICKS_HOST": "https://e", "DATABRICKS_CLIENT_ID": "i", "DATABRICKS_CLIENT_SECRET": "s",
      ],
      expected: ["https://e", "oauth-m2m", nil]),
    Case(
      name: "a profile by its name", profile: "m2m", expected: ["oauth.example.com", "oauth-m2m", "w-m2m"]),
    Case(
      name: "a profile by the environment's name",
      environment: ["DATABRICKS_CONFIG_PROFILE": "pat.with.dot"],
      expected: ["https://dot.example.com", "pat", nil]),
    Case(
      name: "the environment goes before a named profile",
      environment: ["DATABRICKS_HOST": "https://e"], profile: "pat.with.dot",
      expected: ["https://e", "pat", nil]),
    Case(name: "a profile inherits nothing from DEFAULT", profile: "nohost", expected: [nil, "pat", nil]),
    Case(
      name: "empty variables are none", environment: ["DATABRICKS_HOST": "", "DATABRICKS_TOKEN": ""],
      expected: ["https://default.example.com/", "pat", "w-default"]),
    Case(name: "two kinds at once", profile: "both", error: "more than one kind (oauth and pat)"),
    Case(
      name: "two kinds, of two places",
      environment: ["DATABRICKS_TOKEN": "t"], profile: "m2m", error: "more than one kind (oauth and pat)"),
    Case(
      name: "two kinds and a type", profile: "both", authType: "oauth-m2m",
      expected: ["https://both.example.com", "oauth-m2m", nil]),
    Case(
      name: "the type of the environment", environment: ["DATABRICKS_AUTH_TYPE": "pat"], profile: "both",
      expected: ["https://both.example.com", "pat", nil]),
    Case(name: "a type that is not there", profile: "m2m", authType: "pat", error: "DATABRICKS_TOKEN"),
    Case(name: "a type that is not known", profile: "cli", error: "databricks-cli is not supported"),
    Case(name: "half a client", profile: "half", error: "DATABRICKS_CLIENT_SECRET"),
    Case(
      name: "a user and a password",
      environment: ["DATABRICKS_HOST": "https://e", "DATABRICKS_USERNAME": "u", "DATABRICKS_PASSWORD": "p"],
      error: "user name and a password"),
    Case(name: "a profile that is not there", profile: "nowhere", error: "no profile nowhere"),
    Case(name: "a profile that is empty", profile: "empty", error: "no profile empty"),
  ]

  @Test(arguments: cases) func isFound(_ given: Case) async throws {
    try await withTemporaryDirectory { directory in
      try Array(Self.file.utf8).write(to: directory.path(".databrickscfg"))
      let environment = given.environment.merging(["HOME": directory.path]) { first, _ in first }
      func discover() throws -> DatabricksSettings {
        try .discover(
          environment: environment, host: given.host, token: given.token, authType: given.authType,
          profile: given.profile)
      }
      if let expected = given.error {
        let error = #expect(throws: DatabricksError.self) { try discover() }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("file-") != true)
      } else {
        let found = try discover()
        #expect([found.host, found.credentials?.authType, found.warehouseID] == given.expected)
      }
    }
  }

  @Test func theFileHasADefaultOfItsOwn() async throws {
    try await withTemporaryDirectory { directory in
      let text =
        "[__settings__]\ndefault_profile = work\n[DEFAULT]\nhost = https://d\ntoken = t\n[work]\nhost = https://w\ntoken = t\n"
      let path = directory.path("config")
      try Array(text.utf8).write(to: path)
      #expect(try DatabricksSettings.discover(environment: [:], configFile: path).host == "https://w")
      #expect(
        try DatabricksSettings.discover(environment: ["DATABRICKS_CONFIG_FILE": path], profile: "DEFAULT")
          .host
          == "https://d")
    }
  }

  @Test func aMachineWithoutAFileHasNoSettings() async throws {
    try await withTemporaryDirectory { directory in
      let found = try DatabricksSettings.discover(environment: ["HOME": directory.path])
      #expect(found.host == nil)
      let error = #expect(throws: DatabricksError.self) { try found.workspace() }
      #expect(error?.message.contains("DATABRICKS_HOST") == true)
      let named = #expect(throws: DatabricksError.self) {
        try DatabricksSettings.discover(environment: ["HOME": directory.path], profile: "work")
      }
      #expect(named?.message.contains("work") == true)
    }
  }

  @Test func aLineThatIsNoneIsNamedByItsNumberOnly() async throws {
    try await withTemporaryDirectory { directory in
      let path = directory.path("config")
      try Array("[DEFAULT]\nhost = h\ndapi-secret-token\n".utf8).write(to: path)
      let error = #expect(throws: DatabricksError.self) {
        try DatabricksSettings.discover(environment: [:], configFile: path)
      }
      #expect(error?.message.contains("Line 3") == true)
      #expect(error?.message.contains("dapi") == false)
    }
  }

  @Test func whereASettingCameFromIsTold() throws {
    let found = try DatabricksSettings.discover(
      environment: ["DATABRICKS_HOST": "https://e", "DATABRICKS_TOKEN": "secret-token"])
    #expect(found.origins == ["host": "DATABRICKS_HOST", "token": "DATABRICKS_TOKEN"])
    var dumped = ""
    dump(found, to: &dumped)
    #expect(!dumped.contains("secret-token"))
  }

  @Test(
    arguments: [
      ("/sql/1.0/warehouses/abc", "abc"), ("sql/1.0/endpoints/abc", "abc"),
      ("/sql/protocolv1/o/1/cluster", nil), ("", nil),
    ] as [(String, String?)])
  func anHTTPPathNamesAWarehouse(_ path: String, _ id: String?) {
    #expect(DatabricksSettings.warehouseID(httpPath: path) == id)
  }

  @Test(
    arguments: [
      ("dbc-1.cloud.databricks.com", "https://dbc-1.cloud.databricks.com"),
      (" https://DBC-1.cloud.databricks.com/?o=123 ", "https://dbc-1.cloud.databricks.com"),
      ("https://dbc-1.cloud.databricks.com:443", "https://dbc-1.cloud.databricks.com"),
      ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"), ("http://dbc-1.cloud.databricks.com", nil),
      ("", nil),
    ] as [(String, String?)])
  func hostsAreTakenAsPeopleWriteThem(_ text: String, _ host: String?) {
    #expect((try? DatabricksWorkspace(host: text, credentials: .token("t")))?.host == host)
  }
}
