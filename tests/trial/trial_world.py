"""What the tests of `assay try` share: providers that are processes of their
own, the command with unique keys in its environment, and the search for those
keys in everything that it left behind. Used by test_try.py.
"""
import base64
import contextlib
import http.server
import itertools
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
import urllib.parse
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
FULL = bool(os.environ.get('ASSAY_TEST_FULL'))
WAIT = 300          # longest for one command, a sanitizer and a load included
NUMBERS = itertools.count(1)
ASSAY = MOCK = BOX = None
CASES = []          # (name, function); the last one looks at all others
SAID = []           # what every command wrote: (its words, bytes)
LOCK = threading.Lock()

# Where a key may be looked for: include/assay/route.h, and two of our own.
VARIABLES = '''OPENAI ANTHROPIC GEMINI GOOGLE GOOGLE_GENERATIVE_AI AZURE_OPENAI
    AZURE OPENROUTER MISTRAL GROQ TOGETHER DEEPSEEK XAI FIREWORKS CEREBRAS
    PERPLEXITY MOONSHOT ASSAY MOCKERY'''.split()


def make_keys():
    """Unique ones, with characters that escapes write in other words."""
    letters = random.SystemRandom()
    alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
    return {name + '_API_KEY': 'sk-"<%s&/+\\%s=>' % tuple(
        ''.join(letters.choice(alphabet) for _ in range(14))
        for _ in range(2)) for name in VARIABLES}


KEYS = make_keys()
# those that some command is given a use for
READ = [name + '_API_KEY' for name in
        ('ASSAY', 'MOCKERY', 'OPENAI', 'ANTHROPIC', 'GEMINI')]


class Skip(Exception):
    """Why a case cannot be told."""


def case(name):
    def add(function):
        CASES.append((name, function))
        return function
    return add


def begin(assay, mock):
    global ASSAY, MOCK, BOX
    ASSAY, MOCK = os.path.abspath(assay), os.path.abspath(mock)
    BOX = tempfile.TemporaryDirectory(prefix='assay-try-')
    os.chmod(BOX.name, 0o755)
    os.mkdir(os.path.join(BOX.name, 'home'))


def path(name):
    """A file of a name that nobody else has."""
    return os.path.join(BOX.name, '%d-%s' % (next(NUMBERS), name))


def expect(condition, what, *seen):
    if not condition:
        raise AssertionError('%s; seen: %s' % (what, ', '.join(
            repr(part)[:1500] for part in seen)))


def wait_until(condition, what, seconds=WAIT):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.002)
    raise AssertionError('waited in vain: %s' % what)


# ------------------------------------------------------- providers

class Mock:
    """A mock_provider; its log is the oracle."""

    def __init__(self, *options):
        self.log = path('mock.jsonl')
        self.process = subprocess.Popen(
            [MOCK, '--log', self.log, '--max-seconds', '3000', *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = int(re.search(rb'\d+\s*$',
                                  self.process.stdout.readline())[0])
        self.base = 'http://127.0.0.1:%d/v1' % self.port

    def route(self, model):
        return 'openai:%s#%s' % (self.base, model)

    def events(self, kind):
        with open(self.log, encoding='utf-8') as file:
            lines = file.read().split('\n')[:-1]
        return [event for event in map(json.loads, lines)
                if event['event'] == kind]

    def requests(self):
        return self.events('request')

    def count(self):
        """Of requests, cheaply: a run is watched by it."""
        with open(self.log, 'rb') as file:
            return file.read().count(b'{"event":"request"')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()          # the leash
        self.process.wait(WAIT)
        self.process.stdout.close()


class Provider(http.server.ThreadingHTTPServer):
    """A provider of a test's own; `heard` is what its handler keeps."""
    daemon_threads = True

    def __init__(self, handler):
        super().__init__(('127.0.0.1', 0), handler)
        self.heard = []
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)

    def route(self, model):
        return 'openai:http://127.0.0.1:%d/v1#%s' % (self.server_port, model)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.thread.join(WAIT)
        self.server_close()


class Gossip(Provider):
    """A provider that repeats the key it was given wherever it can, in every
    spelling. What it does is the model's name: "401", "500", "text", "pad-N"
    (N bytes before the key)."""

    def __init__(self):
        super().__init__(Gossiper)


class Gossiper(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(
            self.headers['Content-Length'])))
        key = (self.headers.get('Authorization') or '')[len('Bearer '):]
        self.server.heard.append(key)
        said = ' '.join(spellings(key))
        if asked['model'] == '401' or asked['model'] == '500':
            message = {'error': {'message': 'Incorrect key: ' + said,
                                 'type': said, 'code': said}}
            return self.answer(int(asked['model']), 'application/json',
                               json.dumps(message), key)
        pad = re.match(r'pad-(\d+)', asked['model'])
        if pad:
            return self.answer(400, 'application/json', json.dumps({
                'error': {'message': 'x' * int(pad[1]) + key}}), key)
        return self.answer(200, 'text/event-stream', ''.join(
            'data: %s\n\n' % line for line in self.stream(said, key)), key)

    @staticmethod
    def stream(said, key):
        """An answer in pieces of seven bytes: no piece has the key."""
        def event(delta, finish=None):
            return json.dumps({
                'id': 'chatcmpl-' + key, 'object': 'chat.completion.chunk',
                'created': 1, 'model': 'gossip ' + key,
                'system_fingerprint': key, 'service_tier': key,
                'choices': [{'index': 0, 'delta': delta,
                             'finish_reason': finish}]})
        yield event({'role': 'assistant', 'content': ''})
        for at in range(0, len(said), 7):
            yield event({'reasoning_content': said[at:at + 7]})
        for at in range(0, len(said), 7):
            yield event({'content': said[at:at + 7]})
        yield event({}, 'stop')
        yield '[DONE]'

    def answer(self, status, kind, text, key):
        body = text.encode()
        self.send_response(status)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(body)))
        self.send_header('x-request-id', 'req ' + key)
        self.send_header('openai-version', key)
        self.end_headers()
        self.wfile.write(body)


