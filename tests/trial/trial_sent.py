"""Cases of test_try.py: what is sent where nobody says how to ask."""
import http.server
import json

from trial_world import (
    Provider, assay, case, expect, path, rows_of, sent, try_suite, write_lines)


class Strict(Provider):
    """Answers "yes", and keeps what it was asked. The model "thinks" refuses
    max_tokens and temperature in the words of reasoning models."""

    def __init__(self):
        super().__init__(Handler)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(
            self.headers['Content-Length'])))
        self.server.heard.append(asked)
        if asked['model'] == 'thinks' and 'max_tokens' in asked:
            return self.refuse("Unsupported parameter: 'max_tokens' is not "
                               "supported with this model. Use "
                               "'max_completion_tokens' instead.")
        if asked['model'] == 'thinks' and 'temperature' in asked:
            return self.refuse("Unsupported value: 'temperature' does not "
                               "support 0 with this model. Only the default "
                               "(1) value is supported.")
        return self.answer(200, {
            'id': 'x', 'object': 'chat.completion', 'model': asked['model'],
            'choices': [{'index': 0, 'finish_reason': 'stop', 'message': {
                'role': 'assistant', 'content': 'yes'}}],
            'usage': {'prompt_tokens': 3, 'completion_tokens': 1}})

    def refuse(self, message):
        self.answer(400, {'error': {
            'message': message, 'type': 'invalid_request_error',
            'code': 'unsupported_value'}})

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(text)))
        self.end_headers()
        self.wfile.write(text)


def prompts(**more):
    return write_lines('sent.jsonl', [
        {'prompt': 'Say yes, %d' % n, 'expected': 'yes', **more}
        for n in range(12)])


@case('temperature 0 is sent where nobody states one, and only there')
def _():
    with Strict() as server:
        for more, temperature in (({}, 0),
                                  ({'options': {'temperature': .7}}, .7)):
            server.heard.clear()
            result = try_suite(prompts(**more), [server.route('plain')],
                               path('sent.db'), '--fixed')
            expect(result.code == 0 and len(server.heard) == 12 and
                   all(body['temperature'] == temperature
                       for body in server.heard), 'what was sent',
                   result.text(), server.heard[:2])


@case('a model that refuses our temperature is asked without, a stated one is not dropped')
def _():
    with Strict() as server:
        store = path('thinks.db')
        result = try_suite(prompts(), [server.route('thinks')], store,
                           '--fixed', '--concurrency', '4')
        run = result.json()
        rows = sent(rows_of(run['run'], store))
        expect(result.code == 0 and run['passed'] == 12 and
               run['attempts'] == len(rows) == len(server.heard),
               'every prompt is answered, every request a row', result.text(),
               len(rows), len(server.heard))
        taught = [row for row in rows if row['state'] == 'failed']
        expect(2 <= len(taught) <= 8 and
               not any(row['final'] for row in taught),
               'learned twice by those that were under way', taught)
        server.heard.clear()
        store = path('stated.db')
        result = try_suite(prompts(options={'temperature': 0.5}),
                           [server.route('thinks')], store, '--fixed')
        run = result.json()
        expect(result.code == 1 and run['errors'] == 12 and
               all(body['temperature'] == 0.5 for body in server.heard),
               'it stands', result.text(), server.heard[:2])
        said = assay('report', run['run'], '--store', store, '--full')
        expect(b"'temperature' does not" in said.out, 'and why', said.out)
