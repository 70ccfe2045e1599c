# assay chat as somebody types into it: editing, history, Ctrl-C, Ctrl-D.
. "$ROOT/tests/cli/lib.sh"
cat >typist.py <<'PY'
import os, pty, re, select, sys, time

pid, file = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
screen = b''

def until(pattern):
    global screen
    end = time.monotonic() + 120
    while not re.search(pattern, screen):
        if time.monotonic() > end:
            sys.exit('waited for %r, saw %r' % (pattern, screen[-300:]))
        if select.select([file], [], [], 1)[0]:
            try:
                screen += os.read(file, 65536)
            except OSError:
                break
    found = re.search(pattern, screen)
    screen = screen[found.end():] if found else b''
    return found

def types(text, pattern, what):
    os.write(file, text.encode())
    print(what if until(pattern) else what + ': not seen')
    until(rb'> ')

until(rb'nano-s; /help.*\n')
until(rb'> ')
PY
cat >asks.py <<'PY'
from typist import *
types('Reverse the word: stone\r', rb'enots\r\n5 tokens', 'answered')
types('not this\x03', rb'\n', 'a line dropped')
types('/reset\r', rb'a new conversation', 'begun anew')
types('Reverse the word: stxne\x1b[D\x1b[D\x7fo\r', rb'enots\r\n5 tokens',
      'edited')
types('/reset\r', rb'a new conversation', 'begun anew')
types('\x1b[A\x1b[A\r', rb'enots\r\n5 tokens', 'asked again')
types('caf\u00e9 \u4e16\r', rb'tokens', 'another alphabet')
os.write(file, b'\x04')
_, status = os.waitpid(pid, 0)
print('exit', os.waitstatus_to_exitcode(status))
PY
cat >stops.py <<'PY'
from typist import *
# 456 tokens, slowly
os.write(file, b'hi\r')
until(rb'true|false')
types('\x03', rb'cancelled', 'an answer stopped')
types('/reset\r', rb'a new conversation', 'it goes on')
os.write(file, b'/quit\r')
_, status = os.waitpid(pid, 0)
print('exit', os.waitstatus_to_exitcode(status))
PY
cat >killed.py <<'PY'
import signal, termios
from typist import *
def canonical():
    return bool(termios.tcgetattr(file)[3] & termios.ICANON)

end = time.monotonic() + 60
while canonical() and time.monotonic() < end: # the prompt comes just before
    time.sleep(0.05)
print('typing' if not canonical() else 'not typing')
os.kill(pid, signal.SIGTERM)
_, status = os.waitpid(pid, 0)
print('exit', os.waitstatus_to_exitcode(status),
      'and the terminal as it was' if canonical() else 'the terminal is lost')
PY
echo '{"type": "array", "items": {"type": "boolean"}, "minItems": 60}' >s.json
export TERM=xterm
python3 asks.py "$ASSAY" chat --temperature 0
python3 stops.py "$ASSAY" chat --schema s.json --threads 1 --cpu scalar
python3 killed.py "$ASSAY" chat