# ------------------------------------------------------- the command

class Result:
    def __init__(self, words, code, out, err):
        self.words, self.code, self.out, self.err = words, code, out, err
        with LOCK:
            SAID.append((words, out))
            SAID.append((words, err))

    def json(self):
        return json.loads(self.out)

    def text(self):
        return '%s\n[exit %s]\n%s' % (' '.join(map(str, self.words)),
                                      self.code,
                                      self.err.decode('utf-8', 'replace'))


class Run:
    """A command that is under way."""

    def __init__(self, *words, prefix=(), env=None, **options):
        self.words = [str(word) for word in words]
        environment = {
            'PATH': os.environ['PATH'], 'LC_ALL': 'C.UTF-8', 'TZ': 'UTC',
            'HOME': os.path.join(BOX.name, 'home'), **KEYS, **(env or {})}
        for name in ('ASAN_OPTIONS', 'UBSAN_OPTIONS'):
            if name in os.environ:
                environment[name] = os.environ[name]
        self.process = subprocess.Popen(
            [*prefix, ASSAY, *self.words], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=BOX.name,
            env=environment, **options)

    def end(self, seconds=WAIT):
        try:
            out, err = self.process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            raise AssertionError('%s does not end: %s' % (
                self.words, err.decode('utf-8', 'replace'))) from None
        return Result(self.words, self.process.returncode, out, err)

    def signal(self, number):
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)


def assay(*words):
    return Run(*words).end()


def on(routes):
    return [word for route in routes for word in ('--on', route)]


def start_try(suite, routes, store, *options, env=None):
    return Run('try', suite, *on(routes), '--store', store, '--yes',
               '--format', 'json', *options, env=env)


def try_suite(suite, routes, store, *options):
    return start_try(suite, routes, store, *options).end()


def start_resume(run, store, env=None):
    return Run('try', '--resume', run, '--store', store, '--yes',
               '--format', 'json', env=env)


def resume(run, store):
    return start_resume(run, store).end()


def report(run, store):
    result = assay('report', run, '--store', store, '--format', 'json')
    expect(result.code == 0, 'a report', result.text())
    return result.json()


STABLE = 'text markdown html json jsonl csv junit'.split()


def stable(run, store):
    """What a run showed, as bytes, in every form that can be compared."""
    forms = {}
    for form in STABLE:
        full = ['--full'] if form == 'text' else []
        result = assay('report', run, '--store', store, '--stable',
                       '--format', form, *full)
        expect(result.code == 0 and result.out, 'a report', result.text())
        forms[form] = result.out
    return forms


def expect_same(forms, others, what):
    """Byte for byte; the first line that differs is told."""
    for form in STABLE:
        pairs = itertools.zip_longest(forms[form].splitlines(),
                                      others[form].splitlines())
        for line, other in pairs:
            expect(line == other, '%s, as %s' % (what, form), line, other)
        expect(forms[form] == others[form], what)


def rows_of(run, store):
    """One object an attempt."""
    result = assay('report', run, '--store', store, '--format', 'jsonl')
    expect(result.code == 0, 'its rows', result.text())
    return [json.loads(line) for line in result.out.splitlines()]


