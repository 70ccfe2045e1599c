# Every command has its page in the build, and troff has nothing to say.
"$ASSAY" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p' | sort >commands
sed -n '/^foreach command/,/\]/p' "$ROOT/docs/meson.build" |
    grep -o "'[a-z]*'" | tr -d "'" | sort | diff commands - && echo "all built"
for page in "" $(cat commands); do
    "$ASSAY" man $page >page.1 || echo "exit $?"
    head -n 1 page.1 | cut -d ' ' -f 1-3
    command -v groff >/dev/null || continue
    groff -man -Tutf8 -ww page.1 2>&1 >/dev/null
done
"$ASSAY" man show | sed -n '/^\.SH OPTIONS/,/^\.SH "GLOBAL/p'
