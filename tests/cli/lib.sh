# What the golden cases share: . "$ROOT/tests/cli/lib.sh"
# The fixtures speak of models that do not exist, so their pages change only
# with the program.
fixtures=$ROOT/tests/cli/fixtures

assay() { "$ASSAY" --as-of 2026-11-22 "$@"; }

# try COMMAND...: its output, all on standard output, and its exit code
try()
{
    "$@" 2>&1
    echo "exit $?"
}

# the made-up vendor, a provider, and a page that disagrees with both
import_acme()
{
    for name in acme-docs forge-docs review-site; do
        assay import facts "$fixtures/$name.json" --quiet >/dev/null || exit
    done
}
