#!/usr/bin/env bash
# Installs a build into an empty folder and uses what lies there, as somebody
# does who has only the package; one result line each:
#   tests/install/install.sh FOLDER
set -u
cd "$(dirname "$0")/../.." || exit
folder=$1
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
failed=0

# try NAME COMMAND...: must succeed and say nothing
try()
{
    local name=$1 output
    shift
    if output=$("$@" 2>&1 </dev/null) && [ -z "$output" ]; then
        echo "ok install: $name"
    else
        echo "FAIL install: $name"
        head -n 40 <<<"$output" | sed 's/^/    /'
        failed=1
    fi
}

# have TOOL NAME: or says what is skipped without it
have()
{
    command -v "$1" >/dev/null && return
    echo "skip: install: $2: $1 is not installed"
    return 1
}

install_all() { DESTDIR=$box meson install -C "$folder" --no-rebuild --quiet; }

# config OPTION...: pkg-config, with the box for the prefix
config()
{
    PKG_CONFIG_PATH=${pc%/*} pkg-config \
        --define-variable=prefix="$box$prefix" "$@" assay
}

use_the_library()
{
    local flags verdict
    flags=$(config --cflags --libs) || return
    # shellcheck disable=SC2086 # flags are words
    ${CC:-cc} -std=c17 -Wall -Wextra -Wpedantic -Werror \
        -o "$box/consumer" tests/install/consumer.c $flags || return
    verdict=$(LD_LIBRARY_PATH=$(config --variable=libdir) "$box/consumer") ||
        return
    # in the words of the command
    "$box$prefix/bin/assay" compare gemma-2-2b gpt-4-vision-preview \
        --store :memory: --as-of 2026-11-22 --format json |
        grep -qF -- "${verdict:?says nothing}" ||
        echo "'$verdict' is not the verdict of assay compare"
}

bash_completes()
{
    bash -u -c '. "$1" && complete -p assay >/dev/null' - "$1"
}

# troff finds nothing to warn of
set_pages()
{
    local page
    for page in "$@"; do
        groff -man -Tutf8 -ww "$page" 2>&1 >/dev/null
    done
}

# man shows the page, under its title
read_pages()
{
    local page title
    for page in "$@"; do
        title=${page##*/}
        title=${title%.1}
        MANPAGER=cat MANWIDTH=80 man -l "$page" 2>&1 |
            grep -qi "^${title}(1)" || echo "man -l does not show $page"
    done
}

try "everything lands under DESTDIR" install_all
pc=$(find "$box" -name assay.pc)
prefix=$(PKG_CONFIG_PATH=${pc%/*} pkg-config --variable=prefix assay)
try "a program finds libassay by pkg-config and gets the verdict" \
    use_the_library

share=$box$prefix/share
if have groff "manual pages are set"; then
    try "troff has nothing to say of a manual page" \
        set_pages "$share"/man/man1/*.1
fi
if have man "manual pages are read"; then
    try "man shows every page" read_pages "$share"/man/man1/*.1
fi
try "bash takes its completion" \
    bash_completes "$share/bash-completion/completions/assay"
if have zsh "zsh completion is read"; then
    try "zsh reads its completion" \
        zsh -n "$share/zsh/site-functions/_assay"
fi
if have fish "fish completion is read"; then
    try "fish reads its completion" \
        fish -n "$share/fish/vendor_completions.d/assay.fish"
fi
exit $failed
