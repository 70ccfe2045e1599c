"""Servers, clients and cases that the server's tests share. The runner sets
ASSAY, and each case is entered here by its name.
"""
import contextlib
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
FIXTURES = os.path.join(ROOT, 'tests', 'cli', 'fixtures')
FULL = bool(os.environ.get('ASSAY_TEST_FULL'))
ASSAY = None
WAIT = 60           # longest that anything here waits, a sanitizer included
PAGE = '/model/google/gemma-2-2b'
PAIR = '/compare/google/gemma-2-2b/openai/gpt-4-vision-preview'
KEY = 'canary-5d41402abc4b2a76b9719d911017c592'
CASES = []


def case(name, full=False):
    """Names a test; it is called with what a fresh case may use."""
    def add(function):
        CASES.append((name, function, full))
        return function
    return add


# ------------------------------------------------------- servers and clients

class Server:
    """assay serve, in a folder of its own."""

    def __init__(self, *options, listen='127.0.0.1:0', silent=False,
                 prefix=(), env=None, pass_fds=()):
        self.folder = tempfile.TemporaryDirectory()
        self.store = os.path.join(self.folder.name, 'assay.db')
        command = list(prefix) + [ASSAY, 'serve', '--store', self.store]
        if listen:
            command += ['--listen', listen]
        self.lines, self.out = [], None
        self.said = threading.Condition()
        self.process = subprocess.Popen(
            command + list(options), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=dict(os.environ, **(env or {})), pass_fds=pass_fds)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        if silent:
            self.url = wait_for_port(listen)
            return
        self.url = self.wait_for(r'assay: listening on (\S+)')
        self.port = int(self.url.rsplit(':', 1)[1]) if self.url and \
            self.url.startswith('http') else None

    def read(self):
        for line in self.process.stderr:
            with self.said:
                self.lines.append(line.decode('utf-8', 'replace').rstrip('\n'))
                self.said.notify_all()
        with self.said:
            self.lines.append(None)
            self.said.notify_all()

    def wait_for(self, pattern):
        """The first group of the first line like that; None: it ended."""
        end = time.monotonic() + WAIT
        seen = 0
        with self.said:
            while time.monotonic() < end:
                while seen < len(self.lines):
                    line = self.lines[seen]
                    seen += 1
                    if line is None:
                        return None
                    match = re.search(pattern, line)
                    if match:
                        return match[1]
                self.said.wait(1)
        raise AssertionError('no line like %s in %s' % (pattern, self.lines))

    def log(self):
        with self.said:
            return [line for line in self.lines if line and 'time=' in line]

    def text(self):
        with self.said:
            return '\n'.join(line for line in self.lines if line)

    def end(self, number=signal.SIGTERM):       # 0: it is ending already
        """Its exit code; what it wrote to standard output is in self.out."""
        if self.out is not None:
            return self.process.returncode
        if number and self.process.poll() is None:
            self.process.send_signal(number)
        try:
            self.process.wait(WAIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError('the server does not end')
        self.reader.join(WAIT)
        self.out = self.process.stdout.read()
        self.process.stdout.close()
        self.process.stderr.close()
        self.folder.cleanup()
        return self.process.returncode

    def __enter__(self):
        expect(self.url, 'it listens', self.text())
        return self

    def __exit__(self, kind, *_):
        code = self.end()
        if kind is None:
            expect(code == 0, 'exit code 0', code, self.text()[-3000:])
            expect(self.out == b'', 'nothing on standard output', self.out)


def expect(condition, what, *seen):
    if not condition:
        raise AssertionError('%s; seen: %s' % (what, ', '.join(
            repr(part)[:1500] for part in seen)))


def wait_for_port(address):
    host, port = address.rsplit(':', 1)
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            connect(int(port), host).close()
            return address
        time.sleep(0.05)
    return None


def connect(port, host='127.0.0.1'):
    client = socket.create_connection((host, port), WAIT)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def get(self, name):
        values = [value for key, value in self.headers
                  if key.lower() == name.lower()]
        return values[0] if values else None


class Closed(Exception):
    """The server has ended the connection before a reply was complete."""


def read_more(client):
    try:
        piece = client.recv(65536)
    except (ConnectionResetError, BrokenPipeError):
        piece = b''
    if not piece:
        raise Closed
    return piece


def read_reply(client, method='GET', rest=b''):
    """A reply, and the bytes behind it."""
    while True:
        while b'\r\n\r\n' not in rest:
            rest += read_more(client)
        head, rest = rest.split(b'\r\n\r\n', 1)
        lines = head.decode('latin-1').split('\r\n')
        status = int(lines[0].split(' ')[1])
        if status != 100:
            break
    headers = [tuple(line.split(': ', 1)) for line in lines[1:]]
    reply = Reply(status, headers, b'')
    length = int(reply.get('Content-Length') or 0)
    if method == 'HEAD' or status == 304:
        length = 0
    while len(rest) < length:
        rest += read_more(client)
    reply.body = rest[:length]
    return reply, rest[length:]


def request_bytes(path, method='GET', headers=(), body=None, host='localhost'):
    lines = ['%s %s HTTP/1.1' % (method, path)]
    if host:
        lines.append('Host: ' + host)
    lines += ['%s: %s' % header for header in headers]
    if body is not None:
        lines.append('Content-Length: %d' % len(body))
    return '\r\n'.join(lines).encode('latin-1') + b'\r\n\r\n' + (body or b'')


def ask(server, path, method='GET', **more):
    with contextlib.closing(connect(server.port)) as client:
        client.sendall(request_bytes(path, method, **more))
        return read_reply(client, method)[0]


def send_raw(server, data):
    """All that comes back until the server closes, or is silent."""
    with contextlib.closing(connect(server.port)) as client:
        came, closed = b'', False
        try:
            client.sendall(data)
            client.settimeout(3)
            while True:
                piece = client.recv(65536)
                if not piece:
                    closed = True
                    break
                came += piece
        except (ConnectionResetError, BrokenPipeError):
            closed = True
        except socket.timeout:
            pass
        return came, closed


def metrics(server, **more):
    """{'name{labels}': value}"""
    text = ask(server, '/metrics', **more).body.decode()
    values = {}
    for line in text.splitlines():
        if not line.startswith('#'):
            name, value = line.rsplit(' ', 1)
            values[name] = float(value)
    return values


def run(*arguments):
    return subprocess.run([ASSAY] + list(arguments), stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=WAIT, check=False)


def refused_start(*options):
    """Exit code and text of a server that must not come up."""
    with tempfile.TemporaryDirectory() as folder:
        result = run('serve', '--store', os.path.join(folder, 's.db'),
                     *options)
        return result.returncode, result.stderr.decode()


def write_key(folder, text, mode=0o600):
    path = os.path.join(folder, 'keys')
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    os.chmod(path, mode)
    return path


def hammer(server, paths, stop, seen):
    """Asks on one connection until told to stop; a new one where it ends."""
    turn = 0
    while not stop.is_set():
        try:
            client = connect(server.port)
        except OSError:
            return
        with contextlib.closing(client):
            rest = b''
            try:
                while not stop.is_set():
                    client.sendall(request_bytes(paths[turn % len(paths)]))
                    reply, rest = read_reply(client, rest=rest)
                    seen.append((paths[turn % len(paths)], reply.status,
                                 time.monotonic()))
                    turn += 1
            except (Closed, OSError):
                seen.append((paths[turn % len(paths)], 0, time.monotonic()))
