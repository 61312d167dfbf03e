# The two commands of the README are `make demo` and `make test`; each installs what it misses.
# The work is in scripts/, one a target.

.PHONY: build demo test test-versions oracle lint bench databricks-double setup types-page clean

build:
	scripts/dependencies.sh build
	swift build

# With DESTINATION=databricks into a stand-in for a Databricks workspace.
demo:
	scripts/dependencies.sh build postgresql $(if $(filter databricks,$(DESTINATION)),python java)
	$(if $(filter databricks,$(DESTINATION)),scripts/python.sh)
	DESTINATION=$(DESTINATION) scripts/demo.sh

test: setup
	scripts/test.sh

# What speaks to a server, on other majors of PostgreSQL: VERSIONS="14 16 17 18". See CONTRIBUTING.md.
test-versions: setup
	scripts/postgres-versions.sh --test $(or $(VERSIONS),14 16 17 18)

# SEED=17, or SEEDS=1-200, MINUTES=60: random tables and changes until the lake differs from the source;
# DESTINATION=databricks for the Databricks double.
oracle: setup
	scripts/oracle.sh

lint: setup
	scripts/lint.sh

bench: setup
	scripts/bench.sh

# A stand-in for a Databricks workspace, by hand: prints the settings that point `cdc` at it, runs until it is stopped.
databricks-double:
	scripts/dependencies.sh python java
	scripts/python.sh
	Tests/Support/DatabricksDouble/run.sh --settings

# What tests, lint and benchmarks need beyond the toolchain, the Python environment included.
setup:
	scripts/dependencies.sh build postgresql python java
	scripts/python.sh

# Writes docs/TYPES.md from the tests' table of types.
types-page: setup
	CDC_WRITE_TYPES_PAGE=1 swift test --filter TypeTableInLakeTests.page

clean:
	rm -rf .build .venv lake lake-databricks test.log Examples/*/.build Benchmarks/.build
