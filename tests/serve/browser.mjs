// The pages as people meet them, in a browser; one result line a case:
//   browser.mjs ASSAY HOSTILE_FACTS... [-- WORD...]
// With words, only cases whose name has one of them.
import process from 'node:process';
import {startBrowser, startServer} from './browser_lib.mjs';
import {hostile, stopHostile} from './browser_hostile.mjs';
import {journey} from './browser_journey.mjs';
import {pages} from './browser_pages.mjs';

const [assay, ...rest] = process.argv.slice(2);
const end = rest.includes('--') ? rest.indexOf('--') : rest.length;
const words = rest.slice(end + 1);
const chosen = [...journey, ...pages, ...hostile].filter(([name]) =>
  words.length === 0 || words.some(word => name.includes(word)));

const world = {
  assay,
  server: await startServer(assay),
  hostile: await startServer(assay, rest.slice(0, end)),
  browser: await startBrowser(),
};
let failed = 0;

async function run([name, act]) {
  try {
    await act(world);
    console.log(`ok browser: ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL browser: ${name}\n` +
      String(error.stack || error).replace(/^/gm, '    '));
  }
}
// two at once: there is as much waiting as work
const queue = [...chosen];
async function work() {
  while (queue.length) await run(queue.shift());
}
try {
  await Promise.all([work(), work()]);
} finally {
  await world.browser.close();
  for (const stop of [world.server.stop, world.hostile.stop, stopHostile])
    try {
      await stop();
    } catch (error) {
      failed++;
      console.log(`FAIL browser: the server ends well\n    ${error.message}`);
    }
}
process.exit(failed || chosen.length === 0 ? 1 : 0);
