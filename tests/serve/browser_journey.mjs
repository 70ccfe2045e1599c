// What a person does, with scripts and without, and what each script adds.
import {expect, visit} from './browser_lib.mjs';

const MODEL = '/model/openai/gpt-4o';
const PAIR = '/compare/google/gemma-2-2b/openai/gpt-4o';

function costs(page) {
  return page.locator('#cost table').first().locator('tbody td')
    .allInnerTexts();
}
function ground(page) {
  return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
}

// From a comparison on: verdict, traffic, a claim's source.
async function decide(page, change) {
  expect((await page.textContent('.headline')).length > 20, 'a verdict');
  const before = await costs(page);
  expect(before.length === 2, 'two costs', before);
  await change();
  const after = await costs(page);
  expect(after.length === 2 && after[0] !== before[0] &&
    after[1] !== before[1], 'both costs change', before, after);
  await page.locator('#cost sup a').first().click();
  const claim = page.locator(new URL(page.url()).hash);
  expect(await claim.isVisible(), 'the claim is shown', page.url());
  // claims stand below their source
  const source = claim.locator('xpath=../../preceding-sibling::h3[1]');
  expect(await source.locator('a[href^="https://"]').isVisible(),
    'the source of the claim');
  await source.locator('a[href^="#s"]').click();
  expect(await page.locator(new URL(page.url()).hash).isVisible(),
    'the source is shown', page.url());
}

async function withScripts(world) {
  await visit(world, {}, async page => {
    await page.goto('/');
    await page.keyboard.press('/');
    await page.keyboard.type('gpt-4o');
    await page.locator('#search-offers li').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL('**' + MODEL);
    await page.fill('#add', 'gemma-2-2b');
    await page.locator('#add-offers li').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/compare/openai/gpt-4o/google/gemma-2-2b');
    await decide(page, async () => {
      await page.fill('#t-requests', '3M');
      await page.waitForURL('**requests=3M**');
    });
    const light = await ground(page);
    await page.click('.theme');
    expect(await ground(page) !== light, 'the theme changes');
  });
}

async function withoutScripts(world) {
  await visit(world, {scripts: false}, async page => {
    await page.goto('/');
    await page.fill('#search', 'gpt-4o');
    await page.press('#search', 'Enter');
    await page.waitForURL('**/models?q=gpt-4o');
    await page.locator('main table a[href="' + MODEL + '"]').click();
    await page.fill('#add', 'gemma-2-2b');
    await page.press('#add', 'Enter');
    await page.waitForURL('**/compare/openai/gpt-4o/google/gemma-2-2b');
    await decide(page, async () => {
      await page.fill('#t-requests', '3M');
      await page.press('#t-requests', 'Enter');
      await page.waitForURL('**?traffic=requests=3M,input=800,output=250');
    });
    const light = await ground(page);
    await page.emulateMedia({colorScheme: 'dark'});
    expect(await ground(page) !== light, 'the theme is the system\'s');
    expect(await page.locator('.theme, .sort, .copy').count() === 0,
      'no button that would do nothing');
  });
}

async function searchByKeyboard(world) {
  await visit(world, {}, async page => {
    await page.goto('/sources');
    await page.fill('#search', 'gemma');
    const options = page.locator('#search-offers [role=option]');
    await options.first().waitFor();
    const input = page.locator('#search');
    const state = async () => [await input.getAttribute('aria-expanded'),
      await input.getAttribute('aria-activedescendant')];
    expect((await state()).join() === 'true,', 'open, none chosen',
      await state());
    await input.press('ArrowDown');
    const chosen = await options.first().getAttribute('id');
    expect((await state())[1] === chosen &&
      await options.first().getAttribute('aria-selected') === 'true',
      'the first is chosen', await state());
    await input.press('ArrowUp');
    await input.press('ArrowUp');
    expect(await options.last().getAttribute('aria-selected') === 'true',
      'up from the field is the last');
    await input.press('Escape');
    expect((await state()).join() === 'false,' &&
      await input.inputValue() === 'gemma', 'Escape closes and keeps');
    await input.press('Enter');
    await page.waitForURL('**/models?q=gemma');
    expect(await input.inputValue() === 'gemma', 'what was sought is shown');
    await page.fill('#search', 'no such model anywhere');
    await page.locator('#search-offers .more').waitFor();
    await page.locator('#search-offers .more').click();
    await page.waitForURL('**/models?q=no*');
  });
}

