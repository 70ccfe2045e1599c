#!/usr/bin/python3
"""What `assay logits` computes against the float64 reference, on random
checkpoints of every type; one result line a case:

    tests/engine/reference.py ASSAY [WORD...]
    tests/engine/reference.py --golden

With words, only cases whose name has one of them. ASSAY_TEST_FULL=1 takes
every type in both shapes with seeds 1 to 5, and every CPU level. --golden
writes the small model and its logits that tests/engine/test_engine.c reads.
Needs Debian's python3-numpy; without it the tests are skipped aloud.

Limits are those of engine notes 5.4: logits of float arithmetic within 1e-4,
3e-4 behind 256 positions, where the f32 angles of rotations begin to tell;
with int8 inputs a mean divergence of 1e-3 (Q6_K of these random files, whose
scales are coarser than any real one's: 3e-3), ten times that at 99 %, and the
same best token in 99 % of the places where it leads by more than 1e-2.
"""
import inspect
import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
DATA = os.path.join(ROOT, 'tests', 'engine', 'data')
FULL = bool(os.environ.get('ASSAY_TEST_FULL'))

try:
    import numpy as np
except ImportError:
    print('skip: engine reference: python3-numpy is not installed')
    sys.exit(0)
sys.path.insert(0, os.path.join(ROOT, 'tools'))
import gemma2_reference as reference  # noqa: E402

TYPES = list(reference.TYPES)
FLOATS = ('f32', 'f16', 'bf16')
OFF, OFF_LATER, LATER = 1e-4, 3e-4, 256     # of one logit, and from where
MEAN = {'q6_k': 3e-3}
MEAN_OF_OTHERS = 1e-3
LENGTH = {'tiny': 250, 'small': 520}    # fifteen windows and four

# What the model would be with one thing wrong: what stands in the
# reference, and what is put in its place.
FLIPS = {
    'no soft cap of scores':
        ('softcap(np.einsum("thd,uhd->htu", q, k), '
         'g("attn_logit_softcapping"))', 'np.einsum("thd,uhd->htu", q, k)'),
    'no soft cap of logits':
        ('softcap(x @ W["token_embd.weight"].T, '
         'g("final_logit_softcapping"))', 'x @ W["token_embd.weight"].T'),
    'a window longer by one': ('d < win', 'd <= win'),
    'a window shorter by one': ('d < win', 'd < win - 1'),
    'odd layers local': ('i % 2 == 0', 'i % 2 == 1'),
    'all layers global': ('i % 2 == 0', 'False'),
    'norms of 1 + w twice': ('/ np.sqrt((x * x).mean(axis=-1, keepdims=True) '
                             '+ eps) * w', '/ np.sqrt((x * x).mean(axis=-1, '
                             'keepdims=True) + eps) * (1 + w)'),
    'rotated neighbours': ('x1, x2 = x[..., :half], x[..., half:]',
                           'x1, x2 = x[..., ::2], x[..., 1::2]'),
    'halves rotated the other way': ('x1 * c - x2 * s, x2 * c + x1 * s',
                                     'x1 * c + x2 * s, x2 * c - x1 * s'),
    'queries scaled otherwise': ('/ math.sqrt(HD)', '/ math.sqrt(D)'),
    'no scale of embeddings': ('[tokens] * math.sqrt(D)', '[tokens]'),
    'no norm after attention': ('rms_norm(o @ w("attn_output").T, '
                                'w("post_attention_norm"), eps)',
                                'o @ w("attn_output").T'),
    'another gelu': ('0.044715', '0.044'),
    'heads that take turns': ('np.repeat(k, H // K, axis=1), '
                              'np.repeat(v, H // K, axis=1)',
                              'np.tile(k, (1, H // K, 1)), '
                              'np.tile(v, (1, H // K, 1))'),
}


class Failed(Exception):
    pass


def flipped(name):
    """The reference's forward pass with one thing wrong."""
    right, wrong = FLIPS[name]
    source = inspect.getsource(reference)
    if source.count(right) != 1:
        raise Failed(f'the reference has no {right!r}')
    module = {'__name__': 'flipped'}
    exec(compile(source.replace(right, wrong), name, 'exec'), module)
    return module['forward']


def tokens_of(shape, seed, count):
    rng = np.random.default_rng(seed + 100)
    return rng.integers(4, reference.SHAPES[shape][0], count).tolist()


