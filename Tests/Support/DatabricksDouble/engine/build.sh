#!/usr/bin/env bash
# Compiles the engine against the jars that pyspark bundles and prints the jar's path.
#   build.sh CACHE_FOLDER [PYTHON]
# The jar's name carries the sources' checksum: it is built again only when they or Spark have changed.
set -euo pipefail

cache=$(mkdir -p "$1" && cd "$1" && pwd)
python=$(realpath --no-symlinks "$(command -v "${2:-${CDC_PYTHON:-python3}}")")
cd "$(dirname "$0")"
find_jars='import importlib.util, pathlib
print(pathlib.Path(importlib.util.find_spec("pyspark").origin).parent / "jars")'
jars=$("$python" -c "$find_jars")
spark=$(basename "$(ls "$jars"/spark-core_*.jar)")
sum=$(cat src/doublelake/*.java <(echo "$spark") | sha256sum | cut -c1-16)
jar=$cache/doublelake-$sum.jar

if [ ! -f "$jar" ]; then
  work=$(mktemp -d "$cache/build-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  javac --release 17 -nowarn -proc:none -cp "$jars/*" -d "$work/classes" src/doublelake/*.java >&2
  jar --create --file "$work/doublelake.jar" -C "$work/classes" .
  mv "$work/doublelake.jar" "$jar"
fi
echo "$jar"
