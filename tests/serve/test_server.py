#!/usr/bin/env python3
"""The HTTP server as a client meets it, over real sockets on loopback; one
result line a case:

    tests/serve/test_server.py ASSAY [WORD...]

With words, only cases whose name has one of them. ASSAY_TEST_FULL=1 waits for
every deadline and drips on 2,000 connections. Each server is started here,
on a free port, with a store of its own, and ended by its own process id; its
exit code counts, so that what a sanitizer finds at the end is a failure too.
"""
import contextlib
import gzip
import json
import os
import random
import re
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import traceback

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


# ------------------------------------------------------- headers

ALWAYS = {
    'Content-Security-Policy':
        "default-src 'none'; style-src 'self'; script-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
}


@case('every answer says what a browser may do with it, and not who we are')
def _(server):
    tag = ask(server, PAGE).get('ETag')
    for path, more, status in (
            (PAGE, {}, 200), (PAIR, {}, 200), (PAGE + '.md', {}, 200),
            ('/api/v1' + PAGE, {}, 200), ('/nothing', {}, 404),
            ('/api/v1/nothing', {}, 404), ('/health', {}, 200),
            ('/ready', {}, 200), ('/metrics', {}, 200),
            (PAGE, {'headers': [('If-None-Match', tag)]}, 304),
            (PAGE, {'host': 'elsewhere.example'}, 421),
            (PAGE, {'method': 'DELETE'}, 405),
            (PAGE, {'method': 'HEAD'}, 200)):
        reply = ask(server, path, **more)
        expect(reply.status == status, '%s: %d' % (path, status),
               reply.status, reply.body)
        for name, value in ALWAYS.items():
            expect(reply.get(name) == value, '%s of %s' % (name, path),
                   reply.headers)
        expect(reply.get('Server') is None, 'no banner', reply.headers)
        expect(len({name.lower() for name, _ in reply.headers}) ==
               len(reply.headers), 'no header twice', reply.headers)


@case('the media type is stated, with the coding of text')
def _(server):
    for path, media in ((PAGE, 'text/html; charset=utf-8'),
                        (PAGE + '.md', 'text/markdown; charset=utf-8'),
                        ('/api/v1' + PAGE, 'application/json'),
                        ('/health', 'text/plain; charset=utf-8'),
                        ('/metrics',
                         'text/plain; version=0.0.4; charset=utf-8')):
        expect(ask(server, path).get('Content-Type') == media, path)


@case('a page that the client has is not sent again')
def _(server):
    first = ask(server, PAGE)
    tag = first.get('ETag')
    expect(re.fullmatch(r'"[0-9a-f]{32}"', tag or ''), 'a strong tag', tag)
    expect(first.get('Cache-Control') == 'no-cache', 'ask before use',
           first.headers)
    for tags in (tag, 'W/' + tag, '"a", %s,"b"' % tag, '*'):
        again = ask(server, PAGE, headers=[('If-None-Match', tags)])
        expect(again.status == 304 and again.body == b'', '304 for ' + tags,
               again.status)
        for name in ('ETag', 'Cache-Control', 'Vary'):
            expect(again.get(name) == first.get(name), name, again.headers)
    for tags in ('"0"', tag[:-2] + '"', tag.strip('"'), ''):
        again = ask(server, PAGE, headers=[('If-None-Match', tags)])
        expect(again.status == 200 and again.body == first.body,
               '200 for ' + tags, again.status)


@case('the compressed page is the same page, under another tag')
def _(server):
    for path in (PAGE, PAIR, '/api/v1' + PAGE, PAGE + '.md'):
        plain = ask(server, path)
        packed = ask(server, path, headers=[('Accept-Encoding', 'gzip')])
        expect(plain.get('Content-Encoding') is None, 'plain', plain.headers)
        expect(packed.get('Content-Encoding') == 'gzip', 'gzip',
               packed.headers)
        expect(gzip.decompress(packed.body) == plain.body, 'equal', path)
        expect(packed.get('ETag') != plain.get('ETag'), 'tags differ',
               packed.get('ETag'))
        expect(plain.get('Vary') == packed.get('Vary') == 'Accept-Encoding',
               'Vary', plain.headers)
        again = ask(server, path, headers=[
            ('Accept-Encoding', 'gzip'), ('If-None-Match', packed.get('ETag'))])
        expect(again.status == 304, '304 by the tag of gzip', again.status)


@case('weights of Accept-Encoding are honoured')
def _(server):
    for asked, wanted in (
            ('gzip', True), ('deflate, gzip;q=1.0, *;q=0.5', True),
            ('GZIP', True), ('x-gzip', True), ('*', True), ('br', False),
            ('gzip;q=0', False), ('gzip;q=0.0', False), ('identity', False),
            ('gzip;q=0.5, identity;q=0.8', False),
            ('gzip;q=0.8, identity;q=0.5', True), ('*;q=0', False),
            ('gzip ; q=0.001', True), ('gzip;q=nonsense', False),
            ('br;q=1, *;q=0.1', True), ('', False), (',,;q=1', False)):
        reply = ask(server, PAGE, headers=[('Accept-Encoding', asked)])
        expect((reply.get('Content-Encoding') == 'gzip') == wanted, asked,
               reply.headers)
    small = ask(server, '/health', headers=[('Accept-Encoding', 'gzip')])
    expect(small.get('Content-Encoding') is None, 'small ones stay plain',
           small.headers)


@case('HEAD is GET without the body')
def _(server):
    for path in (PAGE, '/api/v1' + PAGE, '/nothing', '/health', '/ready'):
        for headers in ([], [('Accept-Encoding', 'gzip')]):
            whole = ask(server, path, headers=headers)
            with contextlib.closing(connect(server.port)) as client:
                client.sendall(request_bytes(path, 'HEAD', headers) +
                               request_bytes('/health'))
                head, rest = read_reply(client, 'HEAD')
                behind, rest = read_reply(client, rest=rest)
            expect(head.status == whole.status, path, head.status)
            expect([pair for pair in head.headers if pair[0] != 'Date'] ==
                   [pair for pair in whole.headers if pair[0] != 'Date'],
                   'the same headers', head.headers, whole.headers)
            expect(behind.body == b'ok\n' and rest == b'', 'no body came')


# ------------------------------------------------------- what is refused

@case('methods other than GET, HEAD and POST are refused, with Allow')
def _(server):
    for method in ('PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH', 'CONNECT',
                   'BREW', 'get', 'X' * 200):
        for path in (PAGE, '/api/v1' + PAGE):
            reply = ask(server, path, method)
            expect(reply.status == 405, method, reply.status, reply.body)
            expect(reply.get('Allow') == 'GET, HEAD, POST', 'Allow',
                   reply.headers)
    came, closed = send_raw(server, request_bytes(
        PAGE, 'PUT', body=b'x' * 10))
    expect(came.startswith(b'HTTP/1.1 405') and closed, 'PUT with a body',
           came[:100], closed)
    for path in ('/health', '/ready', '/metrics', PAGE):
        reply = ask(server, path, 'POST', body=b'{}', headers=[
            ('Content-Type', 'application/json')])
        expect(reply.status == 405 and reply.get('Allow'), 'POST ' + path,
               reply.status, reply.headers)


