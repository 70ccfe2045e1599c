# What a program finds under which name; the numbers are the machine's.
"$ASSAY" bench nano-xs --runs 1 --cpu scalar --threads 1 --format json |
    sed -E 's/: [0-9.e+]+(,?)$/: N\1/'
