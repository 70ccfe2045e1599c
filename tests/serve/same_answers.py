#!/usr/bin/env python3
"""The API's answers beside the commands' output: same_answers.py ASSAY STORE

Starts `ASSAY serve` on a free port, asks each question both ways, and prints
one line for each: the same bytes, or not. Ends the server by its own id.
"""

import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

RESPONSE = (b'{"model":"gpt-4-1106-preview","usage":{"prompt_tokens":800,'
            b'"completion_tokens":250}}')
TRAFFIC = 'requests=20k,input=4k,cached=40%'

# a name, the command, the address, a body with its type
CASES = [
    ('sources', ['sources', '--format', 'json'], '/api/v1/sources'),
    ('sources of a day',
     ['sources', '--format', 'json', '--as-of', '2026-09-01'],
     '/api/v1/sources?as_of=2026-09-01'),
    ('cost', ['cost', 'gemma-2-2b', 'gpt-4-1106-preview', '--format', 'json'],
     '/api/v1/cost?models=gemma-2-2b,gpt-4-1106-preview'),
    ('cost at a traffic',
     ['cost', 'google/gemma-2-2b', '--traffic', TRAFFIC, '--allow-free',
      '--format', 'json'],
     '/api/v1/cost?models=google/gemma-2-2b&allow_free=1&traffic='
     + urllib.parse.quote(TRAFFIC)),
    ('changes', ['diff', '2026-05-01', '2026-11-22', '--format', 'json'],
     '/api/v1/changes?from=2026-05-01&to=2026-11-22'),
    ('model', ['show', 'gemma-2-2b', '--format', 'json'],
     '/api/v1/model/google/gemma-2-2b'),
    ('comparison',
     ['compare', 'gemma-2-2b', 'gpt-4-vision-preview', '--format', 'json'],
     '/api/v1/compare?models=gemma-2-2b,gpt-4-vision-preview'),
    ('price', ['price', '-', '--provider', 'openai'],
     '/api/v1/price?provider=openai', 'application/json', RESPONSE),
    ('prices of lines', ['price', '-', '--provider', 'openai'],
     '/api/v1/price?provider=openai', 'application/x-ndjson',
     RESPONSE + b'\n{bad\n\n[]\n' + RESPONSE),
]


def ask(base, case):
    """The answer's body, whatever its status."""
    request = urllib.request.Request(base + case[2])
    if len(case) > 3:
        request.data = case[4]
        request.add_header('Content-Type', case[3])
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            return reply.read()
    except urllib.error.HTTPError as error:
        return error.read()


def main():
    assay, store = sys.argv[1:3]
    server = subprocess.Popen(
        [assay, 'serve', '--listen', '127.0.0.1:0', '--store', store,
         '--as-of', '2026-11-22'],
        stderr=subprocess.PIPE)
    try:
        base = server.stderr.readline().decode().split()[-1]
        for case in CASES:
            given = case[4] if len(case) > 3 else b''
            day = [] if '--as-of' in case[1] else ['--as-of', '2026-11-22']
            said = subprocess.run(
                [assay, *case[1], '--store', store, *day], input=given,
                stdout=subprocess.PIPE, check=False).stdout
            same = said and ask(base, case) == said
            print(case[0] + ': ' + ('the same bytes' if same else 'DIFFERENT'))
    finally:
        server.terminate()
        print('ended with', server.wait(timeout=30))


main()
