"""Connections: kept, dripped on, too many; and how the server ends."""
import contextlib
import resource
import signal
import socket
import statistics
import threading
import time

from serve_world import (FULL, PAGE, PAIR, Server, WAIT, ask, case, connect,
                         expect, hammer, metrics, read_reply, request_bytes)


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
