#!/usr/bin/env python3
"""Writes a GGUF file with the shape of Gemma 2 2B and random weights, for
measurements: make_gemma2_2b.py OUT.gguf [q4_0|q8_0|q4_k_m]

The answers are noise; sizes, types and layers are those of the real file
(llama.cpp's quantiser rules: engine notes 2.3). q4_0 and q4_k_m have their
token embedding, which is the output matrix too, in Q6_K; q4_k_m has Q6_K
also in attn_v and ffn_down of half of the layers. Blocks repeat after some
megabytes; every scale is small, so that nothing overflows.
"""

import itertools
import random
import struct
import sys

WIDTH, LAYERS, FEED_FORWARD, HEADS, KEY_HEADS, HEAD = 2304, 26, 9216, 8, 4, 256
VOCABULARY, CONTEXT, WINDOW = 256000, 8192, 4096
# llama.cpp's "use more bits" layers of 26
MORE_BITS = {0, 1, 2, 5, 8, 11, 14, 17, 20, 22, 23, 24, 25}
F32, Q4_0, Q8_0, Q4_K, Q6_K = 0, 2, 8, 12, 14
BLOCKS = {F32: (1, 4), Q4_0: (32, 18), Q8_0: (32, 34), Q4_K: (256, 144),
          Q6_K: (256, 210)}


def text(s):
    data = s.encode()
    return struct.pack('<Q', len(data)) + data


def half(value):
    return struct.pack('<e', value)


def block(rng, kind):
    """One block whose values have a deviation of about 0.02, so that sums
    over a row stay near 1."""
    if kind == Q8_0:
        return half(0.02 / 74) + rng.randbytes(32)
    if kind == Q4_0:
        return half(0.02 / 4.6) + rng.randbytes(16)
    if kind == Q4_K:
        return (half(0.02 / 260) + half(0.02 / 34) + rng.randbytes(12) +
                rng.randbytes(128))
    return (rng.randbytes(192) + bytes(rng.randrange(1, 128)
                                       for _ in range(16)) +
            half(0.02 / 1370))


def pool_of(rng, kind):
    """Some megabytes of blocks."""
    return b''.join(block(rng, kind) for _ in range(20011))


def vocabulary():
    """Tokens, kinds and scores as a SentencePiece vocabulary has them."""
    tokens = ['<pad>', '<eos>', '<bos>', '<unk>', '<start_of_turn>',
              '<end_of_turn>'] + ['<0x%02X>' % i for i in range(256)]
    kinds = [3, 3, 3, 2, 3, 3] + [6] * 256
    plain = len(tokens)
    tokens.append('▁')
    tokens += [chr(c) for c in range(33, 127)]
    letters = 'abcdefghijklmnopqrstuvwxyz'
    for length in (2, 3, 4):
        for letters_of in itertools.product(letters, repeat=length):
            tokens.append(''.join(letters_of))
            if len(tokens) == VOCABULARY:
                break
        if len(tokens) == VOCABULARY:
            break
    kinds += [1] * (len(tokens) - plain)
    scores = [0.0 if i < plain else -float(i - plain)
              for i in range(len(tokens))]
    return tokens, kinds, scores


