// Facts with every payload in every text field, and their twin: the same
// facts with harmless words. A word sorts among the words as its payload does
// among the payloads, and says which payload and which field it stands for:
// so the twin's pages, with the words replaced, are what the hostile pages
// have to be.
import {payloads} from './hostile_payloads.mjs';

const SOURCES = 12; // each speaks of its part of the models; and as many again
/* as benchmarks are sorted: ASCII letters large and small are the same */
const bytes = payloads.map(text =>
  Buffer.from(text.replace(/[A-Z]/g, c => c.toLowerCase())));
const ranks = payloads.map((_, i) => i)
  .sort((a, b) => Buffer.compare(bytes[a], bytes[b]));
const rankOf = [];
ranks.forEach((payload, rank) => rankOf[payload] = rank);

// render.h: what becomes a link. Spaces and what cannot be seen make it none.
const WEB = /^https?:\/\/[^/?#@\\]+([/?#]|$)/;
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cn}\p{Z}]/u;
export function isWeb(text) {
  return WEB.test(text) && !UNSEEN.test(text);
}

const fields = [];
function wordFor(payload, field) {
  if (!fields.includes(field)) fields.push(field);
  const web = / url$/.test(field) && isWeb(payloads[payload]);
  return (web ? 'https://word.example/' : '') +
    `wz${String(rankOf[payload]).padStart(3, '0')}` +
    `f${String(fields.indexOf(field)).padStart(2, '0')}q`;
}
const WORD = /(?:https:\/\/word\.example\/)?wz(\d{3})f(\d\d)q/g;
export function replaceWords(text, how) {
  return text.replace(WORD, (_, rank, field) =>
    how(payloads[ranks[Number(rank)]], fields[Number(field)]));
}
// For those who have only the source text of a function.
export function tableOfWords() {
  return {payloads: ranks.map(payload => payloads[payload]), fields};
}

// What an id may be: src/catalog/facts_check.c.
const HIDDEN = new RegExp('[\\u0000-\\u0020\\u007f-\\u00a0\\u00ad\\u061c' +
  '\\u1680\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff' +
  '\\ufff0-\\ufffb]');
export function isId(text) {
  return text.length > 0 && Buffer.byteLength(text) <= 150 &&
    !text.includes('/') && !HIDDEN.test(text);
}

export const idPayloads = payloads.filter(isId);

// One set of facts: `say(payload, field)` is the text that stands there.
class Writer {
  constructor(say) {
    this.say = say;
  }
  text(k, field, offset) {
    return this.say((k + 13 * offset) % payloads.length, field);
  }
  model(k, turn) {
    const t = (field, offset) => this.text(k, field, offset + 40 * turn);
    return {
      id: `evil/m${String(k).padStart(3, '0')}`,
      name: this.text(k, 'name', 0), // the same in both: no dispute on it
      creator: t('creator', 1), family: t('family', 2), task: 'chat',
      released: '2025-01-01', architecture: t('architecture', 3),
      license: t('license', 4), license_class: 'proprietary',
      context_tokens: 100000 + 1000 * k + 50000 * turn,
      max_output_tokens: 4096, tokenizer: t('tokenizer', 5),
      capabilities: {vision: true, reasoning: turn === 0},
      note: t('note', 6), strange: t('strange', 7),
      lifecycle: {status: turn ? 'active' : 'deprecated',
        replacement: `evil/m${String((k + 1) % payloads.length)
          .padStart(3, '0')}`},
      // one of a payload's name: several would be sorted in more than one way
      benchmarks: [
        ...turn ? [] : [{name: t('benchmark', 8), value: '50',
          unit: 'percent', setting: t('setting', 9), variant: t('variant', 10),
          harness: t('harness', 11), url: t('benchmark url', 12)}],
        // sorts behind every payload and every word
        {name: '\u{10fffd}Same', value: String(40 + k % 20), unit: 'percent',
          setting: '5-shot', error_minus: '1', error_plus: '2'}],
    };
  }
  route(k, turn) {
    const t = (field, offset) => this.text(k, field, offset + 40 * turn);
    const number = String(k).padStart(3, '0');
    return {
      id: `host${number}/r`, provider: `host${number}`,
      provider_name: this.text(k, 'provider name', 14),
      model: `evil/m${number}`, status: 'active', tier: 'standard',
      regions: [t('region', 15)], // several would be sorted, byte by byte
      quantization: t('quantization', 17), note: t('route note', 18),
      strange: t('strange', 19), context_tokens: 64000 + 10 * turn,
      api: {kind: 'openai', base_url: t('base url', 20),
        key_env: t('key name', 21)},
      prices: [
        {meter: 'input_tokens', usd_per_million: String(1 + k % 7 + turn)},
        {meter: 'output_tokens', usd_per_million: '9'}],
    };
  }
  // Turn 2: what the list says on a later day.
  source(i, turn) {
    const part = Math.ceil(payloads.length / SOURCES);
    const own = payloads.map((_, k) => k)
      .filter(k => Math.floor(k / part) === i);
    const all = field => own.map(k => this.say(k, field)).join(' ~ ');
    return {
      format: 'assay-facts/1',
      source: {id: `evil-${turn ? 'list' : 'vendor'}-${i}`,
        title: all('source title'), license: all('source license'),
        url: this.say((31 * i + 7 * Math.min(turn, 1)) % payloads.length,
          'source url'),
        kind: turn ? 'catalog' : 'primary',
        retrieved: turn === 2 ? '2026-09-01' : '2026-08-01'},
      models: own.map(k => this.model(k, turn)),
      routes: own.map(k => this.route(k, turn)),
    };
  }
  // Ids cannot be everything; those that can are.
  ids() {
    const own = idPayloads.map(text => payloads.indexOf(text));
    return {
      format: 'assay-facts/1',
      source: {id: 'evil-ids', title: 'Ids', url: 'https://ids.example/',
        kind: 'secondary', retrieved: '2026-08-01'},
      models: own.map(k => ({
        id: `evilid/${this.say(k, 'id')}`,
        aliases: [`alias-${this.say(k, 'alias')}`],
        modalities_in: [this.say(k, 'modality')],
        context_tokens: 9000 + k,
      })),
      routes: own.map(k => ({
        id: `${this.say(k, 'provider')}/x`, provider: this.say(k, 'provider'),
        model: `evilid/${this.say(k, 'id')}`, status: 'active',
        prices: [{meter: 'input_tokens', usd_per_million: '3'},
          {meter: 'output_tokens', usd_per_million: '4'}],
      })),
    };
  }
  files() {
    const list = [];
    for (let turn = 0; turn < 2; turn++)
      for (let i = 0; i < SOURCES; i++) list.push(this.source(i, turn));
    return [...list, this.source(0, 2), this.ids()];
  }
}

export const models = payloads.map((_, k) =>
  `evil/m${String(k).padStart(3, '0')}`);
export const sources = ['vendor', 'list'].flatMap(kind =>
  [...Array(SOURCES).keys()].map(i => `evil-${kind}-${i}`));
export function hostileFacts() {
  return new Writer(payload => payloads[payload]).files();
}
export function harmlessFacts() {
  return new Writer(wordFor).files();
}
