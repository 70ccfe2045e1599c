"""Who may ask: hosts, origins, keys, addresses."""
import contextlib
import os
import socket
import tempfile

from serve_world import (KEY, PAGE, PAIR, Server, ask, case, connect, expect,
                         read_reply, refused_start, request_bytes, send_raw,
                         write_key)


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
