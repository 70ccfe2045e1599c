/*
 * The peer of the engine: llama.cpp, as the npm package node-llama-cpp has it
 * ready-made.
 *   engine_peer.mjs speed FILE ROUNDS      a line "prefill X decode Y" a round,
 *                                          each after a line on standard input
 *   engine_peer.mjs logits FILE TOKENS     as `assay logits`: probabilities of
 *                                          all tokens after each position
 */
import { createInterface } from 'node:readline'
import { readFileSync } from 'node:fs'
import { getLlama, LlamaLogLevel } from 'node-llama-cpp'

const [, , what, path, argument] = process.argv
const PROMPT = 512
const ANSWER = 64

const llama = await getLlama({
  gpu: false, build: 'never', logLevel: LlamaLogLevel.error, maxThreads: 2,
})
const model = await llama.loadModel({ modelPath: path })
const context = await model.createContext({
  contextSize: 1024, batchSize: PROMPT, threads: 2, flashAttention: true,
})
const sequence = context.getSequence()

async function read(tokens, last) {
  await sequence.controlledEvaluate(tokens.map((token, i) =>
    last && i === tokens.length - 1
      ? [token, { generateNext: { token: true } }] : token))
}

async function speed() {
  const tokens = Array.from({ length: PROMPT }, (_, i) => 300 + i * 37)
  await sequence.clearHistory()
  let begun = performance.now()
  await read(tokens, true)
  const prefill = PROMPT / (performance.now() - begun) * 1000
  begun = performance.now()
  for (let i = 0; i < ANSWER; i++) await read([tokens[i]], true)
  const decode = ANSWER / (performance.now() - begun) * 1000
  console.log(`prefill ${prefill.toFixed(2)} decode ${decode.toFixed(2)}`)
}

async function logits() {
  const tokens = JSON.parse(readFileSync(argument, 'utf8'))
  const rows = await sequence.controlledEvaluate(tokens.map((token) =>
    [token, { generateNext: { probabilities: true } }]))
  const out = rows.map((row) => {
    const shares = new Array(0)
    for (const [token, share] of row.next.probabilities) shares[token] = share
    return shares
  })
  const text = JSON.stringify({ probabilities: out }) + '\n'
  await new Promise((done) => process.stdout.write(text, done))
}

if (what === 'logits') {
  await logits()
} else {
  await speed() // warm
  for await (const _ of createInterface({ input: process.stdin })) await speed()
}
process.exit(0)
