#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check.sh TEST BUILD PREFIX [COMMAND]: one test of the Go package, for meson. BUILD is meson's build folder, PREFIX where it
# installs to, COMMAND the rollout command that it built. Exits with 77 where there is no Go that can build the package.
#
#   fresh      generated files are what their generators write
#   vet        go vet and gofmt have nothing to say
#   test       all tests, with all recorded decisions that are found
#   race       under the race detector
#   cgocheck2  with every pointer that goes to C checked
#   system     against the installed library, and against one of a wrong version
#   user       a module of its own that imports the package, with a C compiler alone
#   bench      benchmarks beside C
set -eu
test=$1 build=$2 prefix=$3
command=${4:-}
case $command in /* | '') ;; *) command=$PWD/$command ;; esac
export ROLLOUT_COMMAND="$command"
cd "$(dirname "$0")"

version=$(go env GOVERSION 2>/dev/null) || version=none
case $version in
    go1.2[4-9]* | go1.[3-9][0-9]* | go[2-9]*) ;;
    *) echo "Go 1.24 or later is needed, and there is: $version"; exit 77 ;;
esac
# Nothing is downloaded: the package needs nothing but Go.
export GOTOOLCHAIN=local GOPROXY=off GOFLAGS=-mod=mod CGO_ENABLED=1
unset CGO_CFLAGS CGO_LDFLAGS CGO_CPPFLAGS

folder=
trap '[ -z "$folder" ] || rm -rf "$folder"' EXIT
temporary() { folder=$(mktemp -d); }

# Installs the library into the build folder, for the tag rollout_system. meson.build lets only one test at a time do that.
installed() {
    root=$build/go-installed
    mkdir -p "$root"
    meson install -C "$build" --no-rebuild --destdir "$root" >"$root/log" 2>&1 || { cat "$root/log"; exit 1; }
    pc=$(dirname "$(find "$root$prefix" -name librollout.pc)")
    # The .pc files name the final prefix; here it lies below the folder.
    sed -i "s|^prefix=.*|prefix=$root$prefix|" "$pc"/*.pc
    export PKG_CONFIG_PATH="$pc" LD_LIBRARY_PATH="$(dirname "$pc")"
    # What pkg-config says does not count in Go's cache, so that what was linked with another folder would be taken from there.
    export CGO_LDFLAGS="-g -O2 -L$LD_LIBRARY_PATH"
}

case $test in
fresh)
    python3 generate.py --check
    python3 ../amalgamate.py --check
    ;;
vet)
    installed
    go vet -tags rollout_system ./...
    unformatted=$(gofmt -l .)
    [ -z "$unformatted" ] || { echo "gofmt would change: $unformatted"; exit 1; }
    ;;
test) go test -timeout 20m ./... ;;
# Against the installed library, since what is looked at is Go's side and to compile the C file is what takes long.
race)
    installed
    go test -short -race -tags rollout_system -timeout 20m ./...
    ;;
cgocheck2)
    installed
    GOEXPERIMENT=cgocheck2 go test -short -tags rollout_system -timeout 20m ./...
    ;;
bench) go test -run NONE -bench . -benchtime 1s . ;;
system)
    installed
    go test -short -tags rollout_system -timeout 20m ./...

    # A header of another minor version is refused by the compiler.
    temporary
    cp -r "$root$prefix" "$folder/wrong"
    sed -i 's/^#define ROLLOUT_VERSION_MINOR .*/#define ROLLOUT_VERSION_MINOR 99/' "$folder/wrong/include/rollout/version.h"
    PKG_CONFIG_PATH=$(dirname "$(find "$folder" -name librollout.pc)")
    sed -i "s|^prefix=.*|prefix=$folder/wrong|" "$PKG_CONFIG_PATH"/*.pc
    export CGO_LDFLAGS="-g -O2 -L$folder"
    if go build -tags rollout_system . 2>"$folder/errors"; then
        echo "a wrong version is not refused"
        exit 1
    fi
    grep -q 'is not of the version that this Go package was made for' "$folder/errors" || { cat "$folder/errors"; exit 1; }
    ;;
user)
    temporary
    cp testdata/user/main.go.txt "$folder/main.go"
    printf 'module example.com/user\n\ngo 1.24\n\nrequire github.com/librollout/librollout/bindings/go v0.0.0\n\nreplace github.com/librollout/librollout/bindings/go => %s\n' \
        "$PWD" >"$folder/go.mod"
    out=$(cd "$folder" && PKG_CONFIG=/nonexistent go run .)
    [ "$out" = "update-in-place web-0: UpdateInPlace" ] || { echo "the module prints: $out"; exit 1; }
    ;;
*) echo "unknown test $test"; exit 2 ;;
esac
