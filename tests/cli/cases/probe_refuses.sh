# What cannot be probed is said before anything is sent.
. "$ROOT/tests/cli/lib.sh"
export ASSAY_STORE=:memory:
nobody=openai:http://127.0.0.1:9/v1#m

try assay probe
try assay probe local:nano-s local:nano-xs
try assay probe local:nano-s --only vision,sight
try assay probe local:nano-s --max-cost lots
try assay probe local:nano-s --price 2
try assay probe local:nowhere
try assay probe nobody/nothing
try assay probe openai:http://127.0.0.1:9/v1
try assay probe $nobody
try assay probe $nobody --max-cost 1
try assay probe $nobody --price 1,2
try assay probe $nobody --price 1,2 --max-cost 0.000001 --yes --only stop --seed 7