class Checkpoint:
    """A random model with its tokens and what the reference makes of them."""

    def __init__(self, folder, shape, kind, seed):
        self.folder, self.kind = folder, kind
        self.path = os.path.join(folder, f'{shape}-{kind}-{seed}.gguf')
        self.tokens = tokens_of(shape, seed, LENGTH[shape])
        reference.make(self.path, kind, seed, shape)
        self.meta, self.weights = reference.read(self.path)
        self.logits = reference.forward(self.meta, self.weights, self.tokens)

    def run(self, assay, precision, level=None):
        """What assay makes of them."""
        file = os.path.join(self.folder, 'tokens.json')
        with open(file, 'w', encoding='utf-8') as out:
            json.dump(self.tokens, out)
        environment = dict(os.environ)
        environment.pop('ASSAY_CPU', None)
        if level:
            environment['ASSAY_CPU'] = level
        done = subprocess.run(
            [assay, 'logits', self.path, file, '--precision', precision],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        if done.returncode != 0:
            raise Failed(done.stderr.decode(errors='replace').strip())
        answer = json.loads(done.stdout)
        logits = np.array(answer['logits'])
        if logits.shape != self.logits.shape:
            raise Failed(f'{logits.shape} logits, '
                         f'expected {self.logits.shape}')
        if answer['argmax'] != logits.argmax(axis=1).tolist():
            raise Failed('argmax is not that of the logits')
        return logits


def log_shares(x):
    most = x.max(axis=1, keepdims=True)
    return x - most - np.log(np.exp(x - most).sum(axis=1, keepdims=True))


def check_floats(wanted, got):
    off = np.abs(wanted - got)
    if not off[:LATER].max() <= OFF:
        raise Failed(f'logits off by {off[:LATER].max():.2e}')
    if not off.max() <= OFF_LATER:
        raise Failed(f'logits off by {off.max():.2e} behind {LATER}')


def check_shares(kind, wanted, got):
    """As one distribution against the other, position by position."""
    a, b = log_shares(wanted), log_shares(got)
    divergence = (np.exp(a) * (a - b)).sum(axis=1)
    mean, most = divergence.mean(), np.quantile(divergence, .99)
    limit = MEAN.get(kind, MEAN_OF_OTHERS)
    if not mean <= limit:
        raise Failed(f'mean divergence {mean:.2e}')
    if not most <= 10 * limit:
        raise Failed(f'divergence {most:.2e} at 99 %')
    best = np.sort(wanted, axis=1)
    clear = best[:, -1] - best[:, -2] > 1e-2
    same = (wanted.argmax(axis=1) == got.argmax(axis=1))[clear]
    if (~same).sum() > .01 * clear.sum():
        raise Failed(f'another best token in {(~same).sum()} of '
                     f'{clear.sum()} places')


def check_type(assay, folder, shape, kind, seed, levels):
    model = Checkpoint(folder, shape, kind, seed)
    for level in levels:
        check_floats(model.logits, model.run(assay, 'float', level))
        if kind not in FLOATS:
            check_shares(kind, model.logits, model.run(assay, 'int8', level))
    os.unlink(model.path)


def check_flip(model, got, name):
    """The wrong model is ten times as far away as is allowed."""
    off = np.abs(flipped(name)(model.meta, model.weights, model.tokens) -
                 got).max()
    if not off > 10 * OFF:
        raise Failed(f'the wrong one is off by {off:.2e} alone')


def cases(assay, folder):
    """(name, function) of each."""
    levels = ['scalar', 'avx2', None] if FULL else [None]
    for shape in ('tiny', 'small'):
        for seed in range(1, 6 if FULL else 2):
            for kind in TYPES:
                if FULL or shape == 'tiny' or kind == 'q4_k':
                    yield (f'{kind} {shape} seed {seed}',
                           lambda s=shape, k=kind, n=seed:
                           check_type(assay, folder, s, k, n, levels))
    if not FULL:
        yield ('q8_0 on every level', lambda: check_type(
            assay, folder, 'tiny', 'q8_0', 2, ['scalar', 'avx2', 'avx512']))
    kept = []

    def plain():
        if not kept:
            model = Checkpoint(folder, 'tiny', 'f32', 1)
            kept.append((model, model.run(assay, 'float')))
        return kept[0]
    for name in FLIPS:
        yield (f'{name} would be seen',
               lambda n=name: check_flip(*plain(), n))


def golden():
    """tests/engine/data/micro.gguf and its logits at some places."""
    path = os.path.join(DATA, 'micro.gguf')
    reference.make(path, 'q8_0', 1, 'micro')
    tokens = np.random.default_rng(1).integers(
        0, reference.SHAPES['micro'][0], 40).tolist()
    places = [0, 7, 8, 15, 16, 39]      # around the window's edge
    logits = reference.forward(*reference.read(path), tokens)
    with open(os.path.join(DATA, 'micro.json'), 'w', encoding='utf-8') as out:
        out.write('{"tokens":%s,\n"places":%s,\n"logits":[\n%s]}\n' % (
            json.dumps(tokens, separators=(',', ':')),
            json.dumps(places, separators=(',', ':')),
            ',\n'.join('[%s]' % ','.join('%.7g' % v for v in logits[p])
                       for p in places)))


def main():
    if sys.argv[1:] == ['--golden']:
        golden()
        return 0
    assay, words, failed = os.path.abspath(sys.argv[1]), sys.argv[2:], 0
    with tempfile.TemporaryDirectory() as folder:
        for name, check in cases(assay, folder):
            if words and not any(word in name for word in words):
                continue
            try:
                check()
                print(f'ok engine reference: {name}', flush=True)
            except Failed as why:
                failed = 1
                print(f'FAIL engine reference: {name}\n    {why}', flush=True)
    return failed


if __name__ == '__main__':
    sys.exit(main())
