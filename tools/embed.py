#!/usr/bin/env python3
"""Writes files as C constants: the tables declared in src/base/embed.h.

usage: embed.py OUT.c [--table NAME FILE...]... [--one NAME [FILE]]...

--table NAME gives assay_embedded_NAME[], assay_embedded_NAME_count, and
assay_embedded_NAME_print, the SHA-256 over all names and bytes;
--one NAME gives the single struct assay_embedded_NAME.
Bytes are written as string literals: gcc reads 2 MB of them in a fraction
of a second, where an array of numbers takes many.
"""

import hashlib
import os
import sys

CHUNK = 2000  # bytes a literal, so that lines stay readable in a debugger


def escape_table():
    """One C spelling for each byte; three octal digits never run together
    with what follows, and '?' is escaped because C17 has trigraphs."""
    table = []
    for byte in range(256):
        char = chr(byte)
        if char in '\\"?':
            table.append('\\' + char)
        elif 32 <= byte < 127:
            table.append(char)
        elif char == '\n':
            table.append('\\n')
        else:
            table.append('\\%03o' % byte)
    return table


ESCAPES = escape_table()


def literal(data):
    lines = []
    for start in range(0, len(data), CHUNK):
        chunk = data[start:start + CHUNK]
        lines.append('    "%s"' % ''.join(map(ESCAPES.__getitem__, chunk)))
    return '\n'.join(lines) or '    ""'


def entry(out, symbol, path):
    """Writes the bytes of one file; returns its struct initializer."""
    with open(path, 'rb') as file:
        data = file.read()
    out.append('static const unsigned char %s[] =\n%s;' %
               (symbol, literal(data)))
    name = os.path.basename(path).replace('\\', '\\\\').replace('"', '\\"')
    return '{"%s", %s, %d}' % (name, symbol, len(data))


def write_table(out, name, paths):
    paths = sorted(paths, key=os.path.basename)
    entries = [entry(out, '%s_%d' % (name, index), path)
               for index, path in enumerate(paths)]
    out.append('const struct assay_embedded assay_embedded_%s[] = {\n'
               '    %s,\n};' % (name, ',\n    '.join(entries or ['{0}'])))
    out.append('const size_t assay_embedded_%s_count = %d;' %
               (name, len(entries)))
    out.append('const char assay_embedded_%s_print[] = "%s";' %
               (name, fingerprint(paths)))


def fingerprint(paths):
    print_of = hashlib.sha256()
    for path in paths:
        with open(path, 'rb') as file:
            data = file.read()
        print_of.update(b'%s %d\n' % (os.path.basename(path).encode(),
                                      len(data)))
        print_of.update(data)
    return print_of.hexdigest()


def write_one(out, name, paths):
    if len(paths) > 1:
        sys.exit('embed.py: --one %s takes one file' % name)
    value = entry(out, name, paths[0]) if paths else \
        '{"", (const unsigned char *)"", 0}'
    out.append('const struct assay_embedded assay_embedded_%s = %s;' %
               (name, value))


def main(args):
    out = ['/* Written by tools/embed.py. */',
           '#include "base/embed.h"',
           '#pragma GCC diagnostic ignored "-Woverlength-strings"']
    groups = []
    for arg in args[1:]:
        if arg in ('--table', '--one'):
            groups.append([arg])
        elif not groups:
            sys.exit(__doc__)
        else:
            groups[-1].append(arg)
    for kind, name, *paths in groups:
        (write_table if kind == '--table' else write_one)(out, name, paths)
    with open(args[0], 'w', encoding='ascii') as file:
        file.write('\n\n'.join(out) + '\n')


if __name__ == '__main__':
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
