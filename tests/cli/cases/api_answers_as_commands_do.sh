# What the API answers is what the commands print, byte for byte.
"$ASSAY" sources --store "$TMP/a.db" >/dev/null || exit
python3 "$ROOT/tests/serve/same_answers.py" "$ASSAY" "$TMP/a.db"
