#!/bin/sh
# Builds the instruction set and the machine as Embedded Swift: no runtime, no Foundation, no existentials.
set -eu
cd "$(dirname "$0")/../.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
echo "module CXXHash { header \"$PWD/Sources/CXXHash/include/CXXHash.h\" export * }" > "$out/module.modulemap"
build() {
  module=$1
  swiftc -enable-experimental-feature Embedded -enable-experimental-feature RawLayout -wmo -parse-as-library -O -swift-version 6 \
    -strict-memory-safety -warnings-as-errors -target "$(uname -m)-unknown-linux-gnu" \
    -I "$out" -Xcc -fmodule-map-file="$out/module.modulemap" -module-name "$module" \
    -emit-module -emit-module-path "$out/$module.swiftmodule" -c -o "$out/$module.o" Sources/"$module"/*.swift
  echo "$module builds as Embedded Swift"
}
build WeirISA
build WeirVM