@case('below /api a refusal is an error object')
def _(server):
    for path, more in (('/api/v1' + PAGE, {'method': 'DELETE'}),
                       ('/api/v1' + PAGE, {'host': 'elsewhere.example'}),
                       ('/api/v1/nothing', {})):
        reply = ask(server, path, **more)
        error = json.loads(reply.body)['error']
        expect(error['status'] == reply.status and error['code'] and
               error['message'], 'an error object', reply.body)


@case('an address longer than 8 KiB is refused')
def _(server):
    longest = PAGE + '?x=' + 'a' * (8192 - len(PAGE) - 3)
    expect(ask(server, longest).status == 200, '8192 bytes')
    reply = ask(server, longest + 'a')
    expect(reply.status == 414, '8193 bytes', reply.status)
    came, closed = send_raw(server, request_bytes('/' + 'a' * 100000))
    expect(re.match(rb'HTTP/1.1 414 ', came) and closed, '100,000 bytes',
           came[:200])


@case('too many headers are refused')
def _(server):
    for headers in ([('X-%d' % i, 'a' * 100) for i in range(1000)],
                    [('X', 'a' * 60000)], [('A' * 60000, 'x')]):
        came, closed = send_raw(server, request_bytes(PAGE, headers=headers))
        expect(re.match(rb'HTTP/1.1 4(31|13) ', came) and closed,
               '431', came[:200])


@case('control characters in an address are refused')
def _(server):
    for path in ('/a%00b', '/a%0ab', '/a%0D%0AX:y', '/a%1Fb', '/a%7fb',
                 '/model/a\x01b', '/a\tb', '/a\x7fb'):
        reply = ask(server, path)
        expect(reply.status == 400, repr(path), reply.status)
    for line in (b'GET /a b HTTP/1.1', b'GET  / HTTP/1.1 ',
                 b'GET http://localhost/ HTTP/1.1', b'GET * HTTP/1.1',
                 b'GET /a\0b HTTP/1.1', b'GET /\r HTTP/1.1'):
        came, _ = send_raw(server, line + b'\r\nHost: localhost\r\n\r\n')
        expect(not came.startswith(b'HTTP/1.1 2') and
               came.count(b'HTTP/1.1 ') <= 1, repr(line), came[:200])


def smuggled():
    """Requests of which two readers may see different ends. Behind each
    stands another request, which must not be answered."""
    line = b'POST / HTTP/1.1\r\nHost: localhost\r\n'
    media = b'Content-Type: application/json\r\n'
    for name, head in (
            ('both lengths', b'Content-Length: 4\r\n'
                             b'Transfer-Encoding: chunked\r\n'),
            ('both, turned', b'Transfer-Encoding: chunked\r\n'
                             b'Content-Length: 4\r\n'),
            ('two lengths', b'Content-Length: 4\r\nContent-Length: 0\r\n'),
            ('twice the same', b'Content-Length: 4\r\nContent-Length: 4\r\n'),
            ('a list of lengths', b'Content-Length: 4, 4\r\n'),
            ('a signed length', b'Content-Length: +4\r\n'),
            ('a negative length', b'Content-Length: -1\r\n'),
            ('a hexadecimal length', b'Content-Length: 0x4\r\n'),
            ('a huge length', b'Content-Length: 99999999999999999999999\r\n'),
            ('an empty length', b'Content-Length: \r\n'),
            ('a folded length', b'Content-Length:\r\n 4\r\n'),
            ('a space before the colon', b'Content-Length : 4\r\n'),
            ('a tab before the colon', b'Content-Length\t: 4\r\n'),
            ('a space before the name', b' Content-Length: 4\r\n'),
            ('a length with a letter', b'Content-Length: 4a\r\n'),
            ('an odd name', b'Content-Length\x0b: 4\r\n'),
            ('chunked twice', b'Transfer-Encoding: chunked\r\n'
                              b'Transfer-Encoding: chunked\r\n'),
            ('chunked and more', b'Transfer-Encoding: chunked, gzip\r\n'),
            ('gzip, chunked', b'Transfer-Encoding: gzip, chunked\r\n'),
            ('identity', b'Transfer-Encoding: identity\r\n'),
            ('xchunked', b'Transfer-Encoding: xchunked\r\n'),
            ('quoted', b'Transfer-Encoding: "chunked"\r\n'),
            ('vertical tab', b'Transfer-Encoding: \x0bchunked\r\n'),
            ('encoding with a space', b'Transfer-Encoding : chunked\r\n'),
            ('a folded encoding', b'Transfer-Encoding:\r\n chunked\r\n'),
            ('bare CR', b'X: y\rTransfer-Encoding: chunked\r\n'),
            ('NUL in a value', b'X: a\0b\r\nContent-Length: 0\r\n'),
            ('two hosts', b'Host: elsewhere\r\nContent-Length: 0\r\n'),
            ('a line of NUL', b'\0\r\nContent-Length: 4\r\n'),
            ('NUL before a name', b'\0Content-Length: 4\r\n'),
            ('a folded header', b'X: a\r\n b\r\nContent-Length: 0\r\n'),
            ('no name', b': x\r\nContent-Length: 0\r\n'),
            ('no colon', b'nonsense\r\nContent-Length: 0\r\n')):
        # as chunks, the body ends where the next request begins
        yield name, line + media + head + b'\r\n' + (
            b'0\r\n\r\n' if b'chunked' in head else b'')
    yield 'a body of GET', (b'GET / HTTP/1.1\r\nHost: localhost\r\n'
                            b'Content-Length: 4\r\n\r\n')
    yield 'a chunked GET', (b'GET / HTTP/1.1\r\nHost: localhost\r\n'
                            b'Transfer-Encoding: chunked\r\n\r\n')
    yield 'chunks in HTTP/1.0', (b'POST / HTTP/1.0\r\nHost: localhost\r\n' +
                                 media + b'Transfer-Encoding: chunked\r\n\r\n')
    yield 'no host', b'GET / HTTP/1.1\r\n\r\n'
    chunked = line + media + b'Transfer-Encoding: chunked\r\n\r\n'
    for name, body in (('a negative chunk', b'-1\r\n'),
                       ('a chunk with a sign', b'+4\r\nabcd\r\n0\r\n\r\n'),
                       ('a chunk of 0x4', b'0x4\r\nabcd\r\n0\r\n\r\n'),
                       ('a chunk without end', b'4\r\nabcdXX0\r\n\r\n'),
                       ('a chunk too large',
                        b'fffffffffffffffff\r\nabcd\r\n0\r\n\r\n'),
                       ('a chunk of space', b' 4\r\nabcd\r\n0\r\n\r\n')):
        yield name, chunked + body


@case('a request whose end is in doubt is refused and nothing behind it heard')
def _(server):
    behind = b'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n'
    for name, data in smuggled():
        came, closed = send_raw(server, data + behind)
        expect(closed, name + ': the connection ends', came[:300])
        # libmicrohttpd 0.9.75 sends the head of its own 400 twice
        expect(set(re.findall(rb'HTTP/1.1 (\d)', came)) <= {b'4'},
               name + ': 4xx', came[:300])
        expect(b'\r\n\r\nok\n' not in came, name + ': one answer', came)
    expect(ask(server, '/health').status == 200, 'it lives')