def metadata(name):
    u32 = lambda key, value: text(key) + struct.pack('<II', 4, value)
    f32 = lambda key, value: text(key) + struct.pack('<If', 6, value)
    string = lambda key, value: text(key) + struct.pack('<I', 8) + text(value)
    truth = lambda key, value: text(key) + struct.pack('<I?', 7, value)
    array = lambda key, kind, count, data: (
        text(key) + struct.pack('<IIQ', 9, kind, count) + data)
    tokens, kinds, scores = vocabulary()
    count = len(tokens)
    return [
        string('general.architecture', 'gemma2'),
        string('general.name', name),
        u32('gemma2.context_length', CONTEXT),
        u32('gemma2.embedding_length', WIDTH),
        u32('gemma2.block_count', LAYERS),
        u32('gemma2.feed_forward_length', FEED_FORWARD),
        u32('gemma2.attention.head_count', HEADS),
        u32('gemma2.attention.head_count_kv', KEY_HEADS),
        f32('gemma2.attention.layer_norm_rms_epsilon', 1e-6),
        u32('gemma2.attention.key_length', HEAD),
        u32('gemma2.attention.value_length', HEAD),
        f32('gemma2.attn_logit_softcapping', 50.0),
        f32('gemma2.final_logit_softcapping', 30.0),
        u32('gemma2.attention.sliding_window', WINDOW),
        string('tokenizer.ggml.model', 'llama'),
        string('tokenizer.ggml.pre', 'default'),
        u32('tokenizer.ggml.bos_token_id', 2),
        u32('tokenizer.ggml.eos_token_id', 1),
        u32('tokenizer.ggml.unknown_token_id', 3),
        u32('tokenizer.ggml.padding_token_id', 0),
        truth('tokenizer.ggml.add_bos_token', True),
        truth('tokenizer.ggml.add_eos_token', False),
        truth('tokenizer.ggml.add_space_prefix', False),
        array('tokenizer.ggml.tokens', 8, count,
              b''.join(text(t) for t in tokens)),
        array('tokenizer.ggml.scores', 6, count,
              struct.pack('<%df' % count, *scores)),
        array('tokenizer.ggml.token_type', 5, count,
              struct.pack('<%di' % count, *kinds)),
    ]


def tensors(mix):
    """(name, columns, rows, type) in the order of the file."""
    base = {'q4_0': Q4_0, 'q8_0': Q8_0, 'q4_k_m': Q4_K}[mix]
    head = Q8_0 if mix == 'q8_0' else Q6_K
    yield 'token_embd.weight', WIDTH, VOCABULARY, head
    for i in range(LAYERS):
        name = 'blk.%d.' % i
        more = Q6_K if mix == 'q4_k_m' and i in MORE_BITS else base
        yield name + 'attn_norm.weight', WIDTH, 0, F32
        yield name + 'attn_q.weight', WIDTH, HEADS * HEAD, base
        yield name + 'attn_k.weight', WIDTH, KEY_HEADS * HEAD, base
        yield name + 'attn_v.weight', WIDTH, KEY_HEADS * HEAD, more
        yield name + 'attn_output.weight', HEADS * HEAD, WIDTH, base
        yield name + 'post_attention_norm.weight', WIDTH, 0, F32
        yield name + 'ffn_norm.weight', WIDTH, 0, F32
        yield name + 'ffn_gate.weight', WIDTH, FEED_FORWARD, base
        yield name + 'ffn_up.weight', WIDTH, FEED_FORWARD, base
        yield name + 'ffn_down.weight', FEED_FORWARD, WIDTH, more
        yield name + 'post_ffw_norm.weight', WIDTH, 0, F32
    yield 'output_norm.weight', WIDTH, 0, F32


def size_of(columns, rows, kind):
    values, size = BLOCKS[kind]
    return columns * max(rows, 1) // values * size


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    mix = sys.argv[2] if len(sys.argv) > 2 else 'q4_0'
    rng = random.Random(1)
    keys = metadata('random Gemma 2 2B ' + mix)
    info, offset = b'', 0
    for name, columns, rows, kind in tensors(mix):
        dims = [columns, rows] if rows else [columns]
        info += text(name) + struct.pack('<I', len(dims))
        info += b''.join(struct.pack('<Q', d) for d in dims)
        info += struct.pack('<IQ', kind, offset)
        offset += (size_of(columns, rows, kind) + 31) // 32 * 32
    pools = {}
    with open(sys.argv[1], 'wb') as out:
        out.write(b'GGUF' + struct.pack('<IQQ', 3, info.count(b'.weight'),
                                        len(keys)))
        out.write(b''.join(keys) + info)
        out.write(b'\0' * (-out.tell() % 32))
        for name, columns, rows, kind in tensors(mix):
            left = size_of(columns, rows, kind)
            if kind == F32:
                out.write(struct.pack('<f', 1.0) * columns)
            elif kind not in pools:
                pools[kind] = pool_of(rng, kind)
            while kind != F32 and left:
                part = pools[kind][:left]
                out.write(part)
                left -= len(part)
            out.write(b'\0' * (-out.tell() % 32))


if __name__ == '__main__':
    main()
