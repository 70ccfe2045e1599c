#!/usr/bin/env python3
"""Compares the answers of assay and of its peer, line by line:

    price_agree.py RESPONSES ASSAY_ANSWERS PEER_ANSWERS [...]

Three files for each provider. Prints how many agree, and of those that do
not, how many by what each response shows as the reason. Exit 1 when one is
left over that no reason explains.
"""
import collections
import itertools
import json
import sys
from fractions import Fraction

# The peer adds doubles; 1e-9 of the sum is far above their rounding.
ROUNDING = Fraction(1, 10 ** 9)


def close(ours, theirs):
    return abs(ours - theirs) <= ROUNDING * max(abs(ours), abs(theirs))


def meters(answer):
    return {meter['meter']: meter for meter in answer.get('meters', ())}


def without(answer, names):
    """Our sum less those meters."""
    return Fraction(answer['usd']) - sum(
        Fraction(meter.get('usd', '0'))
        for meter in answer['meters'] if meter['meter'] in names)


def kind_of(body, ours, theirs):
    """What became of one response; a reason is checked, not guessed."""
    known = 'usd' in ours
    priced = theirs.get('usd') is not None
    if not known and not priced:
        return 'unknown to both'
    tier = body.get('service_tier')
    if tier in ('flex', 'priority', 'batch'):
        return 'service tier %s, which the peer prices as standard' % tier
    if not known:
        return 'only the peer has a price: %s' % ours.get('reason')
    if not priced:
        return 'only assay has a price: %s' % theirs.get('error', '')
    usd, peer = Fraction(ours['usd']), Fraction(str(theirs['usd']))
    if usd == peer:
        return 'equal'
    if close(usd, peer):
        return 'equal but for rounding of the peer\'s doubles'
    if close(without(ours, {'search', 'web_search'}), peer):
        return 'web searches, which the peer does not bill here'
    return 'UNEXPLAINED: %s, ours %s, theirs %s' % (
        body.get('model'), ours['usd'], theirs['usd'])


def main():
    kinds = collections.Counter()
    files = iter(sys.argv[1:])
    for names in zip(files, files, files):
        opened = [open(name, encoding='utf-8') for name in names]
        for lines in itertools.zip_longest(*opened, fillvalue='null'):
            answers = [json.loads(line) for line in lines]
            if None in answers:
                sys.exit('%s: answers are missing' % ' '.join(names))
            kinds[kind_of(*answers)] += 1
    for kind, count in kinds.most_common():
        print('%9s  %s' % (format(count, ','), kind))
    sys.exit(any(kind.startswith('UNEXPLAINED') for kind in kinds))


if __name__ == '__main__':
    main()
