#!/usr/bin/env python3
"""Who may include whom, as docs/architecture.md says it; file names are
unique; each public header compiles alone. One result line."""

import collections
import pathlib
import subprocess

import tree

# A folder may include the front doors of the folders in its row.
MAY_INCLUDE = {
    'base': '',
    'store': 'base',
    'net': 'base',
    'gguf': 'base',
    'decision': 'base',
    'wire': 'base',
    'catalog': 'base store decision wire',
    'engine': 'base gguf',
    'import': 'base net gguf catalog',
    'compare': 'base catalog decision',
    'render': 'base decision',
    'route': 'base net wire engine',
    'trial': 'base store decision wire catalog route',
    'serve': 'base store net gguf decision wire catalog engine import '
             'compare render route trial',
    'cli': 'base store net gguf decision wire catalog engine import '
           'compare render route trial serve',
}

# Public headers that belong to a folder which has no file of their name.
HEADER_OWNER = {
    'assay.h': 'cli',       # the umbrella: nothing inside includes it
    'state.h': 'base',      # the four states; no code
    'chat.h': 'base',       # a conversation; no code
    'sample.h': 'base',     # published answers; no code
    'dialect.h': 'wire',
    'secret.h': 'base',
    'suite.h': 'trial',
    'score.h': 'trial',
    'ledger.h': 'trial',
    'report.h': 'trial',
    'trial.h': 'trial',
}

# Front doors besides public headers and src/FOLDER/FOLDER.h.
MORE_FRONT_DOORS = {
    'base/embed.h',         # files compiled into the binary
    'gguf/blocks.h',        # what the bytes of a tensor mean
    'base/cpu.h',           # what the processor can do
    'base/heap.h',          # how memory is taken from the system
    'base/pool.h',          # threads that share work
    'catalog/catalog_file.h',  # the file that the catalog stands in
}

# Only these files of cli include serve.
SERVE_USERS = ('src/cli/cmd_serve.c', 'src/cli/cmd_export.c')

# System headers with one user.
SOLE_USER = {
    'sqlite3.h': 'store',
    'curl/curl.h': 'net',
    'microhttpd.h': 'serve',
    'histedit.h': 'cli',
    'yaml.h': 'trial',
}

# Names that each folder has its own of.
COMMON_NAMES = {'README.md', 'meson.build'}


def header_owner(name):
    """The folder of include/assay/NAME, or None."""
    if name in HEADER_OWNER:
        return HEADER_OWNER[name]
    stem = pathlib.Path(name).stem
    for folder in MAY_INCLUDE:
        if (tree.ROOT / 'src' / folder / (stem + '.c')).exists():
            return folder
    return stem if stem in MAY_INCLUDE else None


def check_include(path, folder, name):
    """The complaint about one quoted include in a file of a folder."""
    first, _, rest = name.partition('/')
    if first == 'assay':
        owner = header_owner(rest)
        if owner is None:
            return f'"{name}" belongs to no folder: name it in HEADER_OWNER'
    elif first in MAY_INCLUDE and rest:
        owner = first
        front_door = rest == first + '.h' or name in MORE_FRONT_DOORS
        if owner != folder and not front_door:
            return f'"{name}" is private to {owner}'
        if path.parts[0] == 'include':
            return f'a public header includes the private "{name}"'
    else:
        return f'"{name}" is neither "assay/..." nor "FOLDER/..."'
    if owner == folder:
        return None
    if owner not in MAY_INCLUDE[folder].split():
        return f'{folder} may not include {owner} ("{name}")'
    if owner == 'serve' and str(path) not in SERVE_USERS:
        return f'only {" and ".join(SERVE_USERS)} may include serve ("{name}")'
    return None


def folder_of(path):
    if path.parts[0] == 'include':
        return header_owner(path.name)
    return path.parts[1] if len(path.parts) > 2 else None


def check_file(path):
    folder = folder_of(path)
    if folder is None:
        yield f'{path}:1: belongs to no folder: name it in HEADER_OWNER'
        return
    if folder not in MAY_INCLUDE:
        yield f'{path}:1: folder {folder} has no row in MAY_INCLUDE'
        return
    own = {f'assay/{path.stem}.h', f'{folder}/{path.stem}.h'}
    places = ('include', 'src')
    seen = []
    for number, name, quoted in tree.includes(path):
        seen.append(name)
        user = SOLE_USER.get(name)
        if user and user != folder:
            yield f'{path}:{number}: only {user} may include <{name}>'
        if quoted:
            complaint = check_include(path, folder, name)
            if complaint:
                yield f'{path}:{number}: {complaint}'
    own = {name for name in own
           if any((tree.ROOT / place / name).exists() for place in places)}
    if path.suffix == '.c' and own and seen and seen[0] not in own:
        yield f'{path}:1: its own header {min(own)} comes first'


def check_unique(paths):
    places = collections.defaultdict(list)
    for path in paths:
        if path.parts[0] in tree.SOURCE_FOLDERS + ('tools',) and \
                path.suffix in ('.c', '.h', '.py', '.sh', '.sql', '.css'):
            places[path.name].append(str(path))
    for name, found in sorted(places.items()):
        if name not in COMMON_NAMES and len(found) > 1:
            yield f'{found[1]}:1: same file name as {found[0]}'


def check_alone(path):
    run = subprocess.run(
        ['gcc', '-std=c17', '-D_POSIX_C_SOURCE=200809L', '-Wall', '-Wextra',
         '-Wpedantic', '-Werror', '-fsyntax-only', '-Iinclude', '-x', 'c',
         '-include', path.relative_to('include').as_posix(), '-'],
        input='extern int nothing_else;\n',
        cwd=tree.ROOT, capture_output=True, text=True)
    if run.returncode:
        first = next((line for line in run.stderr.splitlines()
                      if 'error' in line), 'gcc failed')
        yield f'{path}:1: does not compile alone: {first}'


def main():
    failures = []
    for path in tree.c_files('include', 'src'):
        failures += check_file(path)
    failures += check_unique(tree.all_files())
    for path in tree.c_files('include'):
        failures += check_alone(path)
    tree.finish('includes', failures)


main()
