#!/usr/bin/env python3
"""Words and habits that CONVENTIONS.md rules out, by text. One result line;
`warn:` lines do not fail."""

import re

import tree

BANNED_CALLS = """
    strcpy strcat strncpy strncat sprintf vsprintf strtok atoi atol atoll atof
    sscanf gets gmtime localtime rand srand alloca setjmp longjmp
""".split()

# pattern, complaint, folders of src that may
PATTERNS = [
    (r'\b(%s)\s*\(' % '|'.join(BANNED_CALLS), 'banned call', ()),
    (r'#\s*include\s*<(threads|setjmp|alloca)\.h>', 'banned header', ()),
    (r'\bsetlocale\s*\(', 'numbers are printed in one way: no locale', ()),
    (r'\b_Generic\b', 'banned: _Generic', ()),
    (r'\btypedef\s+(struct|union|enum)\b', 'a typedef hides a struct', ()),
    (r'\berrno\b', 'errno stops at base, store and net',
     ('base', 'store', 'net', 'cli')),
    (r'\b(printf|puts|putchar|perror)\s*\(|\bfprintf\s*\(\s*std(err|out)\b',
     'only cli and serve print', ('cli', 'serve')),
    (r'\b(exit|_exit|abort|quick_exit)\s*\(',
     'only cli and serve end the program; base, when memory is refused',
     ('base', 'cli', 'serve')),
    (r'^static\b[^;={(]*\bassay_\w+\s*\(',
     'a static function named assay_', ()),
]

# (file, matched word) that may all the same, each with its reason.
ALLOWED = {
    ('src/base/arena.c', 'fprintf'),    # out of memory: one line, then stop
    ('src/serve/server_listen.c', 'errno'),     # net is HTTP out
    ('src/cli/line_input.c', 'setlocale'),  # libedit: LC_CTYPE alone
}

STYLE_SUFFIXES = ('.c', '.h', '.py', '.sh', '.build', '.md', '.sql', '.css',
                  '.mjs', '.txt', '.map')
MAX_LINES = 600


def is_fixture(path):
    """Inputs and golden output are what they are."""
    return 'corpus' in path.parts or 'fixtures' in path.parts or \
        path.parts[0] == 'data'


def check_patterns(path):
    folder = path.parts[1] if path.parts[0] == 'src' else ''
    lines = tree.code_only(tree.read(path)).splitlines()
    for number, line in enumerate(lines, 1):
        for pattern, complaint, may in PATTERNS:
            match = re.search(pattern, line)
            if not match or folder in may:
                continue
            word = re.sub(r'\W.*', '', match[0].strip())
            if (str(path), word) not in ALLOWED:
                yield f'{path}:{number}: {complaint}: {match[0].strip()}'


def check_style(path):
    try:
        text = tree.read(path)
    except UnicodeDecodeError:
        yield f'{path}:1: not UTF-8'
        return
    for number, line in enumerate(text.split('\n'), 1):
        if '\t' in line:
            yield f'{path}:{number}: a tab'
        if line != line.rstrip():
            yield f'{path}:{number}: space at the end of the line'
    if text and not text.endswith('\n'):
        yield f'{path}:{text.count(chr(10)) + 1}: no newline at the end'
    if text.endswith('\n\n'):
        yield f'{path}:{text.count(chr(10))}: empty line at the end'


def main():
    failures = []
    for path in tree.c_files('src', 'include'):
        failures += check_patterns(path)
    for path in tree.all_files():
        if path.suffix not in STYLE_SUFFIXES or is_fixture(path):
            continue
        failures += check_style(path)
        length = tree.read(path).count('\n')
        if path.suffix not in ('.c', '.h') or length <= MAX_LINES:
            continue
        place = f'{path}:{length}: longer than {MAX_LINES} lines'
        if path.parts[0] in ('src', 'include'):
            failures.append(place)
        else:
            print(f'warn: {place}')
    tree.finish('banned', failures)


main()
