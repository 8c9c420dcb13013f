#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# headers.sh INCLUDE_DIR COMPILER...: every public header compiles by itself, and leaves no padding to the compiler.
set -eu
include=$1
shift
for header in "$include"/rollout/*.h; do
    name=rollout/$(basename "$header")
    # Twice: the guard works.
    printf '#include <%s>\n#include <%s>\nextern int end_of_file;\n' "$name" "$name" |
        "$@" -Wall -Wextra -Wpadded -Werror -pedantic-errors -I"$include" -fsyntax-only - || {
        echo "$name does not compile: $*"
        exit 1
    }
done
