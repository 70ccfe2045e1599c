# The overview fits a window of 36 lines and 80 columns.
"$ASSAY" --help | tee out
[ "$(wc -l <out)" -le 36 ] || echo "longer than a screen"
awk 'length > 80 { print "too wide: " $0 }' out
"$ASSAY" -h | cmp - out
"$ASSAY" help | cmp - out
