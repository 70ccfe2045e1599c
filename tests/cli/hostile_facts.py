#!/usr/bin/env python3
"""Facts whose every text is an attack on where it is shown:
hostile_facts.py TURN writes vendor.json, list.json and others.json

Two models that are asked for (evil/one, evil/two), their routes, and more
models and routes with attacks in their ids. TURN moves the texts on by one
field, so that over len(TEXTS) turns each stands in each field.
"""

import json
import sys

TEXTS = [
    '<script>alert(1)</script>',
    '\x1b]0;owned\x07\x1b[2J\x1b[31m',
    '\x1b]52;c;cm0gLXJmIC8=\x07',
    '\x1b]8;;http://evil.example\x1b\\here\x1b]8;;\x1b\\',
    '\x9b31m \x9d0;t\x9c \x90q\x9c \x85',
    'price\r$0.00 \x08\x08\x08\x7f',
    '\u202egpj.exe\u202c \u2066x\u2069 \u061c',
    'a\u200bb\u200dc\ufeff\u00ad\u2060d',
    'two\nlines\u2028three\u2029four\tfive',
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    '</style></title></td><iframe src=//evil.example>',
    '<!-- --><![CDATA[ ]]><?php ?>&lt;b&gt;&#60;b&#62;&',
    '[here](javascript:alert(1)) ![x](http://evil.example/x.png)',
    '<http://evil.example> https://evil.example/a www.evil.example',
    '| a | b |\n|---|---|\n# title\n- item\n> quote\n```\ncode',
    '**bold** _it_ `code` ~~no~~ $x$ \\ [1]: http://evil.example',
    '=HYPERLINK("http://evil.example","x")',
    '+1+cmd|\'/C calc\'!A0',
    '@SUM(1+1)*cmd|\'/C calc\'!A0',
    '-2+3', '\t=1+1', '\r=1+1', '"=1+1"', '%0a=1+1',
    '%s%n%s%n%1000000d', '$(reboot) `reboot` ; reboot', '../../../etc/passwd',
    "'; drop table model; --", '\U000e0041\U000e0042 tags', '\ud83d\ude00' * 40,
    'w' * 500, '\u0301' * 60, '\ufff9\ufffa\ufffb \ufffe \U0010ffff',
    '', ' ', '\u3000', 'null', '{{7*7}} ${7*7} <%= 7*7 %>',
]
TEXTS[30] = TEXTS[30].encode('utf-16', 'surrogatepass').decode('utf-16')
URLS = [
    'javascript:alert(1)', 'data:text/html,<script>alert(1)</script>',
    'https://evil.example/"><script>alert(1)</script>',
    'https://evil.example/)[x](javascript:alert(1))',
    'https://user:pass@evil.example/', 'HTTPS://evil.example',
    'https://evil.example/\u202egpj', 'https://evil.example/\n\r',
    '//evil.example', 'https://', 'https://evil.example\\@good.example/',
    'https://evil.example/a b', "https://evil.example/'onclick='alert(1)",
    'https://evil.example/>|<', 'file:///etc/passwd',
]
IDS = [
    '<script>alert(1)<\\script>', '"><svg=onload=alert(1)>', "'-alert(1)-'",
    '=HYPERLINK("http:evil")', '+1', '@SUM(1)', '[x](javascript:alert(1))',
    '`x`|y', '**b**', '$(reboot)', ';reboot', '%s%n', '&amp;', '..', '#', '?',
    '{{7*7}}', '\u65e5\u672c\u8a9e', 'x' * 150,
]


class Turn:
    """The next text or address, round and round."""

    def __init__(self, start):
        self.at = {id(kind): start for kind in (TEXTS, URLS, IDS)}

    def next(self, kind=TEXTS):
        self.at[id(kind)] += 1
        return kind[self.at[id(kind)] % len(kind)]


def model(turn, name, task='chat'):
    return {
        'id': name, 'name': turn.next(), 'creator': turn.next(),
        'family': turn.next(), 'task': task, 'released': '2025-01-01',
        'architecture': turn.next(), 'license': turn.next(),
        'open_weights': True, 'context_tokens': 128000,
        'tokenizer': turn.next(), 'note': turn.next(),
        'modalities_in': ['text', turn.next(IDS)],
        'aliases': [f'alias-{turn.next(IDS)}'],
        'capabilities': {'vision': True},
        'lifecycle': {'status': 'deprecated', 'replacement': 'evil/two'},
        'benchmarks': [
            {'name': turn.next() or 'x', 'value': '50', 'unit': 'percent',
             'setting': turn.next(), 'harness': turn.next(),
             'url': turn.next(URLS)},
            {'name': 'Same', 'value': '51', 'unit': 'percent',
             'setting': turn.next(), 'url': turn.next(URLS)}],
    }


def route(turn, provider, name, model):
    return {
        'id': f'{provider}/{name}', 'provider': provider,
        'provider_name': turn.next(), 'model': model, 'status': 'active',
        'regions': [turn.next(), turn.next()], 'quantization': turn.next(),
        'note': turn.next(), 'context_tokens': 64000,
        'api': {'kind': 'openai', 'base_url': turn.next(URLS),
                'key_env': turn.next()},
        'prices': [{'meter': 'input_tokens', 'usd_per_million': '1'},
                   {'meter': 'output_tokens', 'usd_per_million': '2'}],
    }


def facts(turn, source, kind, models, routes):
    return {'format': 'assay-facts/1',
            'source': {'id': source, 'title': turn.next(),
                       'url': turn.next(URLS), 'kind': kind,
                       'retrieved': '2026-08-01', 'license': turn.next()},
            'models': models, 'routes': routes}


def write(name, document):
    with open(name, 'w', encoding='utf-8') as file:
        json.dump(document, file)


def main(start):
    turn = Turn(start)
    pair = 'evil/one', 'evil/two'
    write('vendor.json', facts(
        turn, 'evil-vendor', 'primary',
        [model(turn, name) for name in pair],
        [route(turn, 'evil', name[5:], name) for name in pair]))
    second = [model(turn, name) for name in pair]
    for one in second:
        one['context_tokens'] = 64000
    write('list.json', facts(
        turn, 'evil-list', 'catalog', second,
        [route(turn, 'mirror', name[5:], name) for name in pair]))
    names = [f'evil{one.replace("/", "")[:20]}/{one.replace("/", "")}'
             for one in IDS]
    write('others.json', facts(
        turn, 'evil-others', 'secondary',
        [model(turn, name) for name in names],
        [route(turn, 'evil', f'{name}', name) for name in names]))


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(int(sys.argv[1]))
