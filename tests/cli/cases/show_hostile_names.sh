# Names from a file are text: no escape sequence reaches a terminal, no tag a
# page.
. "$ROOT/tests/cli/lib.sh"
assay import facts "$fixtures/hostile.json"
assay show evil/one
for format in text markdown html json csv; do
    assay show evil/one --format $format >out.$format
    LC_ALL=C grep -c "$(printf '\033')" out.$format
done
grep -c '<script>alert' out.html
try assay show "$(printf 'evil\033[31m')"