@case('garbage is no request')
def _(server):
    for data in (b'\0' * 1000, b'\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03',
                 b'\r\n' * 500 + b'nonsense\r\n\r\n', b'GET\r\n\r\n',
                 b'GET /\r\n\r\n', b'GET / HTTP/9.9\r\n\r\n',
                 b'GET / HTTP/1.1x\r\nHost: localhost\r\n\r\n',
                 b' / HTTP/1.1\r\nHost: localhost\r\n\r\n',
                 b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', b'\xff' * 50000):
        came, _ = send_raw(server, data + b'\r\n\r\n')
        expect(not came.startswith(b'HTTP/1.1 2'), repr(data[:40]),
               came[:200])
    expect(ask(server, '/health').status == 200, 'it lives')


def damaged(source, seed):
    """A request with bytes changed, cut, doubled or put in."""
    chance = random.Random(seed)
    data = bytearray(source)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data)) if data else 0
        what = chance.randrange(4)
        if what == 0 and data:
            data[at] = chance.choice(b'\0\r\n\t :;,/?%#\x7f\xffAz09-')
        elif what == 1:
            del data[at:at + chance.randint(1, 20)]
        elif what == 2:
            data[at:at] = data[at:at + chance.randint(1, 40)]
        else:
            data[at:at] = chance.choice((
                b'\r\n', b'\n', b'\0', b'\r\n ', b'%00', b'%', b'?', b'a' * 300,
                b'Transfer-Encoding: chunked\r\n', b'Content-Length: 7\r\n',
                b'Expect: 100-continue\r\n', b'Connection: close\r\n'))
    return bytes(data)


@case('damaged requests get an answer of 4xx, a page, or nothing')
def _(server):
    json_body = ('Content-Type', 'application/json')
    sources = (
        request_bytes(PAGE, headers=[('Accept-Encoding', 'gzip, *;q=0'),
                                     ('If-None-Match', '"a", W/"b"')]),
        request_bytes('/api/v1/price', 'POST', [json_body], b'{"a": [1, 2]}'),
        request_bytes('/api/v1/price', 'POST', [
            json_body, ('Transfer-Encoding', 'chunked')]) +
        b'5\r\n{"a":\r\n4;x=y\r\n [1]\r\n1\r\n}\r\n0\r\nX: y\r\n\r\n')
    for seed in range(5000 if FULL else 400):
        data = damaged(sources[seed % len(sources)], seed)
        with contextlib.closing(connect(server.port)) as client:
            came = b''
            with contextlib.suppress(OSError):
                client.sendall(data)
                client.shutdown(socket.SHUT_WR)
                while True:
                    piece = client.recv(65536)
                    if not piece:
                        break
                    came += piece
        expect(came == b'' or re.match(rb'HTTP/1.1 ([1-4]\d\d|505) ', came),
               'seed %d' % seed, data, came[:200])
    expect(ask(server, '/health').status == 200, 'it lives')


@case('the fields of a form are sent on to the short address')
def _(server):
    reply = ask(server, PAGE + '?requests=1M&input=800&output=250')
    expect(reply.status == 302, 'sent on', reply.status, reply.body)
    expect((reply.get('Location') or '').startswith(PAGE + '?traffic='),
           'to the page', reply.headers)
    expect(reply.get('Cache-Control') == 'no-store', 'each time',
           reply.headers)
    expect(ask(server, reply.get('Location')).status == 200, 'it is there')


@case('a body is at most 1 MiB, however it is sent')
def _(server):
    json_body = [('Content-Type', 'application/json')]
    path = '/api/v1/price'
    most = 1 << 20
    expect(ask(server, path, 'POST', headers=json_body,
               body=b' ' * most).status != 413, 'exactly 1 MiB')
    came, closed = send_raw(server, request_bytes(
        path, 'POST', json_body + [('Content-Length', str(most + 1))]))
    expect(came.startswith(b'HTTP/1.1 413 ') and closed,
           'one more, before it is sent', came[:200])
    chunk = b'10000\r\n' + b' ' * 65536 + b'\r\n'
    head = request_bytes(path, 'POST', json_body + [
        ('Transfer-Encoding', 'chunked')])
    with contextlib.closing(connect(server.port)) as client:
        client.sendall(head + chunk * 17 + b'0\r\n\r\n' +
                       request_bytes('/health'))
        reply, rest = read_reply(client)
        expect(reply.status == 413, 'in chunks', reply.status)
        reply, rest = read_reply(client, rest=rest)
        expect(reply.status == 200, 'and the connection goes on')
    came, closed = send_raw(server, head + chunk * 200)
    expect(closed and not came.startswith(b'HTTP/1.1 2'), 'without end',
           came[:200])


@case('a body is JSON or lines of it, and not compressed')
def _(server):
    path = '/api/v1/price'
    for headers in ([], [('Content-Type', 'text/plain')],
                    [('Content-Type', 'application/x-www-form-urlencoded')],
                    [('Content-Type', 'multipart/form-data; boundary=x')],
                    [('Content-Type', 'application/jsonp')],
                    [('Content-Type', 'application/json'),
                     ('Content-Encoding', 'gzip')],
                    [('Content-Type', 'application/json'),
                     ('Content-Encoding', 'identity')]):
        reply = ask(server, path, 'POST', headers=headers, body=b'{}')
        expect(reply.status == 415, headers, reply.status)
    for media in ('application/json', 'Application/JSON; charset=utf-8',
                  'application/x-ndjson'):
        reply = ask(server, path, 'POST', body=b'{}', headers=[
            ('Content-Type', media)])
        expect(reply.status != 415, media, reply.status)


@case('a body arrives whole, on the first request of a connection and later')
def _(server):
    response = {'model': 'gpt-4o', 'choices': [], 'usage': {
        'prompt_tokens': 1200, 'completion_tokens': 300,
        'total_tokens': 1500}}
    path = '/api/v1/price?provider=openai'
    for media in ('application/json', 'application/x-ndjson'):
        for size in (0, 100, 70000, 1000000):
            response['filler'] = 'x' * size
            data = request_bytes(path, 'POST', [('Content-Type', media)],
                                 json.dumps(response).encode())
            with contextlib.closing(connect(server.port)) as client:
                replies = []
                for _ in range(3):
                    client.sendall(data)
                    replies.append(read_reply(client)[0])
            for reply in replies:
                expect(reply.status == 200 and b'"usd"' in reply.body,
                       'a price', size, reply.status, reply.body[:300])
            expect(len({reply.body for reply in replies}) == 1, 'the same')