async function slashIsText(world) {
  await visit(world, {}, async page => {
    await page.goto(PAIR);
    await page.focus('#add');
    await page.keyboard.type('a/b');
    expect(await page.inputValue('#add') === 'a/b', 'typed in a field',
      await page.inputValue('#add'));
    await page.locator('h1').click();
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement.id) === 'search'
      && await page.inputValue('#search') === '', 'else it leads to search');
  });
}

async function themeIsRemembered(world) {
  for (const [scheme, other] of [['light', 'dark'], ['dark', 'light']])
    await visit(world, {scheme}, async page => {
      await page.goto('/');
      const theme = () =>
        page.evaluate(() => document.documentElement.dataset.theme);
      expect(await theme() === undefined, 'the system\'s at first');
      const own = await ground(page);
      await page.getByRole('button', {name: `Use the ${other} theme`}).click();
      const chosen = await ground(page);
      expect(await theme() === other && chosen !== own, 'chosen');
      // before there is a body, so before anything is painted
      await page.addInitScript(() => new MutationObserver(() => {
        if (document.body && !window.first)
          window.first = document.documentElement.dataset.theme || 'none';
      }).observe(document, {childList: true, subtree: true}));
      await page.goto('/sources');
      expect(await page.evaluate(() => window.first) === other,
        'from the first picture on');
      expect(await ground(page) === chosen, 'on the next page too');
      await page.getByRole('button', {name: `Use the ${scheme} theme`})
        .click();
      expect(await theme() === undefined && await ground(page) === own &&
        await page.evaluate(() => localStorage.length) === 0,
        'back to the system\'s, with nothing kept');
    });
}

// All that is said, without what scripts add to it.
function shown(page) {
  return page.evaluate(() => {
    const main = document.querySelector('main').cloneNode(true);
    main.querySelectorAll('.status, .copy, [role=status], .offers')
      .forEach(node => node.remove());
    main.querySelectorAll('input').forEach(node =>
      node.replaceWith(node.name + '=' + node.value));
    return main.textContent.replace(/\s+/g, ' ');
  });
}

async function recalculates(world) {
  for (const address of [PAIR, MODEL, '/provider/openai',
    '/cost?models=gpt-4o,gemma-2-2b', '/find?q=vision'])
    await visit(world, {}, async page => {
      await page.goto(address);
      const field = page.locator('#t-input');
      await field.fill('12345');
      await field.evaluate(node => node.setSelectionRange(2, 3));
      await page.waitForURL('**input=12345**');
      await page.locator('.status', {hasText: 'Recalculated'}).waitFor();
      expect(await field.evaluate(node => node === document.activeElement &&
        node.selectionStart === 2 && node.selectionEnd === 3),
        'focus and caret stay', address);
      const live = await shown(page);
      await page.goto(page.url());
      const fresh = (await shown(page)).replace('input=12.345k',
        'input=12345');
      expect(live === fresh, 'as the server says it: ' + address,
        firstDifference(live, fresh));
    });
}
function firstDifference(a, b) {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return [a.slice(at - 40, at + 80), b.slice(at - 40, at + 80)];
}

async function refusesQuietly(world) {
  await visit(world, {}, async page => {
    const asked = [];
    await page.goto(PAIR);
    page.on('request', request => {
      if (!request.url().includes('/assets/')) asked.push(request.url());
    });
    for (const wrong of ['abc', '0', '1,5M', '-3']) {
      await page.fill('#t-requests', wrong);
      await page.locator('.status.failed').waitFor();
      expect(await page.getAttribute('#t-requests', 'aria-invalid') === 'true',
        'the field is marked');
    }
    await page.waitForTimeout(500);
    expect(asked.length === 0, 'nothing is asked', asked);
    await page.fill('#t-requests', '2,000,000');
    await page.waitForURL('**requests=2M**');
    expect(await page.locator('.status.failed').count() === 0, 'fine again');
  });
}

