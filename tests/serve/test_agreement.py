#!/usr/bin/env python3
"""The command, the API and the page about the same 200 pairs of models: the
same cents, the same verdict; one result line for every twenty pairs:

    tests/serve/test_agreement.py ASSAY [SEED]

The pairs, their traffic and what they need are drawn from SEED. What the
command prints and what the API answers must be the same bytes; the page is
read as a person sees it: cells of its tables, its headline. Amounts are
checked once more against the exact ones, rounded here.
"""
import decimal
import html.parser
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

PAIRS = 200
GROUP = 20
DAY = '2026-11-22'
WAIT = 60  # longest for anything, a sanitizer included
VOID = {'meta', 'link', 'input', 'br', 'img', 'hr', 'col', 'wbr'}
# ends left out in tables, as HTML allows: what opens closes these
CLOSES = {'td': {'td', 'th'}, 'th': {'td', 'th'}, 'tr': {'td', 'th', 'tr'},
          'tbody': {'td', 'th', 'tr', 'thead'}}


class Node:
    def __init__(self, tag, attributes):
        self.tag, self.attributes = tag, dict(attributes)
        self.children = []

    def classes(self):
        return (self.attributes.get('class') or '').split()

    def find_all(self, test):
        for child in self.children:
            if isinstance(child, Node):
                if test(child):
                    yield child
                yield from child.find_all(test)

    def text(self, but=()):
        """What is seen, without elements of these classes and footnotes."""
        parts = []
        for child in self.children:
            if not isinstance(child, Node):
                parts.append(child)
            elif child.tag not in ('sup', 'small') and \
                    not set(but) & set(child.classes()):
                parts.append(child.text(but))
        return ''.join(parts)


class Page(html.parser.HTMLParser):
    """The elements of a page as a tree."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.root = Node('', ())
        self.open = [self.root]
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        while self.open[-1].tag in CLOSES.get(tag, ()):
            self.open.pop()
        node = Node(tag, attributes)
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag, attributes):
        self.open[-1].children.append(Node(tag, attributes))

    def handle_endtag(self, tag):
        if any(node.tag == tag for node in self.open):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, text):
        self.open[-1].children.append(text)

    def section(self, name):
        found = [node for node in self.root.find_all(
            lambda node: node.tag == 'section' and
            node.attributes.get('id') == name)]
        assert len(found) == 1, f'{len(found)} sections {name}'
        return found[0]


def words(text):
    return ' '.join(text.split())


def cost_row(section):
    """The models of the table's head, and the cells of its cost."""
    for table in section.find_all(lambda node: node.tag == 'table'):
        rows = list(table.find_all(lambda node: node.tag == 'tr'))
        for row in rows:
            head = [node for node in row.children
                    if isinstance(node, Node) and node.tag == 'th']
            if len(head) == 1 and words(head[0].text()) == 'cost a month':
                models = [link.attributes['href'] for link in
                          rows[0].find_all(lambda node: node.tag == 'a')]
                return models, [node for node in row.children
                                if isinstance(node, Node) and
                                node.tag == 'td']
    raise AssertionError('no row "cost a month"')


def dollars(state, usd):
    """An exact amount as pages say it, rounded here."""
    if state == 'unknown':
        return 'unknown'
    exact = decimal.Decimal(usd)
    cents = exact.quantize(decimal.Decimal('0.01'), decimal.ROUND_HALF_UP)
    if cents == 0 and exact > 0:
        text = '<$0.01'
    elif cents < 100:
        text = f'${cents:.2f}'
    else:
        text = '${:,}'.format(exact.quantize(decimal.Decimal(1),
                                             decimal.ROUND_HALF_UP))
    return 'at least ' + text if state == 'bound' else text


# ------------------------------------------------------- the three