@case('another site cannot make a browser send a body')
def _(server):
    path = '/api/v1/price'
    media = ('Content-Type', 'application/json')
    local = 'http://localhost:%d' % server.port
    host = 'localhost:%d' % server.port
    for header, refused in (
            (('Sec-Fetch-Site', 'cross-site'), True),
            (('Sec-Fetch-Site', 'same-site'), True),
            (('Sec-Fetch-Site', 'same-origin'), False),
            (('Sec-Fetch-Site', 'none'), False),
            (('Origin', 'https://elsewhere.example'), True),
            (('Origin', 'null'), True), (('Origin', 'http://localhost:1'), True),
            (('Origin', local), False)):
        reply = ask(server, path, 'POST', headers=[media, header], body=b'{}',
                    host=host)
        expect((reply.status == 403) == refused, header, reply.status)
    both = [media, ('Origin', local), ('Sec-Fetch-Site', 'cross-site')]
    expect(ask(server, path, 'POST', headers=both, body=b'{}',
               host=host).status == 403, 'the browser has the last word')


# ------------------------------------------------------- who may ask

@case('on loopback a name that is not ours is refused')
def _(server):
    port = server.port
    for host in ('localhost', 'LOCALHOST', '127.0.0.1', '[::1]',
                 'localhost:%d' % port, '127.0.0.1:9', '[::1]:65535'):
        expect(ask(server, PAGE, host=host).status == 200, host)
    for host in ('evil.example', 'localhost.evil.example', 'evil.localhost',
                 '127.0.0.1.evil.example', '127.0.0.2', 'localhost:x',
                 'localhost:99999', '[::2]', '::1', '', ' ', 'localhost@evil',
                 '0.0.0.0', 'localhost,evil.example', '2130706433'):
        for path in (PAGE, '/health', '/metrics', '/api/v1' + PAGE):
            reply = ask(server, path, headers=[('Host', host)], host=None)
            expect(reply.status == 421, repr(host), reply.status)
            expect(b'127.0.0.1' in reply.body, 'says why', reply.body)
    came, _ = send_raw(server, b'GET /health HTTP/1.0\r\n\r\n')
    expect(came.startswith(b'HTTP/1.1 200 '), 'HTTP/1.0 needs none', came[:99])


@case('--public and a public URL take other names')
def _(_server):
    with Server('--public') as open_one:
        expect(ask(open_one, '/health', host='any.example').status == 200,
               'any name')
    with Server('--public-url', 'https://models.example/') as named:
        for host, status in (('models.example', 200), ('any.example', 421),
                             ('models.example:443', 200), ('localhost', 200)):
            expect(ask(named, '/health', host=host).status == status, host)
        reply = ask(named, '/api/v1/price', 'POST', body=b'{}', headers=[
            ('Content-Type', 'application/json'),
            ('Origin', 'https://models.example')])
        expect(reply.status != 403, 'its own page may send', reply.status)


def write_key(folder, text, mode=0o600):
    path = os.path.join(folder, 'keys')
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    os.chmod(path, mode)
    return path


@case('with keys, every address but the two probes needs one')
def _(_server):
    with tempfile.TemporaryDirectory() as folder:
        path = write_key(folder, '# ours\n\n%s\r\nanother-key-of-ours\n' % KEY)
        with Server('--api-key-file', path) as server:
            for address in ('/health', '/ready'):
                expect(ask(server, address).status == 200, address)
            for address in ('/', PAGE, PAIR, PAGE + '.md', '/api/v1' + PAGE,
                            '/metrics', '/nothing', '/health/', '/Health',
                            '//health', '/health?x', '/api/openapi.json'):
                wanted = 200 if address == '/health?x' else 401
                for value in (None, 'Bearer', 'Bearer ', 'Bearer wrong',
                              KEY, 'Basic ' + KEY, 'Bearer ' + KEY[:-1],
                              'Bearer %s0' % KEY, 'Bearer ' + KEY.upper(),
                              'Bearer # ours', 'Bearer %s\t%s' % (KEY, KEY)):
                    headers = [('Authorization', value)] if value else []
                    reply = ask(server, address, headers=headers)
                    expect(reply.status == wanted, (address, value),
                           reply.status)
                expect(wanted == 200 or reply.get('WWW-Authenticate') ==
                       'Bearer realm="assay"', 'says how', reply.headers)
            for value in ('Bearer ' + KEY, 'bearer  %s ' % KEY,
                          'Bearer another-key-of-ours'):
                reply = ask(server, PAGE, headers=[('Authorization', value)])
                expect(reply.status == 200, value, reply.status)
            expect(ask(server, '/health', host='any.example').status == 200,
                   'any name')
            ask(server, PAGE + '?key=' + KEY)
            seen = server.text()
            with open('/proc/%d/cmdline' % server.process.pid, 'rb') as file:
                seen += file.read().decode()
        expect(KEY not in seen, 'the key is nowhere', seen)


@case('a key file that others can read, or without a key, stops the start')
def _(_server):
    with tempfile.TemporaryDirectory() as folder:
        for mode in (0o644, 0o640, 0o604, 0o660, 0o601):
            path = write_key(folder, KEY, mode)
            code, text = refused_start('--api-key-file', path)
            expect(code == 74 and 'chmod 600' in text and KEY not in text,
                   oct(mode), code, text)
        for mode in (0o600, 0o400):
            path = write_key(folder, KEY, 0o600)
            os.chmod(path, mode)
            with Server('--api-key-file', path):
                pass
            os.chmod(path, 0o600)
        for content in ('', '# nothing\n', 'short\n', KEY + ' two words\n',
                        KEY + '\x01\n', 'schlüssel-mit-umlaut\n'):
            code, text = refused_start('--api-key-file',
                                       write_key(folder, content))
            expect(code == 65 and KEY not in text and 'schl' not in text,
                   repr(content), code, text)
        code, text = refused_start('--api-key-file', folder + '/none')
        expect(code == 66 and folder in text, 'no file', code, text)


@case('beyond loopback nothing starts without a key or --public')
def _(_server):
    for address in ('0.0.0.0:0', '[::]:0', '192.0.2.1:0', '[::ffff:0.0.0.0]:0',
                    '[2001:db8::1]:0'):
        code, text = refused_start('--listen', address)
        expect(code == 78 and '--api-key-file' in text and
               '--public' in text, address, code, text)
    code, text = refused_start('--listen', '0.0.0.0:0', '--public',
                               '--api-key-file', '/none')
    expect(code == 78 and 'one of' in text, 'both', code, text)
    with Server('--public', listen='0.0.0.0:0') as server:
        expect(ask(server, PAGE, host='any.example').status == 200, 'public')


@case('what is no address is said to be none')
def _(_server):
    for address in ('nonsense', '127.0.0.1:99999', '127.0.0.1:x', ':8080',
                    '127.0.0.1:', '[::1', '::1:8080', '127.1:80',
                    'models.example:80', '', '999.0.0.1:80', '-1'):
        code, text = refused_start('--listen', address)
        expect(code == 78 and '127.0.0.1:8080' in text, address, code, text)


@case('a port in use is named, with what to do')
def _(server):
    taken = '127.0.0.1:%d' % server.port
    code, text = refused_start('--listen', taken)
    expect(code == 74 and taken in text and '--listen' in text, taken, code,
           text)


@case('it listens on IPv6, localhost and a bare port')
def _(_server):
    try:
        socket.create_server(('::1', 0), family=socket.AF_INET6).close()
    except OSError:
        return
    with Server(listen='[::1]:0') as server:
        expect(server.url.startswith('http://[::1]:'), 'the URL', server.url)
        with contextlib.closing(connect(server.port, '::1')) as client:
            client.sendall(request_bytes('/health', host='[::1]'))
            expect(read_reply(client)[0].status == 200, 'IPv6')
    for listen in ('localhost:0', '0'):
        with Server(listen=listen) as server:
            expect(ask(server, '/health').status == 200, listen)


