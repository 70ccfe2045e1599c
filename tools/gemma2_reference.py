#!/usr/bin/python3
"""Gemma 2 forward pass in numpy float64, written from the model's definition, as ground truth.

Also writes small random checkpoints as GGUF, so that an engine can be checked without real weights.
Needs only python3 and numpy (Debian: python3-numpy).

  gemma2_reference.py make  OUT.gguf [--type f32|f16|bf16|q8_0|q4_0|q4_1|q5_0|q5_1|q4_k|q5_k|q6_k] [--seed N] [--shape micro|tiny|small]
  gemma2_reference.py logits IN.gguf TOKENS.json OUT.json
        TOKENS.json: a JSON array of token ids; OUT.json: {"argmax":[..], "logits":[[vocab floats] per position]}

The reference dequantises every tensor to float64 and computes all else in float64, so it is the
value that an engine's result is compared with; it is slow and meant for tiny shapes only.
"""
import argparse, json, math, struct
import numpy as np

TYPES = {"f32": 0, "f16": 1, "q4_0": 2, "q4_1": 3, "q5_0": 6, "q5_1": 7, "q8_0": 8, "q4_k": 12, "q5_k": 13, "q6_k": 14, "bf16": 30}
BLOCK = {0: (1, 4), 1: (1, 2), 30: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34),
         12: (256, 144), 13: (256, 176), 14: (256, 210)}   # type: (values, bytes) of a block

SHAPES = {
    #        vocab   D   L   F   heads kv  head_dim  context window
    "micro": (96,   32,  2, 64,  4,    2,  32,       128,    8),   # no use to a tokenizer: too few tokens for all bytes
    "tiny":  (512, 256, 4, 512, 4,    2,  64,       256,    16),
    "small": (4096, 512, 6, 1536, 8,  4,  64,       1024,   128),
}

# ---------------------------------------------------------------- quantised blocks

def quantise(x, t):
    """x: 1-D float32, length a multiple of the block; returns bytes."""
    if t == 0:
        return x.astype("<f4").tobytes()
    if t == 1:
        return x.astype("<f2").tobytes()
    if t == 30:
        u = x.astype("<f4").view("<u4")
        return ((u + 0x7FFF + ((u >> 16) & 1)) >> 16).astype("<u2").tobytes()
    b = x.reshape(-1, 32)
    if t == 8:
        d = (np.abs(b).max(axis=1) / 127.0).astype("<f2")
        inv = np.where(d > 0, 1.0 / np.maximum(d.astype(np.float32), 1e-30), 0)
        q = np.clip(np.rint(b * inv[:, None]), -127, 127).astype(np.int8)
        return np.concatenate([d.view(np.uint8).reshape(-1, 2), q.view(np.uint8)], axis=1).tobytes()
    if t == 2:
        i = np.abs(b).argmax(axis=1)
        m = b[np.arange(len(b)), i]
        d = (m / -8.0).astype("<f2")
        f = d.astype(np.float32)
        inv = np.where(f != 0, 1.0 / np.where(f != 0, f, 1), 0)
        q = np.clip(np.floor(b * inv[:, None] + 8.5), 0, 15).astype(np.uint8)
        packed = q[:, :16] | (q[:, 16:] << 4)
        return np.concatenate([d.view(np.uint8).reshape(-1, 2), packed], axis=1).tobytes()
    raise ValueError(t)

