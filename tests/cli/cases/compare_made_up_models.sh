# The command around the comparison: formats, and that it is repeatable.
. "$ROOT/tests/cli/lib.sh"
import_acme
assay compare anvil-2 anvil-1 | sed -n 1,4p
for format in text markdown html json csv; do
    assay compare anvil-2 anvil-1 --format $format >one
    assay compare anvil-2 anvil-1 --format $format | cmp - one &&
        [ -s one ] && echo "$format ok"
done
