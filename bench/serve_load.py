#!/usr/bin/env python3
"""Drives `assay serve` and nginx by turns with wrk, and prints a table:

    serve_load.py --store STORE --folder FOLDER [--rounds N] [--seconds N]

For each address: nginx sending the same bytes from a file, assay from its
page cache, assay making every page anew, and assay from its cache with gzip.
64 connections; the load shares the processor with what it measures, the same
for all. Medians of the rounds; p99 is the median of the rounds' p99; cpu is
the server's processor time for a request, which what else runs hardly moves.
"""
import argparse
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request

PAIR = 'google/gemma-2-2b/openai/gpt-4-vision-preview'
ADDRESSES = (
    ('compare page', '/compare/' + PAIR),
    ('model page', '/model/openai/gpt-4o'),
    ('API, compare', '/api/v1/compare?models=google/gemma-2-2b,'
                     'openai/gpt-4-vision-preview'),
)
AIM_RATIO, AIM_P99_MS, AIM_MB, AIM_FIRST_MS = 0.5, 20, 80, 100
ROW = '%-26s %10s %15s %7s %7s %7s %6s'
NGINX = '''
{user}
worker_processes 2;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    client_body_temp_path {folder}/t1;
    proxy_temp_path {folder}/t2;
    fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4;
    scgi_temp_path {folder}/t5;
    server {{ listen 127.0.0.1:{port}; root {folder}/html; }}
}}
'''


def free_port():
    with socket.create_server(('127.0.0.1', 0)) as one:
        return one.getsockname()[1]


def wait_for(port):
    end = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(('127.0.0.1', port), 1).close()
            return
        except OSError:
            if time.monotonic() > end:
                sys.exit('nothing listens on port %d' % port)
            time.sleep(0.001)


def fetch(port, path):
    with urllib.request.urlopen('http://127.0.0.1:%d%s' % (port, path),
                                timeout=30) as reply:
        return reply.read()


def start_assay(options, *more):
    port = free_port()
    process = subprocess.Popen(
        [os.environ['ASSAY'], 'serve', '--store', options.store, '--quiet',
         '--listen', '127.0.0.1:%d' % port, *more])
    wait_for(port)
    return process, port


def start_nginx(options, port):
    """Files 0.page, 1.page … hold what assay answers."""
    html = os.path.join(options.folder, 'html')
    os.makedirs(html)
    for number, (_, path) in enumerate(ADDRESSES):
        with open('%s/%d.page' % (html, number), 'wb') as file:
            file.write(fetch(port, path))
    own = free_port()
    conf = os.path.join(options.folder, 'nginx.conf')
    with open(conf, 'w', encoding='ascii') as file:
        # the folder is ours alone: a worker of another user cannot read it
        file.write(NGINX.format(
            folder=options.folder, port=own,
            user='user root;' if os.geteuid() == 0 else ''))
    process = subprocess.Popen(['nginx', '-c', conf],
                               stderr=subprocess.DEVNULL)
    wait_for(own)
    return process, own


def cpu_seconds(pid):
    """Of a process and its children that run."""
    total = 0.0
    with open('/proc/%d/task/%d/children' % (pid, pid),
              encoding='ascii') as file:
        pids = [pid] + [int(word) for word in file.read().split()]
    for one in pids:
        with open('/proc/%d/stat' % one, encoding='ascii') as file:
            fields = file.read().rsplit(')', 1)[1].split()
        total += (int(fields[11]) + int(fields[12])) / \
            os.sysconf('SC_CLK_TCK')
    return total


def in_ms(text):
    number, unit = re.fullmatch(r'([\d.]+)(us|ms|s|m)', text).groups()
    return float(number) * {'us': 1e-3, 'ms': 1, 's': 1e3, 'm': 6e4}[unit]


