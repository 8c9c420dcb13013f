# SPDX-License-Identifier: Apache-2.0
# Sourced by tests/run and examples/quickstart: what a build needs, from Debian's own packages.

# install_missing WHAT:PACKAGE...: WHAT is a program, NAME.pc, what pkg-config must find, NAME.py, a module of
# python3, NAME.i18n, what locales are made from, or NAME.clang, a sanitizer that clang links with. Touches neither the
# network nor sudo where nothing is missing.
install_missing() {
    local want packages=() as_root=()
    for want in "$@"; do
        case ${want%%:*} in
            *.pc) pkg-config --exists "$(basename "${want%%:*}" .pc)" 2>/dev/null || packages+=("${want#*:}") ;;
            *.i18n) [ -f /usr/share/i18n/locales/de_DE ] || packages+=("${want#*:}") ;;
            *.py) python3 -c "import $(basename "${want%%:*}" .py)" 2>/dev/null || packages+=("${want#*:}") ;;
            *.clang) clang -fsanitize="$(basename "${want%%:*}" .clang)",address -x c -o /dev/null - 2>/dev/null \
                <<<'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' || packages+=("${want#*:}") ;;
            *) command -v "${want%%:*}" >/dev/null || packages+=("${want#*:}") ;;
        esac
    done
    [ ${#packages[@]} -gt 0 ] || return 0
    if ! command -v apt-get >/dev/null; then
        echo "missing: ${packages[*]} (Debian's names); install them and try again" >&2
        return 1
    fi
    echo "installing: ${packages[*]}"
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
}
