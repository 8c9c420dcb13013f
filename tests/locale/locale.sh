#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# locale.sh REPLAY FOLDER COMMAND DOCUMENT: recorded decisions and the command where a decimal point is a comma.
set -eu
replay=$1 folder=$2 command=$3 document=$4
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if ! command -v localedef >/dev/null || ! localedef -i de_DE -f UTF-8 "$scratch/de_DE.UTF-8" 2>"$scratch/log"; then
    echo "no locale with a decimal comma can be made (Debian's package locales)"
    exit 77
fi
export LOCPATH="$scratch" LC_ALL=de_DE.UTF-8
for file in "$folder"/*.jsonl.gz; do
    mode=plan
    case $file in
        */ordering.*) mode=order ;;
        */inplace.*) mode=inplace ;;
    esac
    "$replay" --comma "$mode" "$file" "$folder/exceptions.txt"
done
"$command" plan "$document" >"$scratch/comma"
LC_ALL=C "$command" plan "$document" >"$scratch/point"
cmp "$scratch/comma" "$scratch/point"