class Case:
    def __init__(self, name, server, path, *headers):
        self.name, (process, port) = name, server
        self.pid = process.pid
        self.command = ['wrk', '-t2', '-c64', '--latency'] + [
            word for header in headers for word in ('-H', header)]
        self.url = 'http://127.0.0.1:%d%s' % (port, path)
        self.rates, self.p50, self.p99, self.cpu_us = [], [], [], []

    def run(self, seconds, keep=True):
        before = cpu_seconds(self.pid)
        text = subprocess.run(
            self.command + ['-d%d' % seconds, self.url], check=True,
            stdout=subprocess.PIPE).stdout.decode()
        if 'Non-2xx' in text or 'Socket errors' in text:
            sys.exit('%s: %s\n%s' % (self.name, self.url, text))
        used = cpu_seconds(self.pid) - before
        if keep:
            self.cpu_us.append(used * 1e6 / int(re.search(
                r'(\d+) requests in', text)[1]))
            self.rates.append(float(re.search(r'Requests/sec:\s*(\S+)',
                                              text)[1]))
            self.p50.append(in_ms(re.search(r'\n\s+50%\s+(\S+)', text)[1]))
            self.p99.append(in_ms(re.search(r'\n\s+99%\s+(\S+)', text)[1]))

    def rate(self):
        return statistics.median(self.rates)

    def show(self, peer):
        ratio = self.rate() / peer.rate() if peer else None
        p99 = statistics.median(self.p99)
        print(ROW % (self.name, format(self.rate(), ',.0f'),
                     '%s-%s' % (format(min(self.rates), ',.0f'),
                                format(max(self.rates), ',.0f')),
                     '%.2f' % statistics.median(self.p50), '%.1f' % p99,
                     '%.0f us' % statistics.median(self.cpu_us),
                     '%.2fx' % ratio if ratio else ''))
        return ratio, p99


def peak_mb(process):
    with open('/proc/%d/status' % process.pid, encoding='ascii') as file:
        return int(re.search(r'VmHWM:\s*(\d+) kB', file.read())[1]) / 1e3


def verdict(what, value, aim, unit, met):
    print('    aim %s %g%s %s' % (what, aim, unit, 'met' if met else
                                  'MISSED: %.3g%s' % (value, unit)))


def measure(options, cached, fresh, nginx):
    for number, (name, path) in enumerate(ADDRESSES):
        size = len(fetch(cached[1], path))
        peer = Case('nginx, a file of it', nginx, '/%d.page' % number) \
            if nginx else None
        ours = Case('assay, page cache', cached, path)
        cases = [ours] + ([peer] if peer else []) + [
            Case('assay, gzip, page cache', cached, path,
                 'Accept-Encoding: gzip'),
            Case('assay, every page anew', fresh, path)]
        for case in cases:
            case.run(1, keep=False)
        for _ in range(options.rounds):
            for case in cases:
                case.run(options.seconds)
        print('\n%s, %.1f KB, 64 connections (%d rounds of %d s)' % (
            name[0].upper() + name[1:], size / 1e3, options.rounds,
            options.seconds))
        print(ROW % ('', 'requests/s', 'min-max', 'p50 ms', 'p99 ms', 'cpu',
                     'ratio'))
        for case in cases:
            ratio, p99 = case.show(peer)
            if case is not ours:
                continue
            if ratio:
                verdict('of nginx', ratio, AIM_RATIO, 'x',
                        ratio >= AIM_RATIO)
            verdict('p99', p99, AIM_P99_MS, ' ms', p99 < AIM_P99_MS)


def first_page(options):
    """From the start of the process until a comparison has come."""
    taken = []
    for _ in range(5):
        begun = time.monotonic()
        process, port = start_assay(options)
        fetch(port, ADDRESSES[0][1])
        taken.append((time.monotonic() - begun) * 1e3)
        process.terminate()
        process.wait(15)
    first = statistics.median(taken)
    print('\nFirst page, from the start of the process: %.0f ms' % first)
    verdict('first page', first, AIM_FIRST_MS, ' ms', first <= AIM_FIRST_MS)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--store', required=True)
    parser.add_argument('--folder', required=True)
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--seconds', type=int, default=2)
    options = parser.parse_args()
    os.makedirs(options.folder)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    processes = []
    try:
        cached = start_assay(options)
        processes.append(cached[0])
        fresh = start_assay(options, '--no-cache')
        processes.append(fresh[0])
        nginx = None
        if shutil.which('nginx'):
            nginx = start_nginx(options, cached[1])
            processes.append(nginx[0])
        measure(options, cached, fresh, nginx)
        for process, name in zip(processes, ('page cache', 'no page cache')):
            print('\nPeak memory, all four catalogs, %s: %.1f MB' % (
                name, peak_mb(process)))
            verdict('memory', peak_mb(process), AIM_MB, ' MB',
                    peak_mb(process) <= AIM_MB)
        first_page(options)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(15)


main()
