#!/usr/bin/env python3
"""Every source, test, fuzz target and built-in fact file is named in the
meson.build of its folder, and every src folder explains itself in a README.
A file that nobody lists is not compiled, and a test not listed never fails.
One result line."""

import re

import tree


def names_in(build_file):
    """The quoted words of a meson.build, without its comments."""
    if not (tree.ROOT / build_file).exists():
        return set()
    text = re.sub(r'#[^\n]*', '', tree.read(build_file))
    return set(re.findall(r"'([^']*)'", text))


def listing(path):
    """(meson.build, name in it) that a file needs, or None."""
    parts = path.parts
    if parts[0] == 'src' and len(parts) == 3 and \
            path.suffix in ('.c', '.sql', '.css'):
        return f'src/{parts[1]}/meson.build', path.name
    if parts[0] == 'tests' and len(parts) == 3 and \
            path.name.startswith('test_') and path.suffix == '.c':
        return f'tests/{parts[1]}/meson.build', path.stem[len('test_'):]
    if parts[0] == 'fuzz' and path.name.startswith('fuzz_') and \
            path.suffix == '.c':
        return 'fuzz/meson.build', path.stem[len('fuzz_'):]
    if parts[:2] == ('data', 'catalog') and path.suffix == '.json':
        return 'data/catalog/meson.build', path.name
    return None


def main():
    failures = []
    known = {}
    folders = set()
    for path in tree.all_files():
        if path.parts[0] == 'src' and len(path.parts) > 2:
            folders.add(path.parts[1])
        wanted = listing(path)
        if wanted is None:
            continue
        build_file, name = wanted
        if build_file not in known:
            known[build_file] = names_in(build_file)
        if name not in known[build_file]:
            failures.append(f'{path}:1: not listed in {build_file}')
        if path.parts[0] == 'fuzz':
            corpus = tree.ROOT / 'fuzz' / 'corpus' / name
            if not corpus.is_dir() or not any(corpus.iterdir()):
                failures.append(f'{path}:1: no input in fuzz/corpus/{name}')
    for folder in sorted(folders):
        if not (tree.ROOT / 'src' / folder / 'README.md').exists():
            failures.append(f'src/{folder}:1: has no README.md')
    tree.finish('listed', failures)


main()
