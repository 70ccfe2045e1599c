// Payloads in every text field of an import: every kind of page, its Markdown
// twin and the API, against the same facts with harmless words. The browser
// reads both; the hostile page must be the harmless one with its words
// replaced, and nothing else: no element, no attribute, no script, no request.
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {expect, startServer, visitor} from './browser_lib.mjs';
import {hostileFacts, harmlessFacts, idPayloads, models, replaceWords, sources,
  tableOfWords} from './hostile_twins.mjs';
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
  /* pages show the names of files */
  function write(kind, facts) {
    fs.mkdirSync(path.join(folder, kind));
    return facts.map((one, i) => {
      const file = path.join(folder, kind, `facts-${i}.json`);
      fs.writeFileSync(file, JSON.stringify(one));
      return file;
    });
  }
  const twin = await startServer(world.assay,
    write('harmless', harmlessFacts()));
  let hostile;
  try {
    hostile = await startServer(world.assay, write('hostile', hostileFacts()));
  } catch (error) {
    await twin.stop();
    throw error;
  }
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
    location: answer.headers.get('location') || ''};
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
  await servers(world); /* the words are known once the facts are written */
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
function after(id, steps) {
  return models[(models.indexOf(id) + steps) % models.length];
}
function addresses() {
  const pairs = models.map(id => `/compare/${id}/${after(id, 1)}`);
  const three = models.filter((_, k) => k % 130 === 0);
  return [
    ...models.map(id => '/model/' + id),
    ...some(pairs, 4),
    '/compare/' + three.join('/'),
    ...some(models, 4).map(id => '/provider/' + id.replace('evil/m', 'host')),
    ...some(sources, 3).map(id => '/source/' + id),
    ...some(models, 12).map(id => `/cost?models=${id},${after(id, 5)}`),
    '/models?creator=evil&sort=id', '/models?q=evil&limit=40',
    '/find?q=provider=host007', '/find?q=context%3E400k&limit=100',
    '/find?q=vision,cost%3C1000&limit=60',
    ...some([1, 2, 3, 4, 5, 6, 7, 8], 3).map(page => '/conflicts?page=' + page),
    '/changes?from=2026-07-01', '/changes?from=2026-08-01&page=2',
    ...some(models, 60).map(id => '/changes?from=2020-01-01&model=' + id),
    '/sources',
  ];
}

// The pages.
async function pagesAreTheTwins(world) {
  let shortened = 0;
  const list = addresses();
  const counts = await readAll(world, list, async (page, address) => {
    const [twin, hostile] = await both(world, address);
    // with texts as long as these a large page shows their beginnings
    if (hostile.text.includes('shortened here, as Markdown')) {
      shortened++;
      return;
    }
    const faults = await page.evaluate(([a, b]) => window.checkPage(a, b),
      [twin.text, hostile.text]);
    expect(faults.length === 0, address, faults.join('\n'));
    expect(hostile.text.length < 400000, address + ' is not huge',
      hostile.text.length);
  });
  expect(shortened < list.length / 8, 'most pages are whole', shortened);
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

// ------------------------------------------------------------- Markdown

// What Markdown reads as itself, without the space that cells are filled
// with.
function plain(text) {
  return bare(text.replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replace(/&(amp|lt|gt);/g, (_, name) =>
      ({amp: '&', lt: '<', gt: '>'})[name]));
}
function bare(text) {
  return text.replace(/[ \t-\r]+/g, '').replace(/-{3,}/g, '---');
}
// What it acts on: how a line begins, and these characters in their order.
function active(line) {
  const rest = line.replace(/\\[!-/:-@[-`{-~]/g, '')
    .replace(/&(amp|lt|gt);/g, '');
  const begin = /^[ \t]*(#+|>|[-+=]+|\d+[.)])?(?=[ \t]|$)/.exec(line);
  return (begin?.[1] || '') + ' ' + rest.replace(/[^<>`*[\]|~]/g, '');
}
function sameLine(twin, hostile) {
  const address = /\]\(https?:[^)\s]*\)/g;
  const [a, b] = [twin, hostile].map(line => line.replace(address, '](URL)'));
  return bare(replaceWords(plain(a), payload =>
    shown(payload.replace(/[ \t-\r]+/g, ' ')))) === plain(b);
}
const HIDDEN =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Cf}\p{Noncharacter_Code_Point}]/u;
function shown(text) {
  return [...text].map(c => !HIDDEN.test(c) || '\u200c\u200d'.includes(c) ? c
    : `\\u{${c.codePointAt(0).toString(16).toUpperCase().padStart(2, '0')}}`)
    .join('');
}

