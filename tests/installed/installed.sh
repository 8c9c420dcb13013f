#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# installed.sh BUILD_DIR PREFIX VERSION FOLDER CC...: what `meson install` puts there can be found with pkg-config,
# compiled against, linked shared and static, and run, by the programs in FOLDER; and version macro, function, meson and pkg-config agree.
set -eu
build=$1 prefix=$2 version=$3 source=$4/installed.c by_hand=$4/by_hand.c top=$4/../..
shift 4
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
meson install -C "$build" --no-rebuild --destdir "$root" >"$root/log" 2>&1 || { cat "$root/log"; exit 1; }

pc=$(dirname "$(find "$root" -name librollout.pc)")
export PKG_CONFIG_PATH="$pc"
# The .pc files name the final prefix; here it lies below $root.
flags() { pkg-config --define-variable=prefix="$root$prefix" "$@"; }

for name in librollout librollout-json; do
    found=$(pkg-config --modversion $name)
    [ "$found" = "$version" ] || { echo "$name.pc says $found, meson $version"; exit 1; }
done
lib=$(flags --variable=libdir librollout)
soname=$(objdump -p "$lib/librollout.so" | awk '$1 == "SONAME" { print $2 }')
[ "$soname" = "librollout.so.${version%.*}" ] || { echo "soname is $soname"; exit 1; }

# All headers are there, and stand alone.
headers=$(flags --variable=includedir librollout)
for name in "$top"/include/rollout/*.h; do
    cmp "$name" "$headers/rollout/$(basename "$name")" || exit 1
done
sh "$top/tests/headers/headers.sh" "$headers" "$@" -std=c99 -x c

"$@" -std=c11 -Wall -Wextra -Werror "$source" -o "$root/shared" $(flags --cflags --libs librollout librollout-json)
LD_LIBRARY_PATH="$lib" "$root/shared" "$version"
# Without versions.
needs=$(pkg-config --print-requires-private librollout-json | sed 's/ .*//')
"$@" -std=c11 -Wall -Wextra -Werror "$source" -o "$root/static" $(flags --cflags librollout librollout-json) \
    "$lib/librollout-json.a" "$lib/librollout.a" $(pkg-config --libs $needs)
"$root/static" "$version"
"$@" -std=c11 -Wall -Wextra -Werror "$by_hand" -o "$root/by-hand" $(flags --cflags --libs librollout)
LD_LIBRARY_PATH="$lib" "$root/by-hand"

LD_LIBRARY_PATH="$lib" "$root$prefix/bin/rollout" --version | grep -qxF "rollout $version" ||
    { echo "rollout --version is not $version"; exit 1; }
