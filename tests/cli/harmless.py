#!/usr/bin/env python3
"""Is a page harmless where it is shown? harmless.py FORMAT FILE

text: no control character but the newline, nothing that turns a line around
or hides. html: no element or attribute that acts, no address but http(s) and
anchors. markdown: no HTML, no link but those of the list of sources. csv: no
cell that a spreadsheet would compute. json: one document, no control
character, and nothing that turns a line around. Prints what is not; exit
code 1 then.
"""

import csv
import html.parser
import json
import re
import sys
import unicodedata

ELEMENTS = set('''html head meta title style body main header footer section
nav h1 h2 h3 h4 p a ul ol li dl dt dd table caption thead tbody tr th td
span div strong em b i code pre sup sub small abbr details summary br hr
figure figcaption time wbr'''.split())
ATTRIBUTES = set('''lang charset name content class id href title scope
colspan rowspan open datetime rel role start tabindex data-rule'''.split())
POLICY = ('http-equiv', 'Content-Security-Policy')
# in JSON other format characters stand as they are: who reads it wants them
TURNING = '\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d' \
    '\u202e\u2028\u2029\u2060\u2066\u2067\u2068\u2069\ufeff'
NUMBER = re.compile(r'[-+]?[0-9][0-9.,]*(e[-+]?[0-9]+)?%?$')
JOINERS = '\u200c\u200d'  # scripts need them
faults = []


def fault(text):
    faults.append(text[:200])


def check_characters(text, allowed=''):
    for number, line in enumerate(text.split('\n'), 1):
        for c in line:
            kind = unicodedata.category(c)
            if c not in allowed and kind in ('Cc', 'Cf', 'Cs', 'Zl', 'Zp'):
                fault(f'line {number}: U+{ord(c):04X} in {line!r}')


class Page(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        if tag not in ELEMENTS:
            fault(f'<{tag}> at {self.getpos()}')
        for name, value in attrs:
            if name not in ATTRIBUTES and not name.startswith('aria-') \
                    and (name, value) != POLICY:
                fault(f'{name}={value!r} at {self.getpos()}')
            if name == 'href' and not re.match(r'https?://[^\s]+$|#', value):
                fault(f'href={value!r} at {self.getpos()}')

    def handle_comment(self, data):
        fault(f'a comment at {self.getpos()}: {data!r}')

    def unknown_decl(self, data):
        fault(f'a declaration at {self.getpos()}: {data!r}')

    def handle_pi(self, data):
        fault(f'an instruction at {self.getpos()}: {data!r}')


def check_html(text):
    check_characters(text, JOINERS)
    Page().feed(text)


def check_markdown(text):
    check_characters(text, JOINERS)
    rest = re.sub(r'```+\n.*?\n```+\n', '', text, flags=re.S)
    rest = re.sub(r'\\.|&(lt|gt|amp|#[0-9]+);', '', rest)  # spelled out
    rest = re.sub(r' \[\[[0-9]+\]\]\(#sources\)', '', rest)
    rest = re.sub(r'^[0-9]+\. \[[^\[\]]*\]\(<https?://[^<>\s]*>\)', '', rest,
                  flags=re.M)
    for mark in '<', '](', '![', '`':
        at = rest.find(mark)
        if at >= 0:
            fault(f'{mark} in {rest[max(0, at - 60):at + 60]!r}')


def check_csv(text):
    check_characters(text, '\r\t' + JOINERS)
    for row in csv.reader(text.split('\r\n')):
        for cell in row:
            if cell[:1] in '=+-@\t\r' and cell and not NUMBER.match(cell):
                fault(f'a formula: {cell!r}')


def check_json(text):
    for c in text:
        if c in TURNING or c != '\n' and unicodedata.category(c) == 'Cc':
            fault(f'U+{ord(c):04X}')
    json.loads(text)


def main(format, name):
    with open(name, encoding='utf-8', newline='') as file:
        text = file.read()
    {'text': check_characters, 'html': check_html, 'csv': check_csv,
     'markdown': check_markdown, 'json': check_json}[format](text)
    for one in faults[:5]:
        print(one)
    return 1 if faults else 0


if __name__ == '__main__':
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
