"""Logs, metrics, and being started by a service manager."""
import contextlib
import os
import re
import socket
import tempfile

from serve_world import (KEY, PAGE, PAIR, Server, WAIT, ask, case, expect,
                         metrics, read_reply, request_bytes, run, write_key)


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