class Server:
    def __init__(self, assay, store):
        self.process = subprocess.Popen(
            [assay, 'serve', '--store', store, '--as-of', DAY, '--listen',
             '127.0.0.1:0'], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.said, self.url = [], None
        self.ready = threading.Event()
        threading.Thread(target=self.read, daemon=True).start()
        if not self.ready.wait(WAIT) or not self.url:
            self.process.kill()
            raise AssertionError('no server: ' + ''.join(self.said))

    def read(self):
        for line in self.process.stderr:
            line = line.decode('utf-8', 'replace')
            self.said = self.said[-50:] + [line]
            if 'assay: listening on ' in line:
                self.url = line.split()[-1]
                self.ready.set()
        self.ready.set()

    def get(self, path):
        try:
            with urllib.request.urlopen(self.url + path,
                                        timeout=WAIT) as reply:
                return reply.read()
        except urllib.error.HTTPError as error:
            raise AssertionError(f'{path}: {error.code} {error.read()}')

    def stop(self):
        self.process.terminate()
        code = self.process.wait(timeout=WAIT)
        assert code == 0, f'ended with {code}: ' + ''.join(self.said)


def ask_command(assay, store, question):
    command = [assay, 'compare', *question['models'], '--format', 'json',
               '--store', store, '--as-of', DAY]
    for name in ('traffic', 'need'):
        if question.get(name):
            command += ['--' + name, question[name]]
    if question.get('allow_free'):
        command.append('--allow-free')
    done = subprocess.run(command, stdin=subprocess.DEVNULL, check=False,
                          capture_output=True, timeout=WAIT)
    assert done.returncode == 0, done.stderr.decode('utf-8', 'replace')
    return done.stdout


def query_of(question, *more):
    pairs = [(name, question[name]) for name in ('traffic', 'need',
                                                 'allow_free')
             if question.get(name)]
    text = urllib.parse.urlencode([*more, *pairs])
    return '?' + text if text else ''


def check_page(server, question, decision):
    path = '/compare/' + '/'.join(
        urllib.parse.quote(name) for name in question['models'])
    page = Page(server.get(path + query_of(question)).decode('utf-8'))
    costs = decision['cost']['models']
    for name in 'scorecard', 'cost':
        links, cells = cost_row(page.section(name))
        assert links == ['/model/' + cost['model'] for cost in costs], links
        for cost, cell in zip(costs, cells, strict=True):
            seen = words(cell.text(but=('vh', 'conflict')))
            assert seen == cost['text'], (name, seen, cost['text'])
            exact = dollars(cost['state'], cost['monthly_usd'])
            assert seen == exact, (name, seen, exact)
            best = 'leader' in cell.classes()
            assert best == (decision['cost']['lower'] == cost['model']), name
    headline = list(page.root.find_all(
        lambda node: 'headline' in node.classes()))
    assert len(headline) == 1, f'{len(headline)} headlines'
    rule = [words(node.text(but=('vh',))) for node in headline[0].find_all(
        lambda node: 'rule' in node.classes())]
    verdict = decision['verdict']
    assert rule == [verdict['rule']], (rule, verdict['rule'])
    said = words(headline[0].text(but=('rule',)))
    assert said == words(verdict['text']), (said, verdict['text'])
    twin = server.get(path + '.md' + query_of(question)).decode('utf-8')
    assert f'(rule: {verdict["rule"]})' in twin.replace('\\', ''), 'the twin'


def check(assay, store, server, question):
    printed = ask_command(assay, store, question)
    answered = server.get('/api/v1/compare' + query_of(
        question, ('models', ','.join(question['models']))))
    assert printed == answered, 'the API answers other bytes'
    decision = json.loads(printed)
    check_page(server, question, decision)
    return decision


# ------------------------------------------------------- questions

def draw_traffic(draw):
    """Round and odd numbers, caches, pictures, batches and retries."""
    parts = [f'requests={draw.choice(["1", "999", "20k", "1M", "1.5M", "3G"])}',
             f'input={draw.choice([0, 1, 50, 800, 1234, 7777, 130000])}',
             f'output={draw.choice([0, 1, 3, 250, 999, 4096])}']
    if draw.random() < .4:
        parts.append(f'cached={draw.choice(["1%", "33.3%", "50%", "100%"])}')
    if draw.random() < .2:
        parts.append('images=' + draw.choice(['1', '2x1024x1024:high']))
    if draw.random() < .2:
        parts.append(f'batch={draw.choice(["10%", "100%"])}')
    if draw.random() < .2:
        parts.append(f'retries={draw.choice(["0.7%", "25%"])}')
    return ','.join(parts)


def draw_question(draw, ids):
    question = {'models': draw.sample(ids, 2)}
    if draw.random() < .75:
        question['traffic'] = draw_traffic(draw)
    if draw.random() < .25:
        question['need'] = draw.choice(
            ['vision', 'context>=100k', 'function_calling,open_weights',
             'cost<=300', 'vision,price.output<5'])
    if draw.random() < .25:
        question['allow_free'] = '1'
    return question


def main():
    assay = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20261122
    draw = random.Random(seed)
    failed, states, rules = 0, set(), set()
    with tempfile.TemporaryDirectory() as folder:
        store = folder + '/assay.db'
        server = Server(assay, store)
        try:
            listed = json.loads(server.get('/api/v1/models?limit=1000'))
            ids = sorted(model['id'] for model in listed['models'])
            for first in range(0, PAIRS, GROUP):
                name = f'agreement: pairs {first + 1} to {first + GROUP}' \
                       f' of seed {seed}'
                start, question = time.monotonic(), None
                try:
                    for _ in range(GROUP):
                        question = draw_question(draw, ids)
                        decision = check(assay, store, server, question)
                        rules.add(decision['verdict']['rule'])
                        states |= {cost['state'] for cost in
                                   decision['cost']['models']}
                    print(f'ok {name} ({time.monotonic() - start:.1f} s)')
                except (AssertionError, subprocess.SubprocessError) as error:
                    failed += 1
                    print(f'FAIL {name}\n    {json.dumps(question)}\n'
                          f'    {type(error).__name__}: {error}')
            # questions that all have one answer would prove little
            few = len(rules) < 4 or not {'known', 'unknown'} <= states
            failed += few
            print(f'{"FAIL" if few else "ok"} agreement: verdicts by '
                  f'{len(rules)} rules, costs {", ".join(sorted(states))}')
        finally:
            server.stop()
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main()
