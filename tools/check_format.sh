#!/usr/bin/env bash
# Layout is clang-format 14's, by .clang-format:
#   tools/check_format.sh          one result line; what differs, indented
#   tools/check_format.sh --fix    rewrites the files (make format)
set -u
cd "$(dirname "$0")/.." || exit

tool=$(command -v clang-format-14 || true)
if [ -z "$tool" ]; then
    echo "skip: format: clang-format-14 is not installed"
    exit 0
fi
mapfile -t files < <(find include src tests fuzz bench -name '*.[ch]' | sort)
if [ "${1:-}" = --fix ]; then
    exec "$tool" -i "${files[@]}"
fi
if output=$("$tool" --dry-run -Werror --ferror-limit=5 "${files[@]}" 2>&1)
then
    echo "ok format"
else
    echo "FAIL format (make format rewrites)"
    grep 'error:' <<<"$output" | sed 's/^/    /'
    exit 1
fi