# ------------------------------------------------------- connections

@case('requests behind each other on one connection are answered in order')
def _(server):
    paths = [PAGE, '/nothing', '/health', PAIR, '/api/v1' + PAGE] * 4
    alone = {path: ask(server, path) for path in set(paths)}
    with contextlib.closing(connect(server.port)) as client:
        client.sendall(b''.join(request_bytes(path) for path in paths))
        rest = b''
        for path in paths:
            reply, rest = read_reply(client, rest=rest)
            expect((reply.status, reply.body) ==
                   (alone[path].status, alone[path].body), path, reply.status)
        expect(rest == b'', 'nothing else', rest)


@case('a request cut at every byte is the same request')
def _(server):
    body = b'{"x": 1}'
    for data in (request_bytes(PAGE, headers=[('Accept-Encoding', 'gzip')]),
                 request_bytes('/api/v1/price', 'POST', body=body, headers=[
                     ('Content-Type', 'application/json')]),
                 request_bytes('/api/v1/price', 'POST', headers=[
                     ('Content-Type', 'application/json'),
                     ('Transfer-Encoding', 'chunked')]) +
                 b'3\r\n{"x\r\n5;q=1\r\n": 1}\r\n0\r\nT: x\r\n\r\n'):
        whole = None
        for cut in range(len(data)):
            with contextlib.closing(connect(server.port)) as client:
                client.sendall(data[:cut])
                if cut:
                    time.sleep(0.001)
                client.sendall(data[cut:])
                reply = read_reply(client)[0]
            seen = reply.status, reply.body
            whole = whole or seen
            expect(seen == whole, 'cut at %d' % cut, seen[0], whole[0])
        with contextlib.closing(connect(server.port)) as client:
            for i in range(len(data)):
                client.sendall(data[i:i + 1])
            expect(read_reply(client)[0].body == whole[1], 'byte by byte')


@case('a client that asks before it sends a body is told to go on')
def _(server):
    headers = [('Content-Type', 'application/json'),
               ('Expect', '100-continue'), ('Content-Length', '2')]
    with contextlib.closing(connect(server.port)) as client:
        client.sendall(request_bytes('/api/v1/price', 'POST', headers))
        came = client.recv(1000)
        expect(came.startswith(b'HTTP/1.1 100 '), 'go on', came)
        client.sendall(b'{}')
        expect(read_reply(client)[0].status, 'an answer')
    headers[0] = ('Content-Type', 'text/plain')
    headers[2] = ('Content-Length', '20000000')
    with contextlib.closing(connect(server.port)) as client:
        client.sendall(request_bytes('/api/v1/price', 'POST', headers))
        expect(read_reply(client)[0].status == 413, 'or not')


@case('a client that goes away in the middle leaves nothing behind')
def _(server):
    before = metrics(server)['assay_http_connections']
    for turn in range(200):
        client = connect(server.port)
        data = request_bytes(PAIR + '?n=%d' % turn)
        client.sendall(data[:len(data) - turn % 3])
        if turn % 2:    # a reset in place of an end
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                              b'\1\0\0\0\0\0\0\0')
        client.close()
    end = time.monotonic() + WAIT
    while metrics(server)['assay_http_connections'] > before:
        expect(time.monotonic() < end, 'all of them are gone',
               metrics(server)['assay_http_connections'])
        time.sleep(0.1)


def latencies(server, count):
    """Milliseconds of a good client's requests on one connection."""
    taken = []
    with contextlib.closing(connect(server.port)) as client:
        data = request_bytes(PAGE)
        for _ in range(count):
            start = time.monotonic()
            client.sendall(data)
            read_reply(client)
            taken.append((time.monotonic() - start) * 1000)
    return statistics.median(taken)


def drip(clients, pieces, stop):
    """A byte on each connection, again and again; how many were ended."""
    turn = 0
    while not stop.is_set():
        for number, client in enumerate(clients):
            data = pieces[number % len(pieces)]
            with contextlib.suppress(OSError):
                client.send(data[turn % len(data):][:1])
        turn += 1
        stop.wait(0.5)


def ended(clients):
    count = 0
    for client in clients:
        client.setblocking(False)
        try:
            while client.recv(65536):
                pass
            count += 1
        except BlockingIOError:
            pass
        except OSError:
            count += 1
    return count


@case('clients that drip do not slow a good one, and are ended')
def _(_server):
    count = 2000 if FULL else 200
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE,
                       (min(hard, max(soft, count + 512)), hard))
    pieces = [b'GET / HTTP/1.1\r\nHost: localhost\r\nX: ' + b'a' * 200,
              b'G' + b'E' * 200, b'\r\n' * 200,
              request_bytes('/', headers=[('X-%d' % i, 'y')
                                          for i in range(50)])[:-2]]
    with Server() as server:
        latencies(server, 50)
        alone = latencies(server, 300)
        clients = [connect(server.port) for _ in range(count)]
        begun = time.monotonic()
        stop = threading.Event()
        dripping = threading.Thread(target=drip, args=(clients, pieces, stop))
        dripping.start()
        try:
            beside = latencies(server, 300)
            now = metrics(server)['assay_http_connections']
            expect(now >= count, 'all are there', now)
            # the machine may be busy: what is below 3 ms is quick
            expect(beside <= max(2 * alone, 3), 'at most twice as slow',
                   alone, beside)
            while ended(clients) < count:
                expect(time.monotonic() - begun < 20, 'all are ended',
                       ended(clients), time.monotonic() - begun)
                time.sleep(0.2)
        finally:
            stop.set()
            dripping.join()
            for client in clients:
                client.close()
        after = metrics(server)
        expect(after['assay_http_connections_cut_total{reason="slow"}'] >=
               count * 3 / 4, 'for being slow', after)
        print('    good client: %.2f ms alone, %.2f ms beside %d that drip; '
              'resident %.1f MB' % (
                  alone, beside, count,
                  after['process_resident_memory_bytes'] / 1e6))


@case('where there is no room, those who ask nothing make it')
def _(_server):
    with Server(prefix=('prlimit', '--nofile=200:200')) as server:
        clients = [connect(server.port) for _ in range(150)]
        begun = time.monotonic()
        expect(ask(server, PAGE).status == 200, 'answered')
        expect(time.monotonic() - begun < 20, 'soon',
               time.monotonic() - begun)
        name = 'assay_http_connections_cut_total{reason="crowded"}'
        expect(metrics(server)[name] >= 64, 'they went', metrics(server))
        for client in clients:
            client.close()


def ends_after(client, seconds, slack=4):
    """The connection is ended about then, not before."""
    start = time.monotonic()
    client.settimeout(seconds + slack)
    try:
        while client.recv(65536):
            pass
    except socket.timeout:
        raise AssertionError('not ended after %d s' % (seconds + slack))
    except ConnectionResetError:
        pass
    took = time.monotonic() - start
    expect(took > seconds - slack, 'not so early', took)


