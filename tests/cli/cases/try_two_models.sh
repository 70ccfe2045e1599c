# A trial of two models in this process, as it is told: what it can show and
# cost, the verdict, the routes, what was saved. Ids, clocks and the date are
# struck out; the order of prompts is that of the seed, and answers are those
# of the scalar kernels, which are the same on every machine.
strike()
{
    sed -E -e 's/\b[0-9a-f]{8}\b/RUN/g' \
        -e 's/ +[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{5} UTC/ DATE/' \
        -e 's/(over )?[0-9]+(\.[0-9])? ms/TIME/g' -e '/ times as long as /d' \
        -e '/^  route |TIME/s/  +/  /g' -e '/^[0-9]+ of [0-9]+ prompts/d'
}

# a prompt that asks for nothing is unscored, and speaks for nobody
printf '%s\n' '# two words' 'Reverse the word: stone => enots' \
    'Which is larger, 12 or 7? => 12' 'Name a colour.' >words.txt
for words in "$ROOT/data/trial/short-tasks.jsonl --seed 7" \
    "$ROOT/data/trial/short-tasks.jsonl --seed 7 --fixed --margin 5" \
    "words.txt --seed 1"; do
    echo "=== ${words#"$ROOT/"}"
    # shellcheck disable=SC2086
    "$ASSAY" try $words --on local:nano-s --on local:nano-xs --cpu scalar --store run.db \
        --width 120 >out 2>err
    echo "exit $?"
    strike <err
    strike <out
done

echo "=== the newest run again, and both that there are no more"
"$ASSAY" report --store run.db --width 120 | strike
"$ASSAY" report --list --store run.db --width 120 | strike
"$ASSAY" report --stable --store run.db --format markdown
for words in "words.txt" "words.txt --on local:nano-s --resume 1234" \
    "words.txt --on local:nano-s --max-time soon" \
    "nothing.txt --on local:nano-s"; do
    # shellcheck disable=SC2086
    "$ASSAY" try $words --store run.db
    echo "exit $?"
done
