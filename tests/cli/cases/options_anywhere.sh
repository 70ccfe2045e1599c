# Global options before or after the command, values after a space or "=".
. "$ROOT/tests/cli/lib.sh"
import_acme
"$ASSAY" --as-of 2026-11-22 --width 70 show anvil-2 >first
"$ASSAY" show --as-of=2026-11-22 anvil-2 --width=70 >second
"$ASSAY" show anvil-2 --width 100 --as-of 2026-11-22 --width 70 >third
COLUMNS=70 "$ASSAY" show --as-of 2026-11-22 -- anvil-2 >fourth
cmp first second && cmp first third && cmp first fourth && head -n 3 first
"$ASSAY" show anvil-2 --as-of 2026-11-22 >wide
COLUMNS=80 "$ASSAY" show anvil-2 --as-of 2026-11-22 | cmp - wide
COLUMNS=nonsense "$ASSAY" show anvil-2 --as-of 2026-11-22 | cmp - wide
"$ASSAY" --version
"$ASSAY" compare --version