@case('an idle connection, a slow body and a reply not taken have an end',
      full=True)
def _(server):
    idle = connect(server.port)
    idle.sendall(request_bytes('/health'))
    read_reply(idle)
    silent = connect(server.port)
    slow = connect(server.port)
    slow.sendall(request_bytes('/api/v1/price', 'POST', [
        ('Content-Type', 'application/json'), ('Content-Length', '1000')]))
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.connect(('127.0.0.1', server.port))
    # more than the system keeps for it
    deaf.sendall(request_bytes(PAIR) * 400)
    stop = threading.Event()
    dripping = threading.Thread(target=drip, args=([slow], [b' '], stop))
    dripping.start()
    try:
        ends_after(slow, 30)
        ends_after(idle, 30)
        ends_after(silent, 0)
        end = time.monotonic() + 10
        name = 'assay_http_connections_cut_total{reason="slow"}'
        while metrics(server)[name] < 2:
            expect(time.monotonic() < end, 'the deaf one too',
                   metrics(server))
            time.sleep(0.5)
    finally:
        stop.set()
        dripping.join()
        for client in (idle, silent, slow, deaf):
            client.close()


# ------------------------------------------------------- the end

@case('told to stop, it finishes what was begun and takes nothing new')
def _(_server):
    for number in (signal.SIGTERM, signal.SIGINT):
        with Server() as server:
            body = b'{"model": "gpt-4o"}'
            data = request_bytes('/api/v1/price', 'POST', body=body, headers=[
                ('Content-Type', 'application/json')])
            idle = connect(server.port)
            idle.sendall(request_bytes('/health'))
            read_reply(idle)
            begun = connect(server.port)
            begun.sendall(data[:-5])
            time.sleep(0.3)
            server.process.send_signal(number)
            expect(idle.recv(10) == b'', 'who asks nothing is let go')
            try:
                connect(server.port).close()
                expect(False, 'nobody new')
            except ConnectionRefusedError:
                pass
            begun.sendall(data[-5:])
            reply, _ = read_reply(begun)
            expect(reply.get('Connection') == 'close', 'the last reply',
                   reply.headers)
            expect(begun.recv(10) == b'', 'and the end')
            idle.close()
            begun.close()
            begun = time.monotonic()
            expect(server.end(0) == 0, 'exit code 0')
            expect(time.monotonic() - begun < 5, 'at once')


@case('a second signal ends it at once, with the code of the signal')
def _(_server):
    for number in (signal.SIGTERM, signal.SIGINT):
        server = Server()
        with contextlib.closing(connect(server.port)) as client:
            client.sendall(b'GET / HT')
            time.sleep(0.3)
            server.process.send_signal(number)
            time.sleep(0.5)
            expect(server.process.poll() is None, 'it waits for the client')
            code = server.end(number)
        expect(code == 128 + number, '130 or 143', code)


@case('it waits ten seconds for those who do not finish, not longer',
      full=True)
def _(_server):
    server = Server()
    with contextlib.closing(connect(server.port)) as client:
        client.sendall(request_bytes('/api/v1/price', 'POST', [
            ('Content-Type', 'application/json'), ('Content-Length', '9')]))
        time.sleep(0.3)
        begun = time.monotonic()
        code = server.end()
        took = time.monotonic() - begun
    expect(code == 0 and 9 < took < 13, 'ten seconds', code, took)


@case('it stops in good order while clients hammer')
def _(_server):
    for _ in range(5):
        with Server() as server:
            stop = threading.Event()
            threads = [threading.Thread(target=hammer, args=(
                server, [PAGE, PAIR, '/nothing'], stop, [])) for _ in range(8)]
            for thread in threads:
                thread.start()
            time.sleep(0.3)
            code = server.end()
            stop.set()
            for thread in threads:
                thread.join()
            expect(code == 0, 'exit code 0', code, server.text()[-2000:])


# ------------------------------------------------------- the catalog

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


@case('what another process imports is on the next page, and none is dropped')
def _(_server):
    new = '/model/acme/anvil-2'

    def add(server, name):
        result = run('import', 'facts', os.path.join(FIXTURES, name),
                     '--store', server.store, '--quiet')
        expect(result.returncode == 0, 'imported', result.stderr)
        done = time.monotonic()
        time.sleep(0.05)
        return done, ask(server, new)

    with Server() as server:
        expect(ask(server, new).status == 404, 'not there yet')
        stop = threading.Event()
        seen = [[] for _ in range(4)]
        threads = [threading.Thread(target=hammer, args=(
            server, [PAGE, new, PAIR], stop, part)) for part in seen]
        for thread in threads:
            thread.start()
        try:
            time.sleep(0.3)
            done, first = add(server, 'acme-docs.json')
            expect(first.status == 200, 'there, 50 ms later', first.status)
            time.sleep(0.3)
            _, second = add(server, 'forge-docs.json')
            expect(second.status == 200 and second.body != first.body and
                   b'forge' in second.body, 'and so is what came after')
            expect(ask(server, new, headers=[
                ('If-None-Match', first.get('ETag'))]).status == 200,
                   'no client keeps the old one')
            time.sleep(0.3)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        every = [entry for part in seen for entry in part]
        expect(len(every) > 50, 'they did hammer', len(every))
        for path, status, when in every:
            wanted = (200, 404) if path == new and when < done + 0.1 else \
                (200,)
            expect(status in wanted, 'every request is answered', path,
                   status, when - done)


@case('a page is made once, however many ask for it at the same time')
def _(_server):
    with Server() as server:
        name = 'assay_page_duration_seconds_count'
        before = metrics(server)[name]
        clients = [connect(server.port) for _ in range(24)]
        for client in clients:
            client.sendall(request_bytes(PAIR))
        bodies = {read_reply(client)[0].body for client in clients}
        expect(len(bodies) == 1, 'the same for all')
        after = metrics(server)
        expect(after[name] == before + 1, 'made once', after[name] - before)
        for client in clients:
            client.sendall(request_bytes(PAIR))
            read_reply(client)
            client.close()
        now = metrics(server)
        expect(now[name] == after[name], 'and kept', now[name])
        expect(now['assay_page_cache_hits_total'] >= 24, 'hits', now)


@case('the page cache stays within its bounds')
def _(_server):
    with Server() as server:
        with contextlib.closing(connect(server.port)) as client:
            rest = b''
            turns = (30 << 20) // len(ask(server, PAIR).body)
            for turn in range(turns):
                client.sendall(request_bytes('%s?n=%d' % (PAIR, turn)))
                rest = read_reply(client, rest=rest)[1]
        now = metrics(server)
        expect(now['assay_page_cache_bytes'] <= 24 << 20, '24 MiB', now)
        expect(now['assay_page_cache_evicted_total'] > 0, 'room was made',
               now)


@case('--no-cache makes every page anew')
def _(_server):
    with Server('--no-cache') as server:
        bodies = {ask(server, PAGE).body for _ in range(5)}
        expect(len(bodies) == 1, 'the same page')
        now = metrics(server)
        expect(now['assay_page_duration_seconds_count'] == 5, 'five times',
               now)
        expect('assay_page_cache_hits_total' not in now, 'no cache')


