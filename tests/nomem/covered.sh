#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# covered.sh NOMEM.C MAP...: every function that is exported is played in nomem.c, or is one that only frees or reads.
set -eu
source=$1
shift
missing=0
for name in $(sed -n 's/^ *\(rollout_[a-z_]*\);$/\1/p' "$@"); do
    case $name in
        *_free) continue ;;
    esac
    grep -q "$name(" "$source" || { echo "$name is not in $(basename "$source")"; missing=1; }
done
exit $missing
