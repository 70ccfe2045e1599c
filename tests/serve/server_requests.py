"""What every answer bears, and which requests are refused."""
import contextlib
import gzip
import json
import random
import re
import socket

from serve_world import (FULL, PAGE, PAIR, ask, case, connect, expect,
                         read_reply, request_bytes, send_raw)


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