async function markdownIsTheTwins(world) {
  for (const address of some(addresses(), 3)) {
    const [path, query = ''] = address.split('?');
    const md = path + '.md' + (query && '?' + query);
    const [twin, hostile] = await both(world, md);
    const a = twin.text.split('\n'), b = hostile.text.split('\n');
    expect(a.length === b.length, 'as many lines in ' + md, a.length, b.length);
    a.forEach((line, i) => {
      expect(active(line) === active(b[i]), `${md}: nothing more acts`,
        line, b[i]);
      expect(sameLine(line, b[i]), `${md}: the same text`, line, b[i]);
    });
  }
}

// ------------------------------------------------------------- the API

async function answersAreTheTwins(world) {
  const list = [
    '/models?creator=evil&limit=1000', '/sources',
    ...some(models, 40).map(id => '/routes?model=' + id),
    ...some(models, 5).map(id => '/model/' + id),
    ...some(models, 10).map(id => `/compare?models=${id},${after(id, 3)}`),
    ...some(models, 40).map(id => '/cost?models=' + id),
    '/find?q=context%3E400k&limit=1000', '/changes?from=2026-08-15',
  ];
  for (const address of list) {
    const [twin, hostile] = await both(world, '/api/v1' + address);
    const want = replaceWords(JSON.stringify(JSON.parse(twin.text)),
      payload => JSON.stringify(payload).slice(1, -1))
      .replaceAll('/harmless/facts-', '/hostile/facts-');
    const got = JSON.stringify(JSON.parse(hostile.text));
    if (want !== got) {
      let i = 0;
      while (want[i] === got[i]) i++;
      expect(false, address, want.slice(i - 100, i + 200),
        got.slice(i - 100, i + 200));
    }
    const bare = new RegExp('[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e' +
      '\\u2066-\\u2069\\u200b\\ufeff\\u2028]').exec(hostile.text);
    expect(!bare, address + ' spells out what cannot be seen',
      bare && bare[0].codePointAt(0));
    expect(hostile.type === 'application/json', 'as JSON', hostile.type);
  }
  const {hostile} = await servers(world);
  const {models: found} = JSON.parse((await get(hostile,
    '/api/v1/models?creator=evilid&limit=1000')).text);
  expect(String(found.map(one => one.id).sort()) ===
    String(idPayloads.map(text => 'evilid/' + text).sort()),
  'ids as they are', found.length, idPayloads.length);
}

async function feedsAreTheTwins(world) {
  await readAll(world, ['/changes.atom', '/sitemap.xml'],
    async (page, address) => {
      const [twin, hostile] = await both(world, address);
      /* the site map is sorted by ids, which words do not sort as */
      const faults = await page.evaluate(
        ([a, b, isOrdered]) => window.checkXml(a, b, isOrdered),
        [twin.text, hostile.text, address !== '/sitemap.xml']);
      expect(faults.length === 0, address, faults);
    });
}

// ------------------------------------------------------------- a visit

// Opened for real, with scripts: nothing of theirs runs, and what our script
// adds shows texts as texts.
async function nothingRuns(world) {
  const {hostile} = await servers(world);
  const list = [
    ...some(models, 12).map(id => '/model/' + id),
    ...some(models, 24).map(id => `/compare/${id}/${after(id, 1)}`),
    ...idPayloads.filter((_, k) => FULL || k % 8 === 0)
      .map(id => '/model/evilid/' + encodeURIComponent(id)),
    ...idPayloads.filter((_, k) => FULL || k % 16 === 0)
      .map(id => '/provider/' + encodeURIComponent(id)),
    '/', '/models?creator=evil', '/models?creator=evilid&limit=100',
    '/providers', '/sources', '/source/evil-vendor-3', '/conflicts?page=2',
    '/changes?from=2026-07-01', '/find?q=context%3E400k',
    '/cost?models=evil/m001,evil/m002', '/conflicts',
  ];
  const queue = [...list];
  async function work() {
    const {context, page, faults} = await visitor(world.browser, hostile);
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', event =>
        console.error('refused by policy: ' + event.blockedURI));
    });
    try {
      while (queue.length) {
        const address = queue.shift();
        const answer = await page.goto(address);
        /* ids "." and ".." are no segments of an address */
        expect(answer.status() === 200 || /%2E|\/\.+$/.test(address),
          address, answer.status());
        const pwned = await page.evaluate(() => 'pwned' in window ||
          'pwned' in Object.prototype);
        expect(!pwned && faults.length === 0, 'nothing runs on ' + address,
          faults);
      }
    } finally {
      await context.close();
    }
  }
  await Promise.all([work(), work()]);
}

