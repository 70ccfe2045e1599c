# The scripts are valid, and complete commands, options, values and models.
. "$ROOT/tests/cli/lib.sh"
export ASSAY_STORE=$TMP/store.db
import_acme
mkdir bin && ln -s "$ASSAY" bin/assay && PATH=$TMP/bin:$PATH
for shell in bash zsh fish; do
    "$ASSAY" completion $shell >assay.$shell || echo "exit $?"
    command -v $shell >/dev/null || continue
    $shell -n assay.$shell && echo "$shell reads it" >&4
done 4>/dev/null
. ./assay.bash
complete_line()
{
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    COMPREPLY=()
    _assay
    echo "$*| ${COMPREPLY[*]}"
}
complete_line assay ""
complete_line assay co
complete_line assay compare --format ""
complete_line assay --format m
complete_line assay show --ex
complete_line assay show acme/
complete_line assay export ""
complete_line assay help "do"
complete_line assay import --so
touch file.json
complete_line assay import facts fi
complete_line assay diff --from o
complete_line assay import lit
echo "--- the formats that there are"
"$ASSAY" import --help |
    sed -n '/^Formats/,/^$/s/^  \([a-z-]*\) .*/\1/p' | sort >formats
complete_line assay diff --from "" | sed 's/.*| //' | tr ' ' '\n' | sort |
    diff formats - && echo "all of them"
