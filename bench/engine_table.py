#!/usr/bin/env python3
"""Runs the engine and llama.cpp in turns on one file and prints the table:

    engine_table.py ASSAY FILE NAME ROUNDS GB/s GOPS [PEER...]

PEER is the command of engine_peer.mjs. Medians with spread; a ratio is that
of the medians.
"""
import json
import os
import statistics
import subprocess
import sys

# MACs of Gemma 2 2B for a token that is read: without the output matrix
READ_OPERATIONS = 2 * 2_024_275_968


def spread(values):
    return '%6.1f [%.1f-%.1f]' % (statistics.median(values), min(values),
                                  max(values))


def ours(assay, path):
    out = subprocess.run(
        [assay, 'bench', path, '--runs', '1', '--format', 'json'], check=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return json.loads(out)


def main():
    assay, path, name, rounds, gigabytes, operations = sys.argv[1:7]
    peer = None
    if sys.argv[7:]:
        peer = subprocess.Popen(sys.argv[7:], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True)
        peer.stdout.readline()  # loaded and warm
    mine = {'prefill': [], 'decode': [], 'eight': []}
    theirs = {'prefill': [], 'decode': []}
    for _ in range(int(rounds)):
        result = ours(assay, path)
        mine['prefill'].append(result['prefill_tokens_per_second']['median'])
        mine['decode'].append(result['decode_tokens_per_second']['median'])
        mine['eight'].append(result['decode_8_tokens_per_second']['median'])
        if peer:
            peer.stdin.write('\n')
            peer.stdin.flush()
            words = peer.stdout.readline().split()
            theirs['prefill'].append(float(words[1]))
            theirs['decode'].append(float(words[3]))
    if peer:
        peer.stdin.close()
        peer.wait(30)
    size = os.path.getsize(path)
    for what in ('prefill', 'decode'):
        median = statistics.median(mine[what])
        line = '%-7s %-8s assay %s' % (name, what, spread(mine[what]))
        if theirs[what]:
            line += '  llama.cpp %s  %.2fx' % (
                spread(theirs[what]),
                median / statistics.median(theirs[what]))
        if what == 'prefill' and float(operations):
            line += '  %.0f %% of int8 peak' % (
                100 * median * READ_OPERATIONS / 1e9 / float(operations))
        if what == 'decode':
            line += '  %.0f %% of the bandwidth' % (
                100 * median * size / 1e9 / float(gigabytes))
        print(line)
    print('%-7s eight    assay %s  %.2fx one' % (
        name, spread(mine['eight']),
        statistics.median(mine['eight']) / statistics.median(mine['decode'])))
    print('%-7s memory   %.0f MB at most, weights %.0f MB' % (
        name, result['peak_bytes'] / 1e6, result['weight_bytes'] / 1e6))


if __name__ == '__main__':
    main()
