/*
 * `assay price` says the same dollars as the npm package
 * @pydantic/genai-prices, by the package's own prices, response by response.
 * What the two may differ in is listed, and checked, in bench/price_agree.py.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { tmpdir } from 'node:os'

const COUNT = '600' // responses of each provider
const assay = process.env.ASSAY
const root = dirname(dirname(dirname(assay))) // of build/check/assay
const bench = (name) => join(root, 'bench', name)
const folder = mkdtempSync(join(tmpdir(), 'assay-prices-'))

function run(program, args) {
  return execFileSync(program, args, {
    env: { ...process.env, ASSAY_STORE: join(folder, 'store.db') },
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  })
}

function put(name, text) {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

function peer(...args) {
  // its modules are found beside it, so a copy stands beside this script
  return run(process.execPath, [join(import.meta.dirname, 'price_peer.mjs'),
    ...args])
}

try {
  writeFileSync(join(import.meta.dirname, 'price_peer.mjs'),
    run('cat', [bench('price_peer.mjs')]))
  const prices = put('prices.json', peer('prices'))
  run(assay, ['import', 'genai-prices', prices, '--source', 'npm'])
  const files = []
  for (const provider of ['openai', 'anthropic']) {
    const responses = put(`${provider}.jsonl`,
      run('python3', [bench('price_responses.py'), provider, COUNT]))
    files.push(responses,
      put(`${provider}.ours`, run(assay, ['price', responses, '--provider',
        provider, '--source', 'npm'])),
      put(`${provider}.peer`, peer(provider, responses)))
  }
  // exit code 1 when a difference is left that no listed reason explains
  console.log(run('python3', [bench('price_agree.py'), ...files]))
} finally {
  rmSync(folder, { recursive: true })
}
