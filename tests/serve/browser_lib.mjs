// What the browser tests stand on: a real `assay serve` with a store of its
// own, Debian's chromium, and pages that are watched: what the console says,
// and every address that is asked.
import {spawn, execFileSync} from 'node:child_process';
import {createRequire} from 'node:module';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

const need = createRequire(path.resolve(process.env.ASSAY_NPM, 'x.js'));
const {chromium} = need('playwright-core');
const axe = fs.readFileSync(need.resolve('axe-core/axe.min.js'), 'utf8');

export const DAY = '2026-11-22';
const WAIT_MS = 60000; // longest for anything, a sanitizer included

export function expect(condition, what, ...seen) {
  if (!condition)
    throw new Error([what, ...seen.map(one =>
      typeof one === 'string' ? one : JSON.stringify(one))].join('; saw '));
}

// ------------------------------------------------------------- the server

export async function startServer(assay, imports = []) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'assay-browser-'));
  const store = path.join(folder, 'assay.db');
  for (const file of imports)
    execFileSync(assay, ['import', 'facts', file, '--store', store],
      {stdio: ['ignore', 'ignore', 'inherit']});
  const child = spawn(assay, ['serve', '--store', store, '--as-of', DAY,
    '--listen', '127.0.0.1:0'], {stdio: ['ignore', 'ignore', 'pipe']});
  let said = '';
  const url = await new Promise((resolve, reject) => {
    const timer = setTimeout(() =>
      reject(new Error('the server does not listen: ' + said)), WAIT_MS);
    child.stderr.on('data', bytes => {
      said = (said + bytes).slice(-20000);
      const found = /assay: listening on (\S+)/.exec(said);
      if (!found) return;
      clearTimeout(timer);
      resolve(found[1]);
    });
    child.on('exit', code => {
      clearTimeout(timer);
      reject(new Error(`the server ended with ${code}: ${said}`));
    });
  });
  child.removeAllListeners('exit');
  // Its exit code counts: a sanitizer reports at the end.
  async function stop() {
    const ended = new Promise(resolve => child.on('exit', resolve));
    const timer = setTimeout(() => child.kill('SIGKILL'), WAIT_MS);
    child.kill('SIGTERM');
    const code = await ended;
    clearTimeout(timer);
    fs.rmSync(folder, {recursive: true, force: true});
    expect(code === 0, 'the server ends with exit code 0', code, said);
  }
  return {url, stop};
}

// ------------------------------------------------------------- the browser

export function startBrowser() {
  return chromium.launch({
    executablePath: process.env.ASSAY_CHROMIUM || '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic',
      '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
}

// One person with one window. `faults` gathers what must not happen.
export async function visitor(browser, server, options = {}) {
  const context = await browser.newContext({
    viewport: {width: options.width || 1280, height: 900},
    colorScheme: options.scheme || 'light',
    javaScriptEnabled: options.scripts !== false,
    baseURL: server.url,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  const faults = [];

  context.setDefaultTimeout(WAIT_MS / 2);
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning')
      faults.push(`console: ${message.text()} (${page.url()})`);
  });
  page.on('pageerror', error => faults.push(`error: ${error}`));
  page.on('dialog', dialog => {
    faults.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('request', request => {
    if (!request.url().startsWith(server.url + '/'))
      faults.push(`asks elsewhere: ${request.url()}`);
  });
  return {context, page, faults};
}

// Runs `act` as a visitor; afterwards there must be no fault.
export async function visit(world, options, act) {
  const {context, page, faults} =
    await visitor(world.browser, world.server, options);
  try {
    await act(page, faults);
    expect(faults.length === 0, 'nothing goes wrong', faults);
  } finally {
    await context.close();
  }
}

export function overflow(page) {
  return page.evaluate(() =>
    document.scrollingElement.scrollWidth - window.innerWidth);
}

// Serious and critical findings of axe-core, a line each.
export async function findings(page) {
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(axe);
  return page.evaluate(async () => {
    const result = await window.axe.run(document,
      {resultTypes: ['violations']});
    return result.violations
      .filter(one => one.impact === 'serious' || one.impact === 'critical')
      .map(one => `${one.id}: ${one.nodes.length}x ` +
        one.nodes.slice(0, 3).map(node => node.target.join(' ') + ' ' +
          (node.any[0] ? node.any[0].message : '')).join(' | '));
  });
}
