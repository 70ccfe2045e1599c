"""What the tree checks share: which files there are, C without its comments
and strings, and how a result is printed."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE_FOLDERS = ('include', 'src', 'tests', 'fuzz', 'bench')


def all_files():
    """Every file that is or could be committed, relative to the root."""
    try:
        listed = subprocess.run(
            ['git', 'ls-files', '-z', '--cached', '--others',
             '--exclude-standard'], cwd=ROOT, check=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        names = listed.stdout.decode().split('\0')
    except (OSError, subprocess.CalledProcessError):
        names = []
    if not any(names):  # an unpacked archive, perhaps inside another's tree
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob('*')]
    paths = sorted({pathlib.Path(name) for name in names if name})
    return [path for path in paths
            if path.parts[0] != 'build' and (ROOT / path).is_file()]


def c_files(*folders):
    return [path for path in all_files()
            if path.suffix in ('.c', '.h') and
            path.parts[0] in (folders or SOURCE_FOLDERS)]


def read(path):
    return (ROOT / path).read_text(encoding='utf-8')


TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'',
    re.DOTALL)


def code_only(text):
    """C text with comments and literals blanked; every line stays."""
    def blank(match):
        return re.sub(r'[^\n]', ' ', match[0])
    return TOKEN.sub(blank, text)


def includes(path):
    """(line number, included name, is quoted) for each #include."""
    for number, line in enumerate(read(path).splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if match:
            yield number, match[2], match[1] == '"'


def finish(name, failures):
    """Prints the one result of a check; ends the program."""
    if not failures:
        print(f'ok {name}')
        sys.exit(0)
    print(f'FAIL {name}: {len(failures)} places')
    for failure in failures:
        print(f'    {failure}')
    sys.exit(1)
