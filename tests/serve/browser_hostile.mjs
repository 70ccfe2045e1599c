// Payloads in every text field of an import: every kind of page, its Markdown
// twin and the API, against the same facts with harmless words. The browser
// reads both; the hostile page must be the harmless one with its words
// replaced, and nothing else: no element, no attribute, no script, no request.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {expect, startServer, visitor} from './browser_lib.mjs';
import {hostileFacts, harmlessFacts, idPayloads, models, replaceWords, sources,
  tableOfWords} from './hostile_facts.mjs';
import {payloads, refused} from './hostile_payloads.mjs';

const FULL = Boolean(process.env.ASSAY_TEST_FULL);
const reader = fs.readFileSync(
  path.join(path.dirname(new URL(import.meta.url).pathname),
    'hostile_page.js'), 'utf8');

// Once for all cases: two stores, two servers.
let made;
function servers(world) {
  made ??= make(world);
  return made;
}
async function make(world) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'assay-hostile-'));
  function write(kind, facts) {
    return facts.map((one, i) => {
      const file = path.join(folder, `${kind}-${i}.json`);
      fs.writeFileSync(file, JSON.stringify(one));
      return file;
    });
  }
  const twin = await startServer(world.assay,
    write('harmless', harmlessFacts()));
  const hostile = await startServer(world.assay, write('hostile', hostileFacts()));
  fs.rmSync(folder, {recursive: true, force: true});
  return {twin, hostile};
}
export async function stopHostile() {
  if (!made) return;
  const {twin, hostile} = await made;
  await Promise.all([twin.stop(), hostile.stop()]);
}

async function get(server, address) {
  const answer = await fetch(server.url + address, {redirect: 'manual'});
  return {status: answer.status, text: await answer.text(),
    type: answer.headers.get('content-type') || '',
    csp: answer.headers.get('content-security-policy') || ''};
}
// An address of the twin as the hostile server has it.
function hostileAddress(address) {
  return replaceWords(address, payload => encodeURIComponent(payload));
}
async function both(world, address) {
  const {twin, hostile} = await servers(world);
  const pair = await Promise.all(
    [get(twin, address), get(hostile, hostileAddress(address))]);
  expect(pair[0].status === 200 && pair[1].status === 200,
    'both answer ' + address, pair[0].status, pair[1].status,
    pair[1].status === 200 ? '' : pair[1].text.slice(0, 300));
  return pair;
}

// Some at once; each worker has an empty page that reads.
async function readAll(world, list, act) {
  const context = await world.browser.newContext();
  const queue = [...list];
  const counts = {};
  async function work() {
    const page = await context.newPage();
    await page.evaluate(reader);
    await page.evaluate(table => window.setUp(table), tableOfWords());
    while (queue.length) await act(page, queue.shift());
    for (const [field, count] of
      Object.entries(await page.evaluate(() => window.seenWords())))
      counts[field] = Math.max(counts[field] || 0, count);
  }
  try {
    await Promise.all([work(), work()]);
  } finally {
    await context.close();
  }
  return counts;
}

function some(list, every) {
  return FULL ? list : list.filter((_, i) => i % every === 0);
}
function addresses() {
  const pairs = models.map((id, k) =>
    `/compare/${id}/${models[(k + 1) % models.length]}`);
  const eight = models.filter((_, k) => k % 43 === 0);
  return [
    ...models.map(id => '/model/' + id),
    ...some(pairs, 4),
    '/compare/' + eight.join('/'),
    ...some(models, 4).map(id => '/provider/' + id.replace('evil/m', 'host')),
    ...some(sources, 3).map(id => '/source/' + id),
    ...some(models, 12).map((id, k) =>
      `/cost?models=${id},${models[(12 * k + 5) % models.length]}`),
    '/models?creator=evil&sort=id', '/models?q=evil&limit=40',
    '/find?q=provider=host007', '/find?q=context%3E400k&limit=100',
    '/find?q=vision,cost%3C1000&limit=60',
    ...some([1, 2, 3, 4, 5, 6, 7, 8], 3).map(page => '/conflicts?page=' + page),
    ...some([1, 2, 3, 4, 5, 6], 3)
      .map(page => '/changes?from=2026-07-01&page=' + page),
    ...some(models, 60).map(id => '/changes?from=2020-01-01&model=' + id),
    '/sources',
  ];
}

// The pages.
async function pagesAreTheTwins(world) {
  const counts = await readAll(world, addresses(), async (page, address) => {
    const [twin, hostile] = await both(world, address);
    const faults = await page.evaluate(([a, b]) => window.checkPage(a, b),
      [twin.text, hostile.text]);
    expect(faults.length === 0, address, faults.join('\n'));
    expect(hostile.text.length < 400000, address + ' is not huge',
      hostile.text.length);
  });
  /* what would pass because it is shown nowhere */
  for (const field of ['name', 'license', 'architecture', 'tokenizer', 'note',
    'benchmark', 'setting', 'variant', 'harness', 'benchmark url',
    'provider name', 'region', 'quantization', 'source title',
    'source license', 'source url', 'base url'])
    expect(counts[field] > 0, 'shown somewhere: ' + field, counts);
  for (const field of ['name', 'license'])
    expect(counts[field] >= payloads.length / 2,
      'nearly all are shown: ' + field, counts);
}

export const hostile = [
  [`${payloads.length} payloads in every field: pages are their harmless ` +
    'twins with the text replaced', pagesAreTheTwins],
];
