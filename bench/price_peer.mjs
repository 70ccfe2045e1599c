/*
 * The peer of `assay price`: the npm package @pydantic/genai-prices.
 *   price_peer.mjs prices                     its own prices, as JSON
 *   price_peer.mjs PROVIDER FILE [FLAVOUR]    a price for each line of FILE
 * The provider is looked up once, the file is read and the answers are
 * written in one piece: as quick as the package can be used.
 */
import { readFileSync, writeSync } from 'node:fs'
import { calcPrice, extractUsage, findProvider } from '@pydantic/genai-prices'

function write(text) {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; )
    at += writeSync(1, bytes, at, bytes.length - at)
}

function price(provider, line) {
  try {
    const body = JSON.parse(line)
    const flavour =
      provider.id !== 'openai' ? 'default'
      : body.object === 'response' ? 'responses'
      : 'chat'
    const { model, usage } = extractUsage(provider, body, flavour)
    const cost = calcPrice(usage, model, { provider })
    return cost
      ? JSON.stringify({
          usd: cost.total_price,
          input_usd: cost.input_price,
          output_usd: cost.output_price,
          model: cost.model.id,
        })
      : '{"usd":null}'
  } catch (error) {
    return JSON.stringify({ usd: null, error: error.message })
  }
}

if (process.argv[2] === 'prices') {
  const providers = ['openai', 'anthropic'].map((id) =>
    findProvider({ providerId: id }))
  // the published files have no "type" in a constraint; else they are alike
  write(JSON.stringify(providers, (key, value) =>
    key === 'constraint' ? { ...value, type: undefined } : value))
} else {
  const provider = findProvider({ providerId: process.argv[2] })
  const answers = []
  let text = readFileSync(process.argv[3], 'utf8')
  for (let at = 0, end; at < text.length; at = end + 1) {
    end = text.indexOf('\n', at)
    if (end < 0) end = text.length
    answers.push(price(provider, text.slice(at, end)))
  }
  write(answers.join('\n') + '\n')
}
