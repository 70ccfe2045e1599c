# The help of every command, none wider than a terminal.
for command in compare show find cost price import sources lint diff export \
    doctor completion version; do
    echo "=== $command"
    "$ASSAY" $command --help | tee out
    awk 'length > 80 { print "too wide: " $0 }' out
    "$ASSAY" help $command | cmp - out
done
