# `assay serve` under load, beside nginx that sends the same bytes from files.
. "$ROOT/bench/parts.sh"

have_snapshots "serve under load" || exit 0
have wrk "serve under load" || exit 0
# Debian keeps it where only root looks
PATH=$PATH:/usr/sbin
have nginx "nginx as peer of serve" || true
full_store
python3 "$ROOT/bench/serve_load.py" --store "$FULL" --folder "$TMP/serve"
