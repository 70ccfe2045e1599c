#!/usr/bin/env python3
"""The HTTP server as a client meets it, over real sockets on loopback; one
result line a case:

    tests/serve/test_server.py ASSAY [WORD...]

With words, only cases whose name has one of them. ASSAY_TEST_FULL=1 waits for
every deadline and drips on 2,000 connections. Each server is started here,
on a free port, with a store of its own, and ended by its own process id; its
exit code counts, so that what a sanitizer finds at the end is a failure too.
"""
import os
import sys
import traceback

import serve_world
# each adds its cases, in this order
import server_requests
import server_access
import server_connections
import server_store
import server_operations
import server_model


def main():
    if len(sys.argv) < 2 or not os.access(sys.argv[1], os.X_OK):
        sys.exit(__doc__)
    serve_world.ASSAY = os.path.abspath(sys.argv[1])
    failed = False
    with serve_world.Server() as shared:
        for name, function, full in serve_world.CASES:
            if sys.argv[2:] and not any(word in name
                                        for word in sys.argv[2:]):
                continue
            if full and not serve_world.FULL:
                continue
            try:
                function(shared)
                print('ok serve: %s' % name, flush=True)
            except Exception as error:     # of any kind: a case has failed
                failed = True
                text = str(error) if isinstance(error, AssertionError) and \
                    str(error) else traceback.format_exc()
                print('FAIL serve: %s\n%s' % (name, '\n'.join(
                    '    ' + line for line in text.splitlines())), flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