// Names as the fields offer them while one types.
async function offersAreText(world) {
  const {hostile} = await servers(world);
  const {context, page, faults} = await visitor(world.browser, hostile);
  try {
    await page.goto('/');
    for (const k of some([...Array(34).keys()], 6)) {
      const text = `evil/m${String(k).padStart(2, '0')}`;
      const answer = await (await page.request.get(
        `/api/v1/models?q=${text}&limit=8`)).json();
      await page.fill('#search', text);
      await page.waitForFunction(name => document.querySelector(
        '#search-offers li > span:first-child')?.textContent === name,
      answer.models[0].name);
      const names = await page.locator('#search-offers li > span:first-child')
        .allTextContents();
      expect(JSON.stringify(names) ===
        JSON.stringify(answer.models.map(one => one.name)),
      'offered as they are', names);
    }
    expect(faults.length === 0, 'nothing runs', faults);
  } finally {
    await context.close();
  }
}

// ------------------------------------------------------------- asked for

// Payloads that come with the question.
const questions = [
  text => '/models?q=' + text, text => '/models?creator=' + text,
  text => '/models?y=' + text, text => '/models?after=0~' + text,
  text => '/find?q=' + text, text => '/find?q=provider=' + text,
  text => `/compare?a=${text}&b=gpt-4o`, text => '/cost?models=' + text,
  text => `/cost?models=gpt-4o&requests=${text}`,
  text => '/changes?model=' + text, text => '/changes?from=' + text,
  text => '/model/openai/gpt-4o?traffic=' + text,
  text => '/model/openai/gpt-4o?as_of=' + text, text => '/model/x/' + text,
  text => '/compare/openai/gpt-4o/x/' + text, text => '/provider/' + text,
  text => '/source/' + text, text => '/' + text,
  text => `/compare/openai/gpt-4o/google/gemma-2-2b?add=${text}`,
  text => '/providers?page=' + text,
];

async function questionsAreText(world) {
  const {hostile} = await servers(world);
  const list = payloads.flatMap((payload, k) => questions
    .filter((_, i) => FULL || (i + k) % 7 === 0)
    .map(ask => ask(encodeURIComponent(payload))));
  await readAll(world, list, async (page, address) => {
    let answer = await get(hostile, address);
    for (let i = 0; i < 3 && answer.status === 302; i++)
      answer = await follow(hostile, address = answer.location);
    expect(answer.status === 200 || (answer.status >= 400 &&
      answer.status < 500), 'answers ' + address, answer.status, answer.text);
    if (!answer.type.startsWith('text/html')) return;
    const faults = await page.evaluate(text => window.checkAlone(text),
      answer.text);
    expect(faults.length === 0, address, faults);
  });
}
function follow(server, address) {
  expect(address.startsWith('/') && !address.startsWith('//'),
    'sent on inside the site', address);
  return get(server, address);
}

// ------------------------------------------------------------- refused

async function nulIsRefused(world) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'assay-nul-'));
  const file = path.join(folder, 'facts.json');
  try {
    for (const [k, text] of refused.entries())
      for (const where of ['model', 'source', 'route']) {
        const [facts] = hostileFacts();
        if (where === 'model') facts.models[k].note = text;
        if (where === 'source') facts.source.title = text;
        if (where === 'route') facts.routes[k].provider_name = text;
        fs.writeFileSync(file, JSON.stringify(facts));
        const done = spawnSync(world.assay, ['import', 'facts', file,
          '--store', path.join(folder, 'assay.db')], {encoding: 'utf8'});
        expect(done.status === 65 && done.stderr.includes('NUL') &&
          !done.stderr.includes('\0'), 'NUL in ' + where, done.status,
        done.stderr);
      }
  } finally {
    fs.rmSync(folder, {recursive: true, force: true});
  }
}

const N = payloads.length;
export const hostile = [
  [`${N} payloads in every field: pages are their harmless twins with the ` +
    'text replaced', pagesAreTheTwins],
  [`${N} payloads: so are the Markdown twins`, markdownIsTheTwins],
  [`${N} payloads: so are the API's answers`, answersAreTheTwins],
  [`${N} payloads: so are the feed and the site map`, feedsAreTheTwins],
  [`${N} payloads: nothing of theirs runs or asks elsewhere`, nothingRuns],
  [`${N} payloads: names that are offered are text`, offersAreText],
  [`${N} payloads in questions: pages hold no markup of theirs`,
    questionsAreText],
  ['texts with a NUL are refused', nulIsRefused],
];