@case('a store that cannot be read is not ready, but lives')
def _(_server):
    with Server() as server:
        expect(ask(server, '/ready').body == b'ready\n', 'ready')
        for name in ('', '-wal', '-shm'):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(server.store + name)
        with open(server.store, 'wb') as file:
            file.write(b'no database' * 1000)
        deadline = time.monotonic() + WAIT
        ready = ask(server, '/ready')
        while ready.status == 200 and time.monotonic() < deadline:
            break
        expect(ask(server, '/health').status == 200, 'it lives')


# ------------------------------------------------------- operations

LINE = re.compile(
    r'time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z client=\S+ method=\S+ '
    r'path="[ -~]*" status=\d+ bytes=\d+ ms=\d+\.\d{3}( cache=hit)?')


@case('each request is one line of the log, whatever its bytes')
def _(_server):
    with Server() as server:
        for path in ('/health', PAGE + '?secret=1', '/a"b\\c', '/\x1b[31mred',
                     '/\xff\xfe', '/%0a%0d'):
            ask(server, path)
        ask(server, '/x', 'M\x1bTHOD')
        for _ in range(2):
            ask(server, PAGE)
    lines = server.log()
    expect(len(lines) == 9, 'nine lines', lines)
    for line in lines:
        expect(LINE.fullmatch(line), 'a line of the log', line)
    # a reply is there before its line: they may come in another order
    for part in ('method=GET path="/health" status=200 bytes=3 ',
                 r'path="/a\x22b\x5cc" status=404', r'path="/\x1b[31mred"',
                 r'path="/\xff\xfe"', 'path="/%0a%0d" status=400',
                 r'method=M\x1bTHOD path="/x" status=405', 'cache=hit'):
        expect(any(part in line for line in lines), part, lines)
    expect('secret' not in server.text(), 'no query', lines)
    # quiet: not even where it listens, so the port must be known
    with socket.create_server(('127.0.0.1', 0)) as free:
        port = free.getsockname()[1]
    with Server('--quiet', listen='127.0.0.1:%d' % port, silent=True) as one:
        one.port = port
        expect(ask(one, PAGE).status == 200, 'it listens all the same')
    expect(one.text() == '', 'quiet', one.text())


SAMPLE = re.compile(
    r'[a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-z]+="[^"\\\n]*"(,[a-z]+="[^"\\\n]*")*\})? '
    r'[0-9.]+')


@case('the metrics can be read, and clients cannot make new ones')
def _(_server):
    with Server() as server:
        for path in (PAGE, PAGE, PAIR, '/api/v1' + PAGE, PAGE + '.md'):
            ask(server, path)
        for turn in range(50):
            ask(server, '/%d/"}x 1' % turn)
            ask(server, '/nothing%d' % turn)
            ask(server, '/', 'METHOD%d' % turn)
        text = ask(server, '/metrics').body.decode()
        described = set()
        for line in text.splitlines():
            if line.startswith('# '):
                expect(re.match(r'# (HELP|TYPE) \w+ \S', line), 'a comment',
                       line)
                described.add(line.split(' ')[2])
                continue
            expect(SAMPLE.fullmatch(line), 'a sample', line)
            name = re.sub(r'(_bucket|_sum|_count)?(\{.*)? .*', '', line)
            expect(name in described or line.split('{')[0].split(' ')[0] in
                   described, 'is described', line)
        expect(text.endswith('\n') and text.count('\n') < 200, 'bounded',
               text.count('\n'))
        now = metrics(server)
        sent = 'assay_http_requests_total{place="%s",form="%s",status="%s"}'
        for place, form, status, count in (
                ('model', 'page', '2xx', 2), ('compare', 'page', '2xx', 1),
                ('model', 'api', '2xx', 1), ('model', 'markdown', '2xx', 1)):
            name = sent % (place, form, status)
            expect(now.get(name) == count, name, now)
        others = sum(value for name, value in now.items()
                     if name.endswith('form="page",status="4xx"}'))
        expect(others == 150, 'the others', now)
        buckets = [value for name, value in now.items() if name.startswith(
            'assay_http_request_duration_seconds_bucket')]
        expect(buckets == sorted(buckets) and buckets[-1] ==
               now['assay_http_request_duration_seconds_count'], 'histogram',
               buckets)
        expect(now['assay_catalog_edition'] > 0, 'edition', now)
        expect(now['process_resident_memory_bytes'] > 1e6, 'memory', now)


def activated(listening, *options):
    """A server with the socket as its third file, as systemd starts one."""
    # the shell becomes the server: its process id is the right one
    return Server(*options, listen=None, pass_fds=(listening.fileno(),),
                  prefix=('bash', '-c', 'exec 3<&%d; LISTEN_PID=$$ '
                          'LISTEN_FDS=1 exec "$@"' % listening.fileno(),
                          'bash'))


@case('a socket that systemd has opened is taken, and asked the same things')
def _(_server):
    with socket.create_server(('127.0.0.1', 0)) as listening, \
            activated(listening) as server:
        expect(server.port == listening.getsockname()[1], 'that port',
               server.url)
        expect(ask(server, PAGE).status == 200, 'a page')
        expect(ask(server, PAGE, host='evil.example').status == 421,
               'names count')
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'assay.sock')
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(path)
        listening.listen()
        with contextlib.closing(listening), \
                activated(listening) as server:
            expect(server.url == 'unix:' + path, 'the file', server.url)
            with contextlib.closing(socket.socket(socket.AF_UNIX)) as own:
                own.settimeout(WAIT)
                own.connect(path)
                own.sendall(request_bytes('/health', host='proxied.name'))
                expect(read_reply(own)[0].status == 200, 'a file')
    with socket.create_server(('0.0.0.0', 0)) as listening:
        server = activated(listening)
        expect(server.end(0) == 78 and '--public' in server.text(),
               'not everybody', server.text())
    with contextlib.closing(socket.socket()) as mute:
        server = activated(mute)
        expect(server.end(0) == 78 and 'LISTEN_FDS' in server.text(),
               'one that does not listen', server.text())


@case('the service manager hears when it is ready, and when it stops')
def _(_server):
    with tempfile.TemporaryDirectory() as folder, \
            contextlib.closing(socket.socket(socket.AF_UNIX,
                                             socket.SOCK_DGRAM)) as manager:
        manager.bind(os.path.join(folder, 'notify'))
        manager.settimeout(WAIT)
        with Server(env={'NOTIFY_SOCKET': manager.getsockname()}):
            expect(manager.recv(100) == b'READY=1', 'ready')
        expect(manager.recv(100) == b'STOPPING=1', 'stopping')


@case('the examples of its help run as they stand, but for the port')
def _(_server):
    text = run('serve', '--help').stdout.decode()
    examples = re.findall(r'^  assay serve ?(.*)$', text.split('Examples')[1],
                          re.M)
    expect(len(examples) >= 3, 'examples', text)
    with tempfile.TemporaryDirectory() as folder:
        write_key(folder, KEY)
        for example in examples:
            words = example.replace('keys.txt', folder + '/keys').split()
            listen = '127.0.0.1:0'
            if '--listen' in words:
                at = words.index('--listen')
                listen = words[at + 1].replace('8080', '0')
                del words[at:at + 2]
            if '--quiet' in words:      # it would not say the port
                words.remove('--quiet')
            with Server(*words, listen=listen) as server:
                expect(server.port, example)


