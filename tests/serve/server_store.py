"""A store that changes, breaks or goes away below the server."""
import contextlib
import os
import threading
import time

from serve_world import (FIXTURES, PAGE, PAIR, Server, WAIT, ask, case,
                         connect, expect, hammer, metrics, read_reply,
                         request_bytes, run)


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
