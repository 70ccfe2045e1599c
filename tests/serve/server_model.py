"""A model at /v1 as a client on the wire meets it."""
import contextlib
import json
import time

from serve_world import (Server, WAIT, ask, case, connect, expect, metrics,
                         read_reply, refused_start, request_bytes, send_raw)


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
