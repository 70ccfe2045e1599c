#!/usr/bin/env python3
"""A list of models in the format of models.dev, as large as asked, for tests
that need an import to take its time: generate.py ROUTES PRICE

Every input price is PRICE and every context PRICE thousand, so that a
mixture of two lists shows.
"""

import json
import sys

PER_PROVIDER = 500


def route(number, price):
    return {
        'id': f'maker/m-{number}', 'name': f'M {number}',
        'attachment': False, 'reasoning': number % 2 == 0, 'tool_call': True,
        'open_weights': True, 'release_date': '2025-01-15',
        'last_updated': '2025-02-01', 'knowledge': '2024-10',
        'modalities': {'input': ['text'], 'output': ['text']},
        'limit': {'context': price * 1000, 'output': 4096},
        'cost': {'input': price, 'output': 60, 'cache_read': 1},
    }


def catalog(routes, price):
    providers = {}
    for number in range(routes):
        name = f'cloud-{number // PER_PROVIDER}'
        provider = providers.setdefault(name, {
            'id': name, 'name': name, 'npm': '@ai-sdk/openai-compatible',
            'api': f'https://{name}.example/v1', 'env': ['KEY'],
            'doc': f'https://{name}.example', 'models': {}})
        one = route(number, price)
        provider['models'][one['id']] = one
    return json.dumps(providers, indent=1) + '\n'


if __name__ == '__main__':
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.stdout.write(catalog(int(sys.argv[1]), int(sys.argv[2])))
