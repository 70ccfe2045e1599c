/*
 * MT19937 as CPython seeds and uses it.
 */
#include "trial/python_random.h"

#include <math.h>

enum { WORDS = 624, MIDDLE = 397 };

static void seed_words(uint32_t *state, uint32_t seed)
{
    state[0] = seed;
    for (uint32_t i = 1; i < WORDS; i++)
        state[i] = 1812433253u * (state[i - 1] ^ (state[i - 1] >> 30)) + i;
}

/* init_by_array of one word. */
void assay_python_random_init(struct assay_python_random *random, uint32_t seed)
{
    uint32_t *s = random->state, i = 1;

    seed_words(s, 19650218u);
    for (uint32_t k = WORDS; k > 0; k--) {
        s[i] = (s[i] ^ ((s[i - 1] ^ (s[i - 1] >> 30)) * 1664525u)) + seed;
        if (++i == WORDS) {
            s[0] = s[WORDS - 1];
            i = 1;
        }
    }
    for (uint32_t k = WORDS - 1; k > 0; k--) {
        s[i] = (s[i] ^ ((s[i - 1] ^ (s[i - 1] >> 30)) * 1566083941u)) - i;
        if (++i == WORDS) {
            s[0] = s[WORDS - 1];
            i = 1;
        }
    }
    s[0] = 0x80000000u;
    random->at = WORDS;
}

static void turn(struct assay_python_random *random)
{
    uint32_t *s = random->state;

    for (uint32_t i = 0; i < WORDS; i++) {
        uint32_t y = (s[i] & 0x80000000u) | (s[(i + 1) % WORDS] & 0x7fffffffu);
        s[i] = s[(i + MIDDLE) % WORDS] ^ (y >> 1) ^ ((y & 1) ? 0x9908b0dfu : 0);
    }
    random->at = 0;
}

static uint32_t next_word(struct assay_python_random *random)
{
    if (random->at == WORDS)
        turn(random);
    uint32_t y = random->state[random->at++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

/* 0 … n - 1, by as many bits as n has, drawn again when too large. */
static uint32_t below(struct assay_python_random *random, uint32_t n)
{
    unsigned bits = 0;

    while (bits < 32 && n >> bits)
        bits++;
    uint32_t r = next_word(random) >> (32 - bits);
    while (r >= n)
        r = next_word(random) >> (32 - bits);
    return r;
}

/* Up to which n CPython keeps a pool instead of a set of those chosen. */
static double pool_limit(uint32_t k)
{
    return k > 5 ? 21 + pow(4, ceil(log(k * 3.0) / log(4))) : 21;
}

void assay_python_random_sample(struct assay_python_random *random,
                                struct assay_arena *scratch, uint32_t n,
                                uint32_t k, uint32_t *chosen)
{
    if (n <= pool_limit(k)) {
        uint32_t *pool = ASSAY_NEW_ARRAY(scratch, uint32_t, n + 1);
        for (uint32_t i = 0; i < n; i++)
            pool[i] = i;
        for (uint32_t i = 0; i < k; i++) {
            uint32_t j = below(random, n - i);
            chosen[i] = pool[j];
            pool[j] = pool[n - i - 1];
        }
        return;
    }
    for (uint32_t i = 0; i < k; i++) {
        bool again = true;
        while (again) {
            chosen[i] = below(random, n);
            again = false;
            for (uint32_t other = 0; other < i; other++)
                again = again || chosen[other] == chosen[i];
        }
    }
}
