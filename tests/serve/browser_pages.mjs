// Every kind of page, light and dark, from 320 to 1920 pixels: nothing
// overflows, axe-core finds nothing serious, every anchor leads somewhere;
// and a store whose every text is an attack runs no script.
import {expect, findings, overflow, visit} from './browser_lib.mjs';

const EIGHT = ['google/gemma-2-2b', 'openai/gpt-4o',
  'openai/gpt-4-vision-preview', 'google/gemma-3-27b-it', 'openai/gpt-5',
  'google/gemini-2.5-pro', 'mistralai/mistral-large',
  'anthropic/claude-sonnet-4-5'];

export const KINDS = [
  ['home', '/'],
  ['models', '/models'],
  ['models on a benchmark', '/models?y=SWE-Bench+Pro+(public)'],
  ['search', '/models?q=gemma'],
  ['nothing found', '/models?q=qqqqqq'],
  ['model', '/model/openai/gpt-4o'],
  ['retired model', '/model/openai/gpt-4-vision-preview'],
  ['start of a comparison', '/compare'],
  ['name that none has', '/compare?a=gemma-2-2b&b=gtp-4o'],
  ['comparison', '/compare/google/gemma-2-2b/openai/gpt-4-vision-preview'],
  ['comparison that evens', '/compare/mistral/mistral-large-2512/' +
    'alibaba/qwen3.5-397b-a17b'],
  ['comparison of eight', '/compare/' + EIGHT.join('/')],
  ['provider', '/provider/openai'],
  ['providers', '/providers'],
  ['find', '/find'],
  ['found', '/find?q=vision,context%3E=100k,cost%3C=300'],
  ['cost', '/cost'],
  ['cost of two', '/cost?models=gemma-2-2b,gpt-4o'],
  ['cost, wrongly asked', '/cost?models=gpt-4o&requests=many', 400],
  ['sources', '/sources'],
  ['source', '/source/openai-docs'],
  ['conflicts', '/conflicts'],
  ['changes', '/changes?after=2020-01-01'],
  ['not found', '/model/nobody/nothing', 404],
  ['wrongly asked', '/find?q=%3E%3E', 400],
];
const WIDTHS = [320, 768, 1280, 1920];

async function look(page, address, status, width) {
  const answer = await page.goto(address);
  expect(answer.status() === status, 'status of ' + address, answer.status());
  const over = await overflow(page);
  expect(over <= 0, `${address} overflows at ${width} px by ${over}`);
  const found = await findings(page);
  expect(found.length === 0, `axe-core on ${address} at ${width} px`,
    found.join('\n'));
}

// The browser itself says that a page of status 404 has that status.
function forgiveStatus(faults, status) {
  for (let i = faults.length - 1; status !== 200 && i >= 0; i--)
    if (faults[i].includes('status of ' + status)) faults.splice(i, 1);
}

async function inEverySize(world, [, address, status = 200]) {
  for (const scheme of ['light', 'dark'])
    await visit(world, {scheme}, async (page, faults) => {
      for (const width of WIDTHS) {
        await page.setViewportSize({width, height: 900});
        await look(page, address, status, width);
      }
      forgiveStatus(faults, status);
    });
  await visit(world, {scripts: false, width: 320}, async (page, faults) => {
    await page.goto(address);
    expect(await overflow(page) <= 0, address + ' overflows without scripts');
    forgiveStatus(faults, status);
  });
}

async function anchorsLead(world) {
  for (const [, address, status = 200] of KINDS)
    await visit(world, {}, async (page, faults) => {
      await page.goto(address);
      const lost = await page.evaluate(() =>
        [...document.querySelectorAll('a[href^="#"]')]
          .map(link => link.getAttribute('href').slice(1))
          .filter(id => !document.getElementById(id)));
      expect(lost.length === 0, 'anchors of ' + address, lost);
      const twice = await page.evaluate(() => {
        const ids = [...document.querySelectorAll('[id]')].map(n => n.id);
        return ids.filter((id, i) => ids.indexOf(id) !== i);
      });
      expect(twice.length === 0, 'ids of ' + address, twice);
      forgiveStatus(faults, status);
    });
}

// Every address of the site that a page leads to answers.
async function linksAnswer(world) {
  const seen = new Map();
  await visit(world, {scripts: false}, async (page, faults) => {
    for (const [, address, status = 200] of KINDS) {
      await page.goto(address);
      forgiveStatus(faults, status);
      for (const href of await page.evaluate(() =>
        [...document.querySelectorAll('a[href^="/"], link[href^="/"]')]
          .map(link => link.getAttribute('href').split('#')[0])))
        if (!seen.has(href)) seen.set(href, address);
    }
    /* of each kind some: lists have hundreds alike */
    const kinds = new Map();
    for (const [href, from] of seen) {
      const kind = href.split(/[?]/)[0].split('/')[1] +
        (href.endsWith('.md') ? '.md' : '');
      kinds.set(kind, (kinds.get(kind) || 0) + 1);
      if (kinds.get(kind) > 12) continue;
      const answer = await page.request.get(href, {maxRedirects: 3});
      expect(answer.ok() || from.includes('nobody') || from.includes('%3E%3E'),
        `${href} (from ${from}) answers`, answer.status());
    }
    expect(seen.size > 100, 'there are links', seen.size);
  });
}

export const HOSTILE = ['/', '/models', '/model/evil/one', '/model/evil/two',
  '/compare/evil/one/evil/two', '/sources', '/conflicts',
  '/changes?after=2020-01-01', '/find?q=vision', '/find?q=context%3E1',
  '/cost?models=evil/one,evil/two', '/providers'];

async function attacksAreText(world) {
  for (const width of [320, 1280])
    await visit({...world, server: world.hostile}, {width}, async page => {
      for (const address of HOSTILE) {
        const answer = await page.goto(address);
        expect(answer.status() === 200, 'status of ' + address,
          answer.status());
        const over = await overflow(page);
        expect(over <= 0, `${address} overflows at ${width} px by ${over}`);
        const strange = await page.evaluate(() =>
          [...document.querySelectorAll('main img, main iframe, ' +
            'main script, main object, [onload], [onerror], [onclick]')]
            .map(node => node.outerHTML.slice(0, 200)));
        expect(strange.length === 0, 'no markup of theirs: ' + address,
          strange);
      }
    });
}

async function attacksInSearch(world) {
  await visit({...world, server: world.hostile}, {}, async page => {
    await page.goto('/');
    await page.fill('#search', 'evil');
    await page.locator('#search-offers li').first().waitFor();
    const names = await page.locator('#search-offers li > span:first-child')
      .allTextContents();
    const answer = await (await page.request.get(
      '/api/v1/models?q=evil&limit=8')).json();
    expect(String(names) === String(answer.models.map(one => one.name ||
      one.id)), 'shown as they are', names);
    expect(await page.locator('#search-offers :is(img, svg, script)').count()
      === 0, 'as text');
  });
}

export const pages = [
  ...KINDS.map(kind => [`page: ${kind[0]}, light and dark, 320 to 1920 px`,
    world => inEverySize(world, kind)]),
  ['every anchor leads to what is there once', anchorsLead],
  ['every link of the site answers', linksAnswer],
  ['names that attack are text on every page and overflow none',
    attacksAreText],
  ['names that attack are text in search as you type', attacksInSearch],
];
