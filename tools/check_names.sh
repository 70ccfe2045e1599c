#!/usr/bin/env bash
# What the compiled library shows, read with nm. One result line:
#   tools/check_names.sh FOLDER
# Every name visible outside its file starts with assay_, no static one does,
# and nothing can be written to but what WRITABLE allows.
set -u
dir=$1

# The writable globals that may be, as regular expressions on their names:
# in the library the SIGBUS guard of mapped files, and the list of live keys
# (any text may hold any of them: it must be struck out of all); the signal flag
# of main.c in the program.
LIBRARY_WRITABLE='^(sigbus_guard|live_keys)$'
PROGRAM_WRITABLE='^(assay_signal|signal_flag)$'

if [ ! -e "$dir/libassay.a" ]; then
    echo "FAIL names: $dir/libassay.a is not there"
    exit 1
fi

# name|value|class|type|size|line|section, after the object's file name
symbols()
{
    nm --defined-only --format=sysv "$@" | awk -F'|' '
        /^Symbols from/ { file = $0; sub(/^Symbols from /, "", file)
                          sub(/:$/, "", file); next }
        NF == 7 { gsub(/ /, ""); print file "\t" $1 "\t" $3 "\t" $7 }'
}

faults=$(
    symbols "$dir/libassay.a" | awk -F'\t' -v writable="$LIBRARY_WRITABLE" '
        # a part that gcc split off: parse.part.0, parse.cold
        { name = $2; sub(/\..*$/, "", name) }
        $3 ~ /^[A-Z]$/ && name !~ /^assay_/ {
            print $1 ": " $2 " is visible outside its file" }
        $3 ~ /^[tdbr]$/ && name ~ /^assay_/ && $2 == name {
            print $1 ": static " $2 " starts with assay_" }
        $4 ~ /^\.(data|bss|tdata|tbss)/ && $4 !~ /^\.data\.rel\.ro/ &&
        name !~ writable { print $1 ": " $2 " can be written to (" $4 ")" }
        $4 == "*COM*" { print $1 ": " $2 " can be written to" }'
    for object in "$dir"/assay.p/*.o; do
        [ -e "$object" ] || continue
        symbols "$object" | awk -F'\t' -v file="${object##*/}" \
            -v writable="$PROGRAM_WRITABLE" '
            $4 ~ /^\.(data|bss|tdata|tbss)/ && $4 !~ /^\.data\.rel\.ro/ &&
            $2 !~ writable {
                print file ": " $2 " can be written to (" $4 ")" }'
    done
    nm -D --defined-only "$dir/libassay.so" |
        awk '$3 !~ /^assay_/ { print "libassay.so: exports " $3 }'
)
if [ -z "$faults" ]; then
    echo "ok names"
else
    echo "FAIL names: $(wc -l <<<"$faults") places"
    sed 's/^/    /' <<<"$faults"
    exit 1
fi
