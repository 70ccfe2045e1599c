# Whoever sends a line and waits gets its answer; a signal ends the run.
. "$ROOT/tests/cli/lib.sh"
import_acme
mkfifo in out
"$ASSAY" --as-of 2026-11-22 price - --provider acme <in >out &
pid=$!
exec 3>in 4<out
head -n 1 "$fixtures/responses.jsonl" >&3
read -r answer <&4
echo "${answer%%,*}"
kill -TERM $pid
wait $pid
echo "exit $?"
