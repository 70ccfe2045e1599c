# A reader that leaves early: no message, and the end of a broken pipe.
. "$ROOT/tests/cli/lib.sh"
assay sources >/dev/null
assay export csv | head -n 0
echo "exit ${PIPESTATUS[0]}"
assay --help | head -n 0