def random_blocks(rng, n, t, std):
    """n values of a type that this file cannot quantise to: random bits, scales set so that the values have about this std."""
    size, nbytes = BLOCK[t]
    a = rng.integers(0, 256, (n // size, nbytes), dtype=np.uint8)
    def put(at, v):
        a[:, at:at + 2] = np.frombuffer(np.float16(v).tobytes(), np.uint8)
    if t == 3:                       # q*d + m, q 0..15
        put(0, std / 4.61); put(2, -7.5 * std / 4.61)
    elif t == 6:                     # d*(q-16), q 0..31
        put(0, std / 9.23)
    elif t == 7:
        put(0, std / 9.23); put(2, -15.5 * std / 9.23)
    elif t in (12, 13):              # d*sc*q - dmin*m, sc and m 0..63
        top = 15 if t == 12 else 31
        put(0, std / (31.5 * top / 2 * 1.08)); put(2, std / (31.5 * 1.08))
    elif t == 14:                    # d*sc*(q-32), sc int8
        a[:, 192:208] = rng.integers(1, 128, (n // size, 16), dtype=np.uint8)
        put(208, std / (74 * 18.5))
    return a.tobytes()

def k_scales(s):
    """The 6-bit scales and minima of Q4_K and Q5_K: 12 bytes -> (blocks, 8), (blocks, 8)."""
    sc, m = np.empty((len(s), 8)), np.empty((len(s), 8))
    for j in range(8):
        if j < 4:
            sc[:, j], m[:, j] = s[:, j] & 63, s[:, j + 4] & 63
        else:
            sc[:, j] = (s[:, j + 4] & 15) | ((s[:, j - 4] >> 6) << 4)
            m[:, j] = (s[:, j + 4] >> 4) | ((s[:, j] >> 6) << 4)
    return sc, m

def dequantise(raw, t, n):
    if t == 0:
        return np.frombuffer(raw, "<f4", n).astype(np.float64)
    if t == 1:
        return np.frombuffer(raw, "<f2", n).astype(np.float64)
    if t == 30:
        u = np.frombuffer(raw, "<u2", n).astype("<u4") << 16
        return u.view("<f4").astype(np.float64)
    a = np.frombuffer(raw, np.uint8).reshape(-1, BLOCK[t][1])
    f16 = lambda at: a[:, at:at + 2].copy().view("<f2").astype(np.float64)
    if t == 14:
        out = np.empty((len(a), 256))
        for h in range(2):
            ql, qh = a[:, 64 * h:64 * h + 64].astype(np.int32), a[:, 128 + 32 * h:160 + 32 * h].astype(np.int32)
            sc = a[:, 192 + 8 * h:200 + 8 * h].copy().view(np.int8).astype(np.float64)
            q = [(ql[:, :32] & 15) | ((qh & 3) << 4), (ql[:, 32:] & 15) | (((qh >> 2) & 3) << 4),
                 (ql[:, :32] >> 4) | (((qh >> 4) & 3) << 4), (ql[:, 32:] >> 4) | ((qh >> 6) << 4)]
            for g in range(4):
                s = np.repeat(sc[:, 2 * g:2 * g + 2], 16, axis=1)
                out[:, 128 * h + 32 * g:128 * h + 32 * g + 32] = f16(208) * s * (q[g] - 32)
        return out.reshape(-1)
    if t in (12, 13):
        sc, m = k_scales(a[:, 4:16].astype(np.int32))
        qs = a[:, 16 if t == 12 else 48:].astype(np.int32)
        qh = a[:, 16:48].astype(np.int32)
        out = np.empty((len(a), 256))
        for j in range(8):
            q = qs[:, 32 * (j // 2):32 * (j // 2) + 32]
            q = (q & 15) if j % 2 == 0 else (q >> 4)
            if t == 13:
                q = q | (((qh >> j) & 1) << 4)
            out[:, 32 * j:32 * j + 32] = f16(0) * sc[:, j:j + 1] * q - f16(2) * m[:, j:j + 1]
        return out.reshape(-1)
    d = f16(0)
    if t in (6, 7):
        at = 2 if t == 6 else 4
        bits = a[:, at:at + 4].copy().view("<u4").astype(np.int64)
        bit = (bits >> np.arange(32)) & 1
        n4 = a[:, at + 4:].astype(np.int64)
        q = np.concatenate([n4 & 15, n4 >> 4], axis=1) | (bit << 4)
        return (d * (q - 16) if t == 6 else d * q + f16(2)).reshape(-1)
    if t == 3:
        n4 = a[:, 4:].astype(np.int64)
        return (d * np.concatenate([n4 & 15, n4 >> 4], axis=1) + f16(2)).reshape(-1)
    if t == 8:
        return (d * a[:, 2:].view(np.int8)).reshape(-1)
    lo, hi = (a[:, 2:] & 15).astype(np.float64), (a[:, 2:] >> 4).astype(np.float64)
    return (d * (np.concatenate([lo, hi], axis=1) - 8)).reshape(-1)

# ---------------------------------------------------------------- GGUF

def _s(x):
    b = x.encode()
    return struct.pack("<Q", len(b)) + b

def _vocabulary(n):
    toks = (["<pad>", "<eos>", "<bos>", "<unk>"] + ["<0x%02X>" % i for i in range(256)])[:n]
    kind = ([3, 3, 3, 2] + [6] * 256)[:n]
    extra = ["\u2581"] + [chr(c) for c in range(33, 127)]
    letters = "etaoinshrdlucmfwypvbgk"
    extra += [a + b for a in letters for b in letters]
    extra += ["\u2581" + a for a in letters]
    extra += [a + b + c for a in letters for b in letters for c in letters]
    for e in extra:
        if len(toks) == n:
            break
        toks.append(e)
        kind.append(1)
    assert len(toks) == n
    score = [0.0 if i < 260 else -float(i - 260) for i in range(n)]
    return toks, kind, score

def make(path, ttype, seed, shape):
    V, D, L, F, H, K, HD, C, W = SHAPES[shape]
    rng = np.random.default_rng(seed)
    t = TYPES[ttype]
    toks, kind, score = _vocabulary(V)
    u32 = lambda k, v: _s(k) + struct.pack("<II", 4, v)
    f32 = lambda k, v: _s(k) + struct.pack("<If", 6, v)
    st = lambda k, v: _s(k) + struct.pack("<I", 8) + _s(v)
    bo = lambda k, v: _s(k) + struct.pack("<I?", 7, v)
    meta = [
        st("general.architecture", "gemma2"), st("general.name", f"random gemma2 {shape} seed {seed}"),
        u32("gemma2.context_length", C), u32("gemma2.embedding_length", D), u32("gemma2.block_count", L),
        u32("gemma2.feed_forward_length", F), u32("gemma2.attention.head_count", H),
        u32("gemma2.attention.head_count_kv", K), f32("gemma2.attention.layer_norm_rms_epsilon", 1e-6),
        u32("gemma2.attention.key_length", HD), u32("gemma2.attention.value_length", HD),
        f32("gemma2.attn_logit_softcapping", 50.0), f32("gemma2.final_logit_softcapping", 30.0),
        u32("gemma2.attention.sliding_window", W),
        st("tokenizer.ggml.model", "llama"), st("tokenizer.ggml.pre", "default"),
        u32("tokenizer.ggml.bos_token_id", 2), u32("tokenizer.ggml.eos_token_id", 1),
        u32("tokenizer.ggml.unknown_token_id", 3), u32("tokenizer.ggml.padding_token_id", 0),
        bo("tokenizer.ggml.add_bos_token", True), bo("tokenizer.ggml.add_eos_token", False),
        bo("tokenizer.ggml.add_space_prefix", False),
        _s("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, V) + b"".join(_s(x) for x in toks),
        _s("tokenizer.ggml.scores") + struct.pack("<IIQ", 9, 6, V) + np.array(score, "<f4").tobytes(),
        _s("tokenizer.ggml.token_type") + struct.pack("<IIQ", 9, 5, V) + np.array(kind, "<i4").tobytes(),
    ]
    tensors = []
    def mat(name, cols, rows, gain=1.0):       # GGUF shape (cols, rows): row-major, cols contiguous
        std = gain / math.sqrt(cols)
        if t in (0, 1, 2, 8, 30):
            raw = quantise(rng.standard_normal(rows * cols).astype(np.float32) * std, t)
        else:
            raw = random_blocks(rng, rows * cols, t, std)
        tensors.append((name, (cols, rows), t, raw))
    def vec(name, n):                          # norm weights as GGUF stores them: 1 + w
        w = (1.0 + 0.1 * rng.standard_normal(n)).astype(np.float32)
        tensors.append((name, (n,), 0, quantise(w, 0)))
    mat("token_embd.weight", D, V, gain=1.5)
    for i in range(L):
        p = f"blk.{i}."
        vec(p + "attn_norm.weight", D)
        mat(p + "attn_q.weight", D, H * HD, 2.5)   # gains large enough that both soft caps bite
        mat(p + "attn_k.weight", D, K * HD, 2.5)
        mat(p + "attn_v.weight", D, K * HD)
        mat(p + "attn_output.weight", H * HD, D)
        vec(p + "post_attention_norm.weight", D)
        vec(p + "ffn_norm.weight", D)
        mat(p + "ffn_gate.weight", D, F)
        mat(p + "ffn_up.weight", D, F)
        mat(p + "ffn_down.weight", F, D)
        vec(p + "post_ffw_norm.weight", D)
    vec("output_norm.weight", D)
    info, off = b"", 0
    for name, shp, ty, raw in tensors:
        info += _s(name) + struct.pack("<I", len(shp)) + b"".join(struct.pack("<Q", x) for x in shp)
        info += struct.pack("<IQ", ty, off)
        off += (len(raw) + 31) // 32 * 32
    with open(path, "wb") as f:
        f.write(b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(meta)) + b"".join(meta) + info)
        f.write(b"\0" * (-f.tell() % 32))
        for _, _, _, raw in tensors:
            f.write(raw + b"\0" * (-len(raw) % 32))

def read(path):
    data = open(path, "rb").read()
    pos = 0
    def take(fmt):
        nonlocal pos
        v = struct.unpack_from("<" + fmt, data, pos)
        pos += struct.calcsize("<" + fmt)
        return v[0] if len(v) == 1 else v
    def string():
        nonlocal pos
        n = take("Q")
        v = data[pos:pos + n].decode("utf-8", "replace")
        pos += n
        return v
    FMT = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
    def value(t):
        nonlocal pos
        if t == 8:
            return string()
        if t == 9:
            et, n = take("IQ")
            return [value(et) for _ in range(n)]
        return take(FMT[t])
    assert data[:4] == b"GGUF"
    pos = 4
    version, nt, nk = take("IQQ")
    meta = {}
    for _ in range(nk):
        k = string()
        meta[k] = value(take("I"))
    infos = []
    for _ in range(nt):
        name = string()
        nd = take("I")
        shp = [take("Q") for _ in range(nd)]
        ty, off = take("IQ")
        infos.append((name, shp, ty, off))
    base = (pos + 31) // 32 * 32
    tensors = {}
    for name, shp, ty, off in infos:
        n = int(np.prod(shp))
        b, sz = BLOCK[ty]
        raw = data[base + off: base + off + n // b * sz]
        tensors[name] = dequantise(raw, ty, n).reshape(shp[::-1])
    return meta, tensors

# ---------------------------------------------------------------- the model

def rms_norm(x, w, eps):
    return x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + eps) * w

def rope(x, pos, theta=10000.0):
    """x: (T, heads, head_dim). Halves are rotated against each other: dimension i pairs with i + head_dim/2."""
    half = x.shape[-1] // 2
    freq = theta ** (-np.arange(half) / half)
    a = pos[:, None] * freq
    c, s = np.cos(a)[:, None, :], np.sin(a)[:, None, :]
    x1, x2 = x[..., :half], x[..., half:]
    return np.concatenate([x1 * c - x2 * s, x2 * c + x1 * s], axis=-1)

def softcap(x, cap):
    return cap * np.tanh(x / cap)

def gelu_tanh(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))

def forward(meta, W, tokens):
    """Logits after each position, float64 (T, vocab)."""
    g = lambda k: meta["gemma2." + k]
    D, L, H, K = g("embedding_length"), g("block_count"), g("attention.head_count"), g("attention.head_count_kv")
    HD, win, eps = g("attention.key_length"), g("attention.sliding_window"), g("attention.layer_norm_rms_epsilon")
    T = len(tokens)
    pos = np.arange(T)
    x = W["token_embd.weight"][tokens] * math.sqrt(D)
    for i in range(L):
        w = lambda n: W[f"blk.{i}.{n}.weight"]
        h = rms_norm(x, w("attn_norm"), eps)
        q = rope((h @ w("attn_q").T).reshape(T, H, HD), pos) / math.sqrt(HD)
        k = rope((h @ w("attn_k").T).reshape(T, K, HD), pos)
        v = (h @ w("attn_v").T).reshape(T, K, HD)
        k, v = np.repeat(k, H // K, axis=1), np.repeat(v, H // K, axis=1)
        s = softcap(np.einsum("thd,uhd->htu", q, k), g("attn_logit_softcapping"))
        d = pos[:, None] - pos[None, :]
        mask = d >= 0
        if i % 2 == 0:                        # even layers look back over a sliding window of `win` tokens, itself included
            mask &= d < win
        s = np.where(mask[None], s, -np.inf)
        s = np.exp(s - s.max(axis=-1, keepdims=True))
        s /= s.sum(axis=-1, keepdims=True)
        o = np.einsum("htu,uhd->thd", s, v).reshape(T, H * HD)
        x = x + rms_norm(o @ w("attn_output").T, w("post_attention_norm"), eps)
        h = rms_norm(x, w("ffn_norm"), eps)
        f = (gelu_tanh(h @ w("ffn_gate").T) * (h @ w("ffn_up").T)) @ w("ffn_down").T
        x = x + rms_norm(f, w("post_ffw_norm"), eps)
    x = rms_norm(x, W["output_norm.weight"], eps)
    return softcap(x @ W["token_embd.weight"].T, g("final_logit_softcapping"))

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sub = ap.add_subparsers(dest="cmd", required=True)
    m = sub.add_parser("make")
    m.add_argument("out")
    m.add_argument("--type", default="f32", choices=TYPES)
    m.add_argument("--seed", type=int, default=1)
    m.add_argument("--shape", default="tiny", choices=SHAPES)
    l = sub.add_parser("logits")
    l.add_argument("model")
    l.add_argument("tokens")
    l.add_argument("out")
    a = ap.parse_args()
    if a.cmd == "make":
        make(a.out, a.type, a.seed, a.shape)
    else:
        meta, W = read(a.model)
        lg = forward(meta, W, json.load(open(a.tokens)))
        json.dump({"argmax": lg.argmax(axis=1).tolist(),
                   "logits": [[float("%.9g" % v) for v in row] for row in lg]}, open(a.out, "w"))

if __name__ == "__main__":
    main()
