# Wrong lines: one line on standard error, nothing else, exit code 2.
. "$ROOT/tests/cli/lib.sh"
wrong()
{
    "$ASSAY" "$@" >out 2>err
    code=$?
    sed 's|fields are .*|fields are …|' err
    [ $code -eq 2 ] && [ ! -s out ] && [ "$(wc -l <err)" -eq 1 ] ||
        echo "^^^ exit $code, $(wc -l <out) lines out, $(wc -l <err) err"
}
wrong
wrong comapre a b
wrong frobnicate
wrong --store
wrong --tarffic x compare a b
wrong --strict import facts x
wrong -x
wrong compare a
wrong compare a b c d e f g h i
wrong compare gemma-2-2b google/gemma-2-2b
wrong compare a b --format yaml
wrong compare a b --format
wrong compare a b --as-of 2026-13-01
wrong compare a b --as-of 2026-11
wrong compare a b --traffic requests=many
wrong compare a b --need 'contxt>1'
wrong cost gemma-2-2b --need vision
wrong --need vision sources
wrong show gemma-2-2b --need 'contxt>1'
wrong export json --need vision
wrong help --need vision
wrong compare a b --width 10
wrong compare a b --fail-code 0
wrong compare a b --no-color=yes
wrong show
wrong show a b
wrong show a --explain --history
wrong find
wrong find vision --limit none
wrong cost
wrong import
wrong import litelm file
wrong import facts file --retrieved yesterday
wrong lint facts
wrong diff 2026-01-01
wrong diff 2026-01-01 file.json
wrong diff 2026-02-01 2026-01-01
wrong diff a b --from yaml
wrong export xml
wrong export json csv
wrong price
wrong price -
wrong price - --provider openai --at noon
wrong price - --provider openai --format text
wrong sources extra
wrong completion
wrong completion tcsh
wrong doctor extra
wrong version --format html
wrong help nothing
wrong "$(printf 'tab\tand\033escape')"