# ------------------------------------------------------- running them


# ------------------------------------------------------- a model at /v1

JSON = [('Content-Type', 'application/json')]


def chat_body(prompt, **more):
    return json.dumps(dict({'model': 'nano-s', 'temperature': 0, 'messages': [
        {'role': 'user', 'content': prompt}]}, **more)).encode()


def much_body(**more):
    """Some seconds of work: 64 answers."""
    return json.dumps(dict({'model': 'nano-s', 'prompt': ['abc'] * 8, 'n': 8,
                            'max_tokens': 400, 'temperature': 2,
                            'logit_bias': {'1': -100, '107': -100}},
                           **more)).encode()


def post(server, path, body, headers=()):
    return ask(server, path, 'POST', headers=JSON + list(headers), body=body)


def until_idle(server):
    end = time.monotonic() + WAIT
    while metrics(server)['assay_model_answers'] > 0:
        expect(time.monotonic() < end, 'the answers end')
        time.sleep(0.05)


@case('a model answers at /v1, whole and in a stream')
def _(_server):
    path = '/v1/chat/completions'
    with Server('--model', 'nano-s') as server:
        reply = post(server, path, chat_body('Reverse the word: stone'))
        answer = json.loads(reply.body)
        expect(reply.status == 200 and answer['choices'][0]['message'][
            'content'] == 'enots', 'the answer', reply.body)
        came, closed = send_raw(server, request_bytes(
            path, 'POST', JSON + [('Connection', 'close')],
            chat_body('Reverse the word: stone', stream=True)))
        expect(closed and b'text/event-stream' in came, 'events', came)
        expect(came.endswith(b'data: [DONE]\n\n\r\n0\r\n\r\n'), 'the end',
               came[-60:])
        came, closed = send_raw(server, request_bytes(
            path, 'POST', JSON, chat_body('Sort: 3 1 2', stream=True)
        ).replace(b'HTTP/1.1', b'HTTP/1.0', 1))
        expect(closed and came.endswith(b'data: [DONE]\n\n'),
               'HTTP/1.0 too, unchunked', came[-60:])
        now = metrics(server)
        expect(now['assay_model_tokens_total{kind="output"}'] >= 12, now)
        expect(now['assay_http_requests_total{place="v1",form="api",'
                   'status="2xx"}'] == 3, 'counted', now)
        expect(any('/v1/chat/completions" status=200 bytes=' in line
                   for line in server.log()), 'logged', server.log())


@case('requests to a model and to pages keep their order on a connection')
def _(_server):
    with Server('--model', 'nano-s') as server:
        with contextlib.closing(connect(server.port)) as client:
            client.sendall(
                request_bytes('/v1/chat/completions', 'POST', JSON,
                              chat_body('Reverse the word: stone')) +
                request_bytes('/health') +
                request_bytes('/v1/models'))
            first, rest = read_reply(client)
            second, rest = read_reply(client, rest=rest)
            third, rest = read_reply(client, rest=rest)
        expect(b'enots' in first.body, 'first', first.body)
        expect(second.body == b'ok\n', 'second', second.body)
        expect(b'"nano-s"' in third.body and rest == b'', 'third', third.body)


@case('answers end when their clients have left')
def _(_server):
    with Server('--model', 'nano-s') as server:
        for stream in (True, False):
            before = metrics(server)[
                'assay_model_tokens_total{kind="output"}']
            clients = [connect(server.port) for _ in range(3)]
            for client in clients:
                client.sendall(request_bytes('/v1/completions', 'POST', JSON,
                                             much_body(stream=stream)))
            if stream:
                expect(clients[0].recv(10), 'it began')
            else:
                time.sleep(0.1)
            for client in clients:
                client.close()
            until_idle(server)
            made = metrics(server)[
                'assay_model_tokens_total{kind="output"}'] - before
            expect(made < 3 * 64 * 400 * 0.9, 'not all of it', made)
        expect(metrics(server)['assay_model_waiting'] == 0, 'nobody waits')
        reply = post(server, '/v1/chat/completions', chat_body('Sort: 3 1 2'))
        expect(b'1 2 3' in reply.body, 'it goes on', reply.body)


@case('a server that stops ends the answers under way, ten seconds later',
      full=True)
def _(_server):
    server = Server('--model', 'nano-s')
    clients = [connect(server.port) for _ in range(20)]
    for i, client in enumerate(clients):
        client.sendall(request_bytes('/v1/completions', 'POST', JSON,
                                     much_body(stream=i % 2 == 0)))
    expect(clients[0].recv(10), 'it began')
    code = server.end()
    for client in clients:
        client.close()
    expect(code == 0, 'exit code 0', code, server.text()[-2000:])


@case('/v1 has the rules of all pages, and errors of its own')
def _(_server):
    path = '/v1/chat/completions'
    body = chat_body('Sort: 3 1 2')
    with Server('--model', 'nano-s') as server:
        for reply, status, code in (
                (post(server, path, body, [('Origin', 'http://evil.example')]),
                 403, 'forbidden'),
                (ask(server, path), 405, 'method_not_allowed'),
                (ask(server, path, 'POST', body=body), 415,
                 'unsupported_media_type'),
                (ask(server, '/v1/models', host='evil.example'), 421,
                 'unknown_host'),
                (post(server, path, b'{'), 400, 'invalid_json'),
                (post(server, '/v1/embeddings', b'{}'), 404, 'unknown_url')):
            error = json.loads(reply.body)['error']
            expect(reply.status == status and error['code'] == code and
                   sorted(error) == ['code', 'message', 'param', 'type'],
                   status, reply.status, reply.body)
            expect(not reply.get('Access-Control-Allow-Origin'), 'no CORS')
    with Server() as server:
        for reply in (post(server, path, body), ask(server, '/v1/models')):
            expect(reply.status == 404 and b'--model' in reply.body,
                   'nothing without a model', reply.body)


@case('a model that is not there keeps the server from starting')
def _(_server):
    code, text = refused_start('--model', 'missing.gguf')
    expect(code == 66 and 'missing.gguf' in text, 'no file', code, text)
    code, text = refused_start('--model', 'nano-s', '--parallel', '0')
    expect(code == 2 and '--parallel' in text, 'a number', code, text)


def main():
    global ASSAY
    if len(sys.argv) < 2 or not os.access(sys.argv[1], os.X_OK):
        sys.exit(__doc__)
    ASSAY = os.path.abspath(sys.argv[1])
    failed = False
    with Server() as shared:
        for name, function, full in CASES:
            if sys.argv[2:] and not any(word in name
                                        for word in sys.argv[2:]):
                continue
            if full and not FULL:
                continue
            try:
                function(shared)
                print('ok serve: %s' % name, flush=True)
            except Exception as error:     # of any kind: a case has failed
                failed = True
                text = str(error) if isinstance(error, AssertionError) and \
                    str(error) else traceback.format_exc()
                print('FAIL serve: %s\n%s' % (name, '\n'.join(
                    '    ' + line for line in text.splitlines())), flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