function column(page, index) {
  return page.locator('main table tbody tr').evaluateAll((rows, at) =>
    rows.map(row => row.cells[at].innerText.trim()), index);
}

async function sorts(world) {
  await visit(world, {}, async page => {
    await page.goto('/models?q=gemma');
    const head = page.locator('main thead th', {hasText: 'context'});
    const at = await head.evaluate(node => node.cellIndex);
    const before = await column(page, at);
    const values = list => list.map(text =>
      parseInt(text.replaceAll(',', ''), 10));
    expect(values(before).some(Number.isNaN), 'some is unknown', before);
    const isSorted = (list, way) => {
      const known = values(list).filter(value => !Number.isNaN(value));
      return known.length > 2 &&
        known.every((value, i) => !i || way * (value - known[i - 1]) >= 0) &&
        !values(list).slice(0, known.length).some(Number.isNaN);
    };
    await head.locator('button').focus();
    await page.keyboard.press('Enter');
    expect(await head.getAttribute('aria-sort') === 'ascending', 'it says so');
    expect(isSorted(await column(page, at), 1), 'up, unknown last',
      await column(page, at));
    await page.keyboard.press('Enter');
    expect(isSorted(await column(page, at), -1), 'down, unknown last',
      await column(page, at));
    await page.keyboard.press('Enter');
    expect(String(await column(page, at)) === String(before) &&
      await head.getAttribute('aria-sort') === null, 'and as it was');
  });
}

async function changesModels(world) {
  await visit(world, {}, async page => {
    await page.goto(PAIR + '?traffic=requests=5M,input=800,output=250');
    await page.getByRole('link', {name: 'Other way round'}).click();
    await page.waitForURL('**/compare/openai/gpt-4o/google/gemma-2-2b?*5M*');
    await page.fill('#add', 'gpt-4-vision-preview');
    await page.press('#add', 'Enter');
    await page.waitForURL('**/gemma-2-2b/openai/gpt-4-vision-preview?*5M*');
    await page.getByRole('link', {name: 'Remove GPT-4o'}).click();
    await page.waitForURL(
      '**/compare/google/gemma-2-2b/openai/gpt-4-vision-preview?*5M*');
    await page.fill('#add', 'gema-2');
    await page.press('#add', 'Enter');
    await page.waitForURL(/compare\?a=.*gema-2/);
    expect(await page.inputValue('#f-a') === 'google/gemma-2-2b',
      'the others are kept');
    await page.goto(PAIR);
    await page.getByRole('link', {name: 'Remove Gemma 2 2B'}).click();
    await page.waitForURL(/compare\?a=openai(%2F|\/)gpt-4o$/);
    await page.fill('#f-b', 'gemma-2-2b');
    await page.press('#f-b', 'Enter');
    await page.waitForURL('**/compare/openai/gpt-4o/google/gemma-2-2b');
  });
}

async function copiesLink(world) {
  await visit(world, {}, async page => {
    await page.goto(PAIR);
    await page.getByRole('button', {name: 'Copy link'}).click();
    await page.getByRole('button', {name: 'Copied'}).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied === page.url(), 'the address is copied', copied);
  });
}

async function skips(world) {
  await visit(world, {}, async page => {
    await page.goto(PAIR);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement.id) === 'main',
      'the first key leads past the menu');
  });
}

export const journey = [
  ['a decision is found, changed and traced, with scripts', withScripts],
  ['a decision is found, changed and traced, without scripts', withoutScripts],
  ['search as you type is used by keyboard alone', searchByKeyboard],
  ['a slash leads to search, and is text in a field', slashIsText],
  ['the theme is chosen, remembered, there at first and given back',
    themeIsRemembered],
  ['what is recalculated is what the server says, focus and caret stay',
    recalculates],
  ['a wrong number is said beside its field and not asked for',
    refusesQuietly],
  ['tables sort by number, unknown last, and back', sorts],
  ['models are added, removed and turned round, the question kept',
    changesModels],
  ['the link is copied', copiesLink],
  ['the first key leads past the menu', skips],
];
