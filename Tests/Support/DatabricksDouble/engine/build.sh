#!/usr/bin/env bash
# Compiles the engine against the jars that pyspark bundles and prints the jar's path.
#   build.sh CACHE_FOLDER [PYTHON]
# The jar's name carries the sources' checksum: it is built again only when they or Spark have changed.
set -euo pipefail
cd "$(dirname "$0")"

cache=$1
python=${2:-${CDC_PYTHON:-python3}}
jars=$("$python" -c 'import importlib.util as u, os; print(os.path.dirname(u.find_spec("pyspark").origin) + "/jars")')
spark=$(basename "$(ls "$jars"/spark-core_*.jar)")
sum=$(cat src/doublelake/*.java <(echo "$spark") | sha256sum | cut -c1-16)
jar=$cache/doublelake-$sum.jar

if [ ! -f "$jar" ]; then
  mkdir -p "$cache"
  work=$(mktemp -d "$cache/build-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  javac --release 17 -nowarn -proc:none -cp "$jars/*" -d "$work/classes" src/doublelake/*.java >&2
  jar --create --file "$work/doublelake.jar" -C "$work/classes" .
  mv "$work/doublelake.jar" "$jar"
fi
echo "$jar"
