#!/usr/bin/env bash
# Builds the command and lets it show itself: a store in a PostgreSQL of its own, copied to ./lake. With
# DESTINATION=databricks it is copied into a stand-in for a Databricks workspace, whose Delta tables stay in
# ./lake-databricks: a tenth of the store, unless --scale says more. Arguments go to `cdc demo`.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "Building cdc (release)"
swift build -c release --product cdc
cdc=$(swift build -c release --product cdc --show-bin-path)/cdc

case ${DESTINATION:-lake} in
  lake) exec "$cdc" demo --destination lake "$@" ;;
  databricks) ;;
  *)
    echo "DESTINATION is lake or databricks, not ${DESTINATION}." >&2
    exit 2
    ;;
esac

root=$PWD/lake-databricks
if [ -e "$root" ] && [ ! -e "$root/.cdc-demo" ]; then
  echo "$root is not a folder that the demo has made, and the demo would replace it. Move it away." >&2
  exit 2
fi
rm -rf "$root"
mkdir -p "$root"
touch "$root/.cdc-demo"

# It stops when its standard input ends, which happens at the latest with this script.
echo "Starting a stand-in for a Databricks workspace"
coproc double { exec Tests/Support/DatabricksDouble/run.sh --until-eof --settings --root "$root" 2>"$root/double.log"; }
double_pid=$!
ready=
while read -r -u "${double[0]}" line; do
  case $line in
    "export TARGET_CATALOG="*)
      eval "$line"
      ready=yes
      break
      ;;
    "export "*) eval "$line" ;;
  esac
done
if [ -z "$ready" ]; then
  echo "The stand-in did not start; $root/double.log says why." >&2
  exit 1
fi

if [[ " $* " != *" --scale "* ]]; then set -- --scale 0.1 "$@"; fi
status=0
"$cdc" demo --destination databricks --dataset demo "$@" || status=$?
input=${double[1]}
exec {input}>&-
wait "$double_pid" || true
rm -rf "$root/spark" "$root/spark-local" "$root/incoming"

if [ $status = 0 ]; then
  cat <<END

The stand-in has stopped, so nobody answers that SQL any more. Its Delta tables stay, and duckdb reads them:
  duckdb -c "INSTALL delta; LOAD delta; SELECT status, count(*), sum(total)
             FROM delta_scan('lake-databricks/tables/main/demo/invoice') GROUP BY status"
END
fi
exit $status
