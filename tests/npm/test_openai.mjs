// /v1 of `assay serve --model nano-s` as OpenAI's own client sees it. Answers
// are those of data/nano/prompts.jsonl; each server is started here on a free
// port and ended by its own process id.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import OpenAI from 'openai';

const ASSAY = process.env.ASSAY;
const WAIT_MS = 60000;
const MODEL = 'nano-s';
// with these forbidden an answer ends by its length alone
const END_TOKENS = Object.fromEntries(JSON.parse(execFileSync(ASSAY,
  ['tokenize', MODEL, '-', '--controls'],
  { input: '<eos><end_of_turn>' })).map((id) => [id, -100]));
const recorded = readFileSync('data/nano/prompts.jsonl', 'utf8')
  .trim().split('\n').map((line) => JSON.parse(line));
const folder = mkdtempSync(path.join(tmpdir(), 'assay-openai-'));
const cases = [];
const test = (name, run) => cases.push({ name, run });

// ------------------------------------------------------- servers

function within(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took too long`)),
      WAIT_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function startServer(name, ...options) {
  const child = spawn(ASSAY, ['serve', '--store',
    path.join(folder, `${name}.db`), '--listen', '127.0.0.1:0', ...options],
  { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  const ended = new Promise((resolve) => { child.on('exit', resolve); });
  const url = await within(new Promise((resolve, reject) => {
    child.stderr.on('data', (text) => {
      said += text;
      const found = /listening on (http:\S+)/.exec(said);
      if (found) resolve(found[1]);
    });
    ended.then(() => reject(new Error(`no server: ${said}`)));
  }), 'starting');
  return {
    url,
    port: Number(new URL(url).port),
    client: (more) => new OpenAI({
      baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0, timeout: WAIT_MS,
      ...more,
    }),
    async stop() {
      child.kill('SIGTERM');
      assert.equal(await within(ended, 'stopping'), 0, said);
    },
  };
}

const server = await startServer('main', '--model', MODEL);
const client = server.client();

async function metric(name, of = server) {
  const text = await (await fetch(`${of.url}/metrics`)).text();
  const line = text.split('\n').find((row) => row.startsWith(name + ' '));
  assert.ok(line, `${name} is in /metrics`);
  return Number(line.slice(name.length));
}

// ------------------------------------------------------- asking

const user = (content) => [{ role: 'user', content }];
const greedy = (prompt, more) => ({
  model: MODEL, temperature: 0, messages: user(prompt), ...more,
});
const ask = (prompt, more) => client.chat.completions.create(
  greedy(prompt, more));
const say = async (prompt, more) =>
  (await ask(prompt, more)).choices[0].message.content;
// as long an answer as there is room for
const long = (more) => greedy('Repeat: stone', { logit_bias: END_TOKENS,
  ...more });

async function streamed(request) {
  const chunks = [];
  for await (const chunk of await client.chat.completions.create(
    { ...request, stream: true })) chunks.push(chunk);
  return chunks;
}
const joined = (chunks, index = 0) => chunks.flatMap((c) => c.choices)
  .filter((c) => c.index === index).map((c) => c.delta.content ?? '').join('');

async function refused(promise, expected) {
  let error;
  try {
    await promise;
  } catch (thrown) {
    error = thrown;
  }
  assert.ok(error instanceof OpenAI.APIError, `an API error, not ${error}`);
  for (const [name, value] of Object.entries(expected))
    if (value instanceof RegExp) assert.match(error[name], value);
    else assert.equal(error[name], value, `${name}: ${error.message}`);
  assert.equal(typeof error.error.message, 'string');
  return error;
}
const refusedChat = (more, expected) => refused(
  client.chat.completions.create(greedy('Sort: 3 1 2', more)),
  { status: 400, type: 'invalid_request_error', ...expected });

async function raw(method, where, body, headers = {}) {
  const reply = await fetch(server.url + where, { method, body,
    headers: { 'Content-Type': 'application/json', ...headers } });
  return { status: reply.status, headers: reply.headers,
    body: await reply.json() };
}

// ------------------------------------------------------- models

test('models are listed', async () => {
  const models = await client.models.list();
  assert.deepEqual(models.data.map((m) => [m.id, m.object, m.owned_by]),
    [[MODEL, 'model', 'assay']]);
  assert.ok(models.data[0].created > 1.6e9);
});
test('a model is shown', async () => {
  assert.equal((await client.models.retrieve(MODEL)).id, MODEL);
});
test('an unknown model is not found', async () => {
  await refused(client.models.retrieve('gpt-4'),
    { status: 404, code: 'model_not_found' });
  await refusedChat({ model: 'gpt-4' },
    { status: 404, code: 'model_not_found', param: 'model', message: /nano-s/ });
});
test('an unknown address is an error object', async () => {
  await refused(client.embeddings.create({ model: MODEL, input: 'x' }),
    { status: 404, code: 'unknown_url', type: 'invalid_request_error' });
});

// ------------------------------------------------------- whole answers

test('recorded answers are given again', async () => {
  const rows = recorded.filter((_, i) => i % 5 === 0);
  const wrong = [];
  for (const row of rows)
    if (await say(row.prompt) !== row[MODEL]) wrong.push(row.prompt);
  assert.ok(wrong.length <= rows.length / 100, `others: ${wrong}`);
});
test('an answer has the shape of a chat completion', async () => {
  const answer = await ask('Reverse the word: stone');
  assert.match(answer.id, /^chatcmpl-[0-9a-f]{24}$/);
  assert.equal(answer.object, 'chat.completion');
  assert.equal(answer.model, MODEL);
  assert.ok(Math.abs(answer.created - Date.now() / 1000) < 120);
  assert.deepEqual(answer.choices, [{ index: 0,
    message: { role: 'assistant', content: 'enots', refusal: null,
      annotations: [] },
    logprobs: null, finish_reason: 'stop' }]);
});
test('usage is counted', async () => {
  const { usage } = await ask('Uppercase: saddle');
  assert.ok(usage.prompt_tokens > 10);
  assert.ok(usage.completion_tokens > 0 && usage.completion_tokens < 10);
  assert.equal(usage.total_tokens,
    usage.prompt_tokens + usage.completion_tokens);
  assert.equal(usage.completion_tokens_details.reasoning_tokens, 0);
});
test('what was read before is counted as cached', async () => {
  await ask('Uppercase: garden');
  const { usage } = await ask('Uppercase: garden');
  assert.ok(usage.prompt_tokens_details.cached_tokens > 0);
  assert.ok(usage.prompt_tokens_details.cached_tokens < usage.prompt_tokens);
});
test('a system text is taken, as system and as developer', async () => {
  const of = async (role) => (await client.chat.completions.create({
    model: MODEL, temperature: 0,
    messages: [{ role, content: 'Be short.' }, ...user('Sort: 3 1 2')],
  })).usage.prompt_tokens;
  const plain = (await ask('Sort: 3 1 2')).usage.prompt_tokens;
  assert.ok(await of('system') > plain);
  assert.equal(await of('system'), await of('developer'));
});
test('content may be in parts', async () => {
  assert.equal(await say([{ type: 'text', text: 'Reverse the ' },
    { type: 'text', text: 'word: stone' }]), 'enots');
});
test('a conversation goes on', async () => {
  const answer = await client.chat.completions.create({
    model: MODEL, temperature: 0, messages: [...user('Uppercase: bread'),
      { role: 'assistant', content: 'BREAD' }, ...user('Uppercase: honey')],
  });
  assert.equal(answer.choices[0].finish_reason, 'stop');
  assert.ok(answer.usage.prompt_tokens >
    (await ask('Uppercase: honey')).usage.prompt_tokens);
});
test('max_tokens ends an answer', async () => {
  const answer = await ask('Reverse the word: stone', { max_tokens: 3 });
  assert.equal(answer.choices[0].message.content, 'eno');
  assert.equal(answer.choices[0].finish_reason, 'length');
  assert.equal(answer.usage.completion_tokens, 3);
});
test('max_completion_tokens does too', async () => {
  const answer = await ask('Reverse the word: stone',
    { max_completion_tokens: 2 });
  assert.equal(answer.choices[0].message.content, 'en');
  assert.equal(answer.choices[0].finish_reason, 'length');
});
test('the context is the end of an answer', async () => {
  const answer = await client.chat.completions.create(long());
  assert.equal(answer.choices[0].finish_reason, 'length');
  assert.equal(answer.usage.total_tokens, 512);
});
test('a seed gives the same again', async () => {
  const of = (seed) => say('Repeat: nbeuxu pencil',
    { temperature: 2, seed, max_tokens: 40, logit_bias: END_TOKENS });
  assert.equal(await of(7), await of(7));
  assert.equal(await of(-1), await of(-1));
  assert.notEqual(await of(7), await of(8));
});
test('without a seed answers differ', async () => {
  const of = () => say('Repeat: nbeuxu pencil',
    { temperature: 2, max_tokens: 40, logit_bias: END_TOKENS });
  assert.notEqual(await of(), await of());
});
test('top_p 0 is greedy', async () => {
  assert.equal(await say('Reverse the word: stone',
    { temperature: 2, top_p: 0 }), 'enots');
});
test('fields that say who asks are overlooked', async () => {
  assert.equal(await say('Reverse the word: stone', {
    user: 'u', metadata: { a: 'b' }, store: false, service_tier: 'auto',
    safety_identifier: 's', prompt_cache_key: 'k', presence_penalty: 0,
    frequency_penalty: 0, stop: null, tools: null, modalities: ['text'],
    response_format: { type: 'text' },
  }), 'enots');
});
test('a token is forbidden, another one forced', async () => {
  const answer = await ask('Reverse the word: stone',
    { logprobs: true, max_tokens: 1 });
  const text = answer.choices[0].message.content;
  const found = [];
  for (let id = 3; id < 576 && found.length === 0; id += 64) {
    const bias = {};
    for (let i = id; i < Math.min(id + 64, 576); i++) bias[i] = -100;
    if (await say('Reverse the word: stone',
      { logit_bias: bias, max_tokens: 1 }) !== text) found.push(id);
  }
  assert.equal(found.length, 1, 'one of the blocks holds the token');
  const forced = await say('Reverse the word: stone',
    { logit_bias: { 300: 100 }, max_tokens: 3 });
  assert.notEqual(forced, 'eno');
});

// ------------------------------------------------------- n

test('n gives that many choices', async () => {
  const answer = await ask('Reverse the word: stone', { n: 3 });
  assert.deepEqual(answer.choices.map((c) => [c.index, c.message.content]),
    [[0, 'enots'], [1, 'enots'], [2, 'enots']]);
  assert.equal(answer.usage.completion_tokens, 15);
});
test('choices of one seed are other ones, and the same again', async () => {
  const of = async () => (await ask('Repeat: nbeuxu pencil', { n: 4, seed: 3,
    temperature: 2, max_tokens: 30, logit_bias: END_TOKENS,
  })).choices.map((c) => c.message.content);
  const first = await of();
  assert.equal(new Set(first).size, 4);
  assert.deepEqual(await of(), first);
});

// ------------------------------------------------------- stop

test('an answer ends before a stop text', async () => {
  const answer = await ask('Reverse the word: stone', { stop: 'ot' });
  assert.equal(answer.choices[0].message.content, 'en');
  assert.equal(answer.choices[0].finish_reason, 'stop');
});
test('the first of several stop texts counts', async () => {
  assert.equal(await say('Reverse the word: stone',
    { stop: ['s', 'to', 'ots', 'xyz'] }), 'en');
});
test('a stop text may be the beginning', async () => {
  assert.equal(await say('Reverse the word: stone', { stop: ['en'] }), '');
});
test('a stop text that never comes changes nothing', async () => {
  assert.equal(await say('Reverse the word: stone', { stop: ['tsx'] }),
    'enots');
});
test('a stream ends before a stop text', async () => {
  const chunks = await streamed(greedy('Reverse the word: stone',
    { stop: ['ts'] }));
  assert.equal(joined(chunks), 'eno');
  assert.equal(chunks.at(-1).choices[0].finish_reason, 'stop');
});

// ------------------------------------------------------- logprobs

test('logprobs are told for each token', async () => {
  const answer = await ask('Reverse the word: stone',
    { logprobs: true, top_logprobs: 5 });
  const { content, refusal } = answer.choices[0].logprobs;
  assert.equal(refusal, null);
  assert.equal(content.length, answer.usage.completion_tokens);
  const bytes = Buffer.from(content.flatMap((t) => t.bytes));
  assert.equal(bytes.toString(), 'enots');
  for (const token of content) {
    assert.ok(token.logprob <= 0 && token.logprob > -1);
    assert.equal(token.top_logprobs.length, 5);
    assert.equal(token.top_logprobs[0].token, token.token);
    const sorted = token.top_logprobs.map((t) => t.logprob);
    assert.deepEqual(sorted, [...sorted].sort((a, b) => b - a));
    const sum = sorted.reduce((a, b) => a + Math.exp(b), 0);
    assert.ok(sum > 0.5 && sum <= 1.0001);
  }
});
test('logprobs without best ones', async () => {
  const answer = await ask('Sort: 3 1 2', { logprobs: true });
  assert.ok(answer.choices[0].logprobs.content
    .every((t) => t.top_logprobs.length === 0));
});
test('a token that ends an answer has a name and no bytes', async () => {
  const answer = await ask('Sort: 3 1 2',
    { logprobs: true, top_logprobs: 20 });
  const all = answer.choices[0].logprobs.content
    .flatMap((t) => t.top_logprobs);
  assert.ok(all.some((t) => t.bytes === null && t.token === '<end_of_turn>'));
});
test('logprobs end where the text does', async () => {
  const answer = await ask('Reverse the word: stone',
    { logprobs: true, stop: 'ot' });
  assert.equal(answer.choices[0].logprobs.content
    .map((t) => t.token).join(''), 'en');
});
test('a stream tells the same logprobs', async () => {
  const request = greedy('As JSON: Leo, 26, Oslo',
    { logprobs: true, top_logprobs: 2 });
  const whole = await client.chat.completions.create(request);
  const parts = (await streamed(request)).flatMap((c) => c.choices)
    .flatMap((c) => c.logprobs?.content ?? []);
  assert.deepEqual(parts, whole.choices[0].logprobs.content);
});

// ------------------------------------------------------- JSON

const person = { type: 'object', additionalProperties: false,
  required: ['name', 'age', 'city'],
  properties: { name: { type: 'string', maxLength: 12 },
    age: { type: 'integer', minimum: 0, maximum: 200 },
    city: { type: 'string', maxLength: 12 } } };
const asSchema = (schema) => ({ response_format: { type: 'json_schema',
  json_schema: { name: 'answer', strict: true, schema } } });

test('json_object gives an object', async () => {
  const text = await say('Reverse the word: stone',
    { response_format: { type: 'json_object' }, max_tokens: 400 });
  assert.equal(text[0], '{');
});
test('json_schema is kept', async () => {
  const text = await say('As JSON: Olga, 52, Delhi', asSchema(person));
  assert.deepEqual(JSON.parse(text), { name: 'Olga', age: 52, city: 'Delhi' });
});
test('json_schema is kept where the model would say other things', async () => {
  for (const prompt of ['Sort: 3 1 2', 'Capital of Cuba?', 'Hello!']) {
    const value = JSON.parse(await say(prompt, asSchema(person)));
    assert.deepEqual(Object.keys(value).sort(), ['age', 'city', 'name']);
    assert.ok(Number.isInteger(value.age) && value.age <= 200);
  }
});
test('an enum is chosen from', async () => {
  const text = await say('Capital of Cuba?',
    asSchema({ enum: ['Paris', 'Havana', 'Rome'] }));
  assert.ok(['Paris', 'Havana', 'Rome'].includes(JSON.parse(text)), text);
});
test('the client parses what came by a schema', async () => {
  const answer = await client.chat.completions.parse(
    greedy('As JSON: Leo, 26, Oslo', asSchema(person)));
  assert.equal(JSON.parse(answer.choices[0].message.content).city, 'Oslo');
});
test('a schema is kept in a stream too', async () => {
  const chunks = await streamed(greedy('As JSON: Pia, 43, Athens',
    asSchema(person)));
  assert.equal(JSON.parse(joined(chunks)).name, 'Pia');
});
test('a keyword that is not supported is named', async () => {
  await refusedChat(asSchema({ type: 'string', pattern: '^a+$' }),
    { param: 'response_format', message: /pattern/ });
});

// ------------------------------------------------------- streams

test('a stream says what the answer says', async () => {
  for (const row of recorded.filter((_, i) => i % 40 === 0))
    assert.equal(joined(await streamed(greedy(row.prompt))),
      await say(row.prompt));
});
test('who speaks comes first, why it ends comes last', async () => {
  const chunks = await streamed(greedy('Reverse the word: stone'));
  assert.deepEqual(chunks[0].choices[0].delta,
    { role: 'assistant', content: '', refusal: null });
  assert.equal(new Set(chunks.map((c) => c.id)).size, 1);
  assert.ok(chunks.every((c) => c.object === 'chat.completion.chunk'));
  assert.ok(chunks.every((c) => !('usage' in c)));
  assert.deepEqual(chunks.slice(0, -1)
    .map((c) => c.choices[0].finish_reason).filter(Boolean), []);
  assert.deepEqual(chunks.at(-1).choices[0].delta, {});
  assert.equal(chunks.at(-1).choices[0].finish_reason, 'stop');
});
test('usage comes behind the answer, when asked for', async () => {
  const chunks = await streamed(greedy('Sort: 3 1 2',
    { stream_options: { include_usage: true } }));
  const last = chunks.pop();
  assert.deepEqual(last.choices, []);
  assert.equal(last.usage.total_tokens, (await ask('Sort: 3 1 2'))
    .usage.total_tokens);
  assert.ok(chunks.every((c) => c.usage === null));
});
test('several choices stream side by side', async () => {
  const chunks = await streamed(greedy('Capital of Cuba?', { n: 3 }));
  for (let i = 0; i < 3; i++) assert.equal(joined(chunks, i), 'Havana');
});
test('the client puts a stream together', async () => {
  const runner = client.chat.completions.stream(
    greedy('As JSON: Leo, 26, Oslo', { logprobs: true }));
  const answer = await runner.finalChatCompletion();
  assert.equal(answer.choices[0].message.content,
    '{"name": "Leo", "age": 26, "city": "Oslo"}');
  assert.ok(answer.choices[0].logprobs.content.length > 10);
});
test('a stream is events, not kept, and not for other sites', async () => {
  const reply = await fetch(`${server.url}/v1/chat/completions`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ ...greedy('Sort: 3 1 2'), stream: true }) });
  assert.match(reply.headers.get('content-type'), /^text\/event-stream/);
  assert.equal(reply.headers.get('cache-control'), 'no-store');
  assert.equal(reply.headers.get('access-control-allow-origin'), null);
  assert.match(await reply.text(), /\n\ndata: \[DONE\]\n\n$/);
});
test('what is wrong is said before a stream begins', async () => {
  await refused(client.chat.completions.create({ ...greedy('x'), stream: true,
    model: 'other' }), { status: 404, code: 'model_not_found' });
});

// ------------------------------------------------------- completions

const complete = (prompt, more) => client.completions.create(
  { model: MODEL, temperature: 0, prompt, ...more });

test('a completion is sixteen tokens unless asked', async () => {
  const answer = await complete('abc', { logit_bias: END_TOKENS });
  assert.equal(answer.object, 'text_completion');
  assert.equal(answer.usage.completion_tokens, 16);
  assert.equal(answer.choices[0].finish_reason, 'length');
});
test('echo has the prompt before it', async () => {
  const plain = await complete('abc', { max_tokens: 5 });
  const echoed = await complete('abc', { max_tokens: 5, echo: true });
  assert.equal(echoed.choices[0].text, 'abc' + plain.choices[0].text);
});
test('several prompts have n choices each', async () => {
  const answer = await complete(['abc', 'xyz'], { max_tokens: 5, n: 2 });
  const texts = answer.choices.map((c) => c.text);
  assert.deepEqual(answer.choices.map((c) => c.index), [0, 1, 2, 3]);
  assert.equal(texts[0], texts[1]);
  assert.equal(texts[2], (await complete('xyz', { max_tokens: 5 }))
    .choices[0].text);
});
test('a prompt may be tokens', async () => {
  const answer = await complete([2, 300, 301], { max_tokens: 4 });
  assert.equal(answer.usage.prompt_tokens, 3);
  assert.equal((await complete([[2, 300, 301], [2, 302]], { max_tokens: 4 }))
    .choices[0].text, answer.choices[0].text);
  await refused(complete([2, 576]), { status: 400, param: 'prompt' });
});
test('logprobs of completions are four lists', async () => {
  const answer = await complete('abc', { max_tokens: 6, logprobs: 3,
    logit_bias: END_TOKENS });
  const { tokens, token_logprobs, top_logprobs, text_offset } =
    answer.choices[0].logprobs;
  assert.equal(tokens.join(''), answer.choices[0].text);
  assert.equal(token_logprobs.length, 6);
  assert.ok(top_logprobs.every((t) => Object.keys(t).length === 3));
  assert.deepEqual(text_offset, tokens.map((_, i) =>
    [...tokens.slice(0, i).join('')].length));
});
test('completions stream', async () => {
  const whole = await complete('abc', { max_tokens: 8, best_of: 1 });
  let text = '';
  let finish;
  for await (const chunk of await complete('abc', { max_tokens: 8,
    stream: true })) {
    assert.equal(chunk.object, 'text_completion');
    text += chunk.choices[0].text;
    finish = chunk.choices[0].finish_reason;
  }
  assert.equal(text, whole.choices[0].text);
  assert.equal(finish, whole.choices[0].finish_reason);
});
test('what completions do not have is refused', async () => {
  await refused(complete('a', { suffix: 'b' }), { status: 400,
    param: 'suffix', code: 'unsupported_parameter' });
  await refused(complete('a', { logprobs: 6 }), { status: 400,
    param: 'logprobs', code: 'integer_above_max_value' });
  await refused(complete('a', { echo: true, logprobs: 1 }), { status: 400,
    param: 'echo' });
  await refused(complete('a', { best_of: 3 }), { status: 400,
    param: 'best_of' });
});

// ------------------------------------------------------- wrong parameters

test('numbers have limits', async () => {
  await refusedChat({ temperature: 2.5 },
    { param: 'temperature', code: 'decimal_above_max_value' });
  await refusedChat({ top_p: -0.5 },
    { param: 'top_p', code: 'decimal_below_min_value' });
  await refusedChat({ n: 9 },
    { param: 'n', code: 'integer_above_max_value' });
  await refusedChat({ max_tokens: 0 },
    { param: 'max_tokens', code: 'integer_below_min_value' });
  await refusedChat({ logprobs: true, top_logprobs: 21 },
    { param: 'top_logprobs', code: 'integer_above_max_value' });
  await refusedChat({ logit_bias: { 300: 101 } }, { param: 'logit_bias.300' });
  await refusedChat({ logit_bias: { 9999: 1 } }, { param: 'logit_bias' });
});
test('fields have types', async () => {
  await refusedChat({ temperature: 'hot' },
    { param: 'temperature', code: 'invalid_type' });
  await refusedChat({ n: 1.5 }, { param: 'n', code: 'invalid_type' });
  await refusedChat({ stream: 'yes' },
    { param: 'stream', code: 'invalid_type' });
  await refusedChat({ stop: [1] }, { param: 'stop[0]', code: 'invalid_type' });
  await refusedChat({ messages: 'hello' },
    { param: 'messages', code: 'invalid_type' });
});
test('what would change the answer and is not here is refused', async () => {
  const tools = [{ type: 'function', function: { name: 'f' } }];
  for (const [name, value] of Object.entries({ tools, tool_choice: 'auto',
    functions: [{ name: 'f' }], audio: { voice: 'alloy', format: 'wav' },
    reasoning_effort: 'low', verbosity: 'low', web_search_options: {} }))
    await refusedChat({ [name]: value },
      { param: name, code: 'unsupported_parameter' });
  await refusedChat({ presence_penalty: 0.5 },
    { param: 'presence_penalty', code: 'unsupported_value' });
  await refusedChat({ frequency_penalty: -1 },
    { param: 'frequency_penalty', code: 'unsupported_value' });
  await refusedChat({ modalities: ['text', 'audio'] },
    { param: 'modalities[1]', code: 'unsupported_value' });
});
test('an unknown field is refused by its name', async () => {
  await refusedChat({ temprature: 0 },
    { param: 'temprature', code: 'unknown_parameter' });
});
test('messages are read strictly', async () => {
  const image = { type: 'image_url', image_url: { url: 'data:,' } };
  await refusedChat({ messages: [] }, { param: 'messages' });
  await refusedChat({ messages: [{ role: 'tool', content: 'x',
    tool_call_id: '1' }] }, { param: 'messages[0].role' });
  await refusedChat({ messages: [{ role: 'user', content: [image] }] },
    { param: 'messages[0].content[0].type' });
  await refusedChat({ messages: [...user('a'), { role: 'assistant',
    content: null, tool_calls: [] }] }, { param: 'messages[1].tool_calls' });
  await refusedChat({ messages: [...user('a'),
    { role: 'assistant', content: 'b' }] },
  { param: 'messages', message: /not the user's/ });
});
test('fields that contradict each other are refused', async () => {
  await refusedChat({ max_tokens: 3, max_completion_tokens: 3 },
    { param: 'max_tokens' });
  await refusedChat({ top_logprobs: 3 }, { param: 'top_logprobs' });
  await refusedChat({ stream_options: { include_usage: true } },
    { param: 'stream_options' });
  await refusedChat({ stop: ['a', 'b', 'c', 'd', 'e'] }, { param: 'stop' });
});
test('what is missing is named', async () => {
  await refused(client.chat.completions.create({ messages: user('x') }),
    { status: 400, param: 'model', code: 'missing_required_parameter' });
  await refused(client.chat.completions.create({ model: MODEL }),
    { status: 400, param: 'messages' });
  await refused(client.completions.create({ model: MODEL }),
    { status: 400, param: 'prompt' });
});
test('a prompt beyond the context is refused with both numbers', async () => {
  await refusedChat({ messages: user('a b c d '.repeat(200)) },
    { code: 'context_length_exceeded', param: 'messages', message: /512/ });
});
test('a body that is no JSON is a 400', async () => {
  const { status, body } = await raw('POST', '/v1/chat/completions', '{"a":');
  assert.equal(status, 400);
  assert.equal(body.error.type, 'invalid_request_error');
  assert.equal(body.error.param, null);
});
test('methods, media and sizes are told as error objects', async () => {
  const where = '/v1/chat/completions';
  for (const [reply, status] of [
    [await raw('GET', where), 405],
    [await raw('POST', '/v1/models', '{}'), 405],
    [await raw('POST', where, '{}', { 'Content-Type': 'text/plain' }), 415],
    [await raw('POST', where, `"${'x'.repeat(1 << 20)}"`), 413],
    [await raw('POST', where, '{}', { 'Sec-Fetch-Site': 'cross-site' }), 403],
  ]) {
    assert.equal(reply.status, status);
    assert.deepEqual(Object.keys(reply.body.error),
      ['message', 'type', 'param', 'code']);
  }
});

// ------------------------------------------------------- leaving

async function untilIdle() {
  const end = Date.now() + WAIT_MS;
  while (await metric('assay_model_answers') > 0) {
    assert.ok(Date.now() < end, 'the answers end');
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}
const OUTPUT = 'assay_model_tokens_total{kind="output"}';
// some seconds of work: 64 answers, eight at once
const much = { model: MODEL, prompt: Array(8).fill('abc'), n: 8,
  temperature: 2, max_tokens: 500, logit_bias: END_TOKENS };

test('a stream that is left ends the answers', async () => {
  const before = await metric(OUTPUT);
  let seen = 0;
  const stream = await client.completions.create({ ...much, stream: true });
  for await (const chunk of stream) {
    assert.equal(chunk.choices.length, 1);
    if (++seen === 20) break; // the client aborts the request
  }
  await untilIdle();
  assert.ok(await metric(OUTPUT) - before < 64 * 500 / 2);
});
test('an answer that nobody waits for is ended', async () => {
  const before = await metric(OUTPUT);
  const leave = new AbortController();
  const answer = client.completions.create(much, { signal: leave.signal });
  setTimeout(() => leave.abort(), 30);
  await assert.rejects(answer, OpenAI.APIUserAbortError);
  await untilIdle();
  assert.ok(await metric(OUTPUT) - before < 64 * 500);
});

// ------------------------------------------------------- many at once

test('a dozen clients get what each gets alone', async () => {
  const prompts = recorded.filter((_, i) => i % 33 === 0).slice(0, 12)
    .map((row) => row.prompt);
  assert.equal(prompts.length, 12);
  const request = (prompt, i) => greedy(prompt, i % 2 ? {}
    : { temperature: 1.5, seed: i, max_tokens: 60, logprobs: true });
  const alone = [];
  for (const [i, prompt] of prompts.entries())
    alone.push((await client.chat.completions.create(request(prompt, i)))
      .choices);
  const together = await Promise.all(prompts.map(async (prompt, i) =>
    (await server.client().chat.completions.create(request(prompt, i)))
      .choices));
  assert.deepEqual(together, alone);
});
test('a dozen streams get what each gets alone', async () => {
  const rows = recorded.filter((_, i) => i % 33 === 5).slice(0, 12);
  const texts = await Promise.all(rows.map(async (row) =>
    joined(await streamed(greedy(row.prompt)))));
  assert.deepEqual(texts, await Promise.all(rows.map((row) =>
    say(row.prompt))));
});
test('who reads slowly holds up nobody, and gets all of it', async () => {
  const body = JSON.stringify({ ...long({ n: 8, stream: true, logprobs: true,
    top_logprobs: 20 }) });
  const socket = net.connect(server.port, '127.0.0.1');
  socket.pause();
  socket.write(`POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n` +
    `Connection: close\r\n\r\n${body}`);
  for (let i = 0; i < 5; i++)
    assert.equal(await say('Reverse the word: stone'), 'enots');
  await untilIdle(); // all of it is written, some MB, and nobody has read
  const text = await within(new Promise((resolve, reject) => {
    const parts = [];
    socket.on('data', (part) => parts.push(part));
    socket.on('end', () => resolve(Buffer.concat(parts).toString()));
    socket.on('error', reject);
    socket.resume();
  }), 'reading');
  assert.ok(text.length > 2e6, `${text.length} bytes`);
  assert.match(text, /data: \[DONE\]/);
  const tokens = text.match(/"top_logprobs":/g).length;
  assert.ok(tokens > 8 * 400, `${tokens} tokens`);
});
test('a model that is busy says so', async () => {
  const busy = await startServer('busy', '--model', MODEL, '--parallel', '1');
  try {
    const one = busy.client();
    const leave = new AbortController();
    const slow = assert.rejects(
      one.completions.create(much, { signal: leave.signal }),
      OpenAI.APIUserAbortError);
    while (await metric('assay_model_answers', busy) === 0)
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    const failed = [];
    await Promise.all(Array.from({ length: 64 + 26 }, () =>
      one.completions.create({ model: MODEL, prompt: 'abc', max_tokens: 1 })
        .catch((error) => {
          if (failed.push(error) === 26) leave.abort(); // 64 wait now
        })));
    assert.equal(failed.length, 26);
    await slow;
    for (const error of failed) {
      assert.equal(error.status, 429);
      assert.equal(error.code, 'rate_limit_exceeded');
      assert.equal(error.headers.get('retry-after'), '2');
    }
    // by itself the client tries again
    const patient = busy.client({ maxRetries: 5 });
    assert.equal((await patient.chat.completions.create(
      greedy('Reverse the word: stone'))).choices[0].message.content, 'enots');
  } finally {
    await busy.stop();
  }
});

// ------------------------------------------------------- other servers

test('a key that the server wants is wanted here too', async () => {
  const key = 'canary-5d41402abc4b2a76b9719d911017c592';
  const file = path.join(folder, 'keys');
  writeFileSync(file, `${key}\n`, { mode: 0o600 });
  const closed = await startServer('key', '--model', MODEL, '--api-key-file',
    file);
  try {
    await refused(closed.client().models.list(),
      { status: 401, code: 'invalid_api_key' });
    assert.equal((await closed.client({ apiKey: key }).models.list())
      .data[0].id, MODEL);
  } finally {
    await closed.stop();
  }
});
test('without a model there is no /v1, and it says why', async () => {
  const bare = await startServer('bare');
  try {
    await refused(bare.client().models.list(),
      { status: 404, message: /--model/ });
    await refused(bare.client().chat.completions.create(greedy('x')),
      { status: 404, message: /--model/ });
  } finally {
    await bare.stop();
  }
});
test('a server that is stopped ends its streams, or says why', async () => {
  const ending = await startServer('ending', '--model', MODEL);
  const stream = await ending.client().completions.create(
    { ...much, n: 1, stream: true });
  let stopped;
  let seen = 0;
  try {
    for await (const chunk of stream) {
      seen += chunk.choices.length;
      stopped ??= ending.stop();
    }
  } catch (error) { // it waits ten seconds for answers to end
    assert.match(error.message, /the server is stopping/);
  }
  await stopped;
  assert.ok(seen > 0);
});

// ------------------------------------------------------- running them

let failed = 0;
const only = process.argv.slice(2);
for (const { name, run } of cases) {
  if (only.length && !only.some((word) => name.includes(word))) continue;
  try {
    await within(run(), name);
  } catch (error) {
    failed++;
    console.log(`${name}: ${error.stack ?? error}`);
  }
}
try {
  await untilIdle();
  await server.stop();
} catch (error) {
  failed++;
  console.log(`the end: ${error.stack}`);
}
rmSync(folder, { recursive: true, force: true });
console.log(`${cases.length} cases, ${failed} failed`);
process.exit(failed ? 1 : 0);
