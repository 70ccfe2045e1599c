# A hosted route: proven, ignored, refused, gone, down, and out of money.
. "$ROOT/tests/cli/lib.sh"
mock=$(dirname "$ASSAY")/tests/mock/mock_provider
[ -x "$mock" ] || {
    echo "skip: the mock provider is not built here"
    exit 77
}
export ASSAY_STORE=$TMP/store.db
mkfifo leash
"$mock" --max-seconds 200 <leash >port &
exec 7>leash
for _ in $(seq 200); do [ -s port ] && break || sleep 0.05; done
port=$(tr -dc 0-9 <port)
today=$(date -u +%F)

probe()
{
    model=$1
    shift
    echo "# $model $*"
    "$ASSAY" probe "openai:http://127.0.0.1:$port/v1#$model" --seed 7 --yes \
        --width 100 "$@" >out 2>&1
    code=$?
    sed -E "s/$port/PORT/g; s/$today/TODAY/g; s/[0-9]+ pieces over [0-9]+ %/N pieces over M %/" out
    echo "exit $code"
}

probe mock-able-8 --price 1,2 --max-cost 1
probe mock-able-8+one-packet --only streaming
probe mock-plain --only function_calling,structured_outputs,json_mode,vision,stop
probe mock-no-tools --only function_calling
probe mock-window-4096 --only context --price 1,2
probe mock-able-8 --only context --price 100,200 --max-cost 0.50
probe fault:retired --only stop
probe fault:401 --only stop
"$ASSAY" show "127.0.0.1-$port/mock-able-8" --width 100 2>&1 |
    sed "s/$port/PORT/g; s/$today/TODAY/g"
exec 7>&-
wait
