# Colour only on a terminal, and not there when somebody minds.
. "$ROOT/tests/cli/lib.sh"
import_acme
cat >terminal.py <<'PY'
import os, pty, sys
output = b''
def read(fd):
    global output
    data = os.read(fd, 65536)
    output += data
    return b''
stdout = os.dup(1)
os.dup2(os.open('/dev/null', os.O_WRONLY), 1)
status = pty.spawn(sys.argv[1:], read)
os.write(stdout, b'colour\n' if b'\x1b[' in output else b'plain\n')
PY
on_terminal() { env TERM=xterm "$@"; }
show=(python3 terminal.py "$ASSAY" show anvil-2 --as-of 2026-11-22)
on_terminal "${show[@]}"
on_terminal NO_COLOR=1 "${show[@]}"
on_terminal NO_COLOR= "${show[@]}"
on_terminal "${show[@]}" --no-color
env TERM=dumb "${show[@]}"
env -u TERM "${show[@]}"
TERM=xterm "$ASSAY" show anvil-2 | grep -c "$(printf '\033')" || true