def sent(rows):
    return [row for row in rows if row['state'] != 'planned']


def write_lines(name, lines):
    file = path(name)
    with open(file, 'w', encoding='utf-8') as out:
        out.writelines(json.dumps(line) + '\n' for line in lines)
    return file


def questions(count):
    return write_lines('questions.jsonl', [
        {'prompt': 'Question %d? [[expect: A%d.]]' % (n, n),
         'expected': 'A%d.' % n} for n in range(count)])


def serve_nano():
    server = Run('serve', '--model', 'nano-s', '--listen', '127.0.0.1:0',
                 '--store', path('serve.db'))
    for line in server.process.stderr:
        found = re.search(rb'listening on (\S+)', line)
        if found:
            return server, found[1].decode()
    raise AssertionError('no server: ' + server.end().text())


def runs_in(store):
    """Of a store that nobody has open, by a copy of it; and whether SQLite
    finds it whole."""
    if not os.path.exists(store):
        return []
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, 'copy.db')
        shutil.copy(store, copy)
        if os.path.exists(store + '-wal'):
            shutil.copy(store + '-wal', copy + '-wal')
        with contextlib.closing(sqlite3.connect(copy)) as db:
            whole = db.execute('pragma integrity_check').fetchall()
            expect(whole == [('ok',)], 'a whole store', whole)
            if not db.execute("select 1 from sqlite_master where name = 'run'"
                              ).fetchall():
                return []
            return [row[0] for row in db.execute(
                'select id from run order by num')]


# ------------------------------------------------------- keys

def escapes(raw):
    yield raw.hex()
    yield raw.hex().upper()
    yield ''.join('%%%02x' % byte for byte in raw)
    yield ''.join('%%%02X' % byte for byte in raw)
    yield ''.join('\\u%04x' % byte for byte in raw)
    yield ''.join('\\u%04X' % byte for byte in raw)


def in_base64(raw):
    """With one to three bytes before it and behind it."""
    for at in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield at, encode(b'key'[:at + 1] + raw + b'yek'[:3 - at]).decode()


def spellings(key):
    """As servers write a key back."""
    return [key, urllib.parse.quote(key, safe=''), json.dumps(key)[1:-1],
            json.dumps(key)[1:-1].replace('/', '\\/'),
            *escapes(key.encode()),
            *(coded for _, coded in in_base64(key.encode()))]


def needles_of(key):
    """What no file may hold: the halves of it, which links, JSON and HTML
    leave as they are; they betray a key that was cut in two as well."""
    found = set()
    for half in re.findall('[A-Za-z0-9]{14}', key):
        found.update([half, *escapes(half.encode())])
        for at, coded in in_base64(half.encode()):
            # the digits that hold nothing of what is around
            first, bits = 8 * (at + 1), 8 * len(half)
            found.add(coded[(first + 5) // 6:(first + bits) // 6])
    return sorted(found)


def needles(read):
    """(its variable, needle); a key that no command has read is spelled by
    nobody in other words."""
    return [(name, needle.encode()) for name, key in KEYS.items()
            for needle in (needles_of(key) if name in read else
                           re.findall('[A-Za-z0-9]{14}', key))]


def search(haystack, where, wanted):
    return ['%s in %s' % (name, where) for name, needle in wanted
            if needle in haystack]


def unpacked(file):
    """What a store keeps deflated; and every value as it is."""
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, 'copy.db')
        for end in ('', '-wal'):
            if os.path.exists(file + end):
                shutil.copy(file + end, copy + end)
        with contextlib.closing(sqlite3.connect(copy)) as db:
            tables = [row[0] for row in db.execute(
                "select name from sqlite_master where type = 'table'")]
            for table in tables:
                for row in db.execute('select * from "%s"' % table):
                    for value in row:
                        if not isinstance(value, bytes):
                            continue
                        yield value
                        for bits in (-15, 15, 31):
                            with contextlib.suppress(zlib.error):
                                yield zlib.decompress(value, bits)


def leaks():
    """Where a key stands, or a half of one: output, files, rows."""
    wanted, found, files = needles(READ), [], 0
    for words, said in SAID:
        found += search(said, 'what "%s" said' % ' '.join(words), wanted)
    for folder, _, names in os.walk(BOX.name):
        for name in names:
            file = os.path.join(folder, name)
            files += 1
            with open(file, 'rb') as opened:
                found += search(opened.read(), file, wanted)
            if name.endswith('.db'):
                for value in unpacked(file):
                    found += search(value, 'a value of ' + file, wanted)
    return found, files
