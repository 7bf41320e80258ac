// Kills a run of training twenty times, at random moments and in the middle of writing checkpoints, and lets it go on each time: it must end
// with the bits of a run that nobody disturbed, and no kill may leave a checkpoint that cannot be read. `npm run crash`, or
// `node scripts/crash.mjs [seed]` after a build.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeCheckpoint } from '../dist/models/checkpoint.js';

const kills = 20;
const child = fileURLToPath(new URL('./lib/crash-child.mjs', import.meta.url));
const seed = process.argv[2] ?? String(Date.now() % 1e9);
const failures = [];
const started = performance.now();

/** Random numbers in [0, 1) that follow from the seed; the moments themselves also depend on the machine. */
const random = (() => {
  let state = Number(seed) >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
})();

/**
 * Starts the run in a folder. `aim` is told of what happens and calls `kill` when it is time: without it the run goes on to its end.
 * Resolves with the result it printed, or undefined when it was killed.
 */
function run(folder, aim) {
  mkdirSync(folder, { recursive: true });
  const process = spawn(globalThis.process.execPath, [child, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const events = aim?.(() => process.kill('SIGKILL'));
  const watcher = watch(folder, (_event, name) => {
    if (name?.endsWith('.tmp')) events?.draft?.();
  });
  let text = '';
  process.stdout.on('data', (data) => {
    for (const name of ['begin', 'step']) {
      if (!text.includes(`${name}\n`) && (text + data).includes(`${name}\n`)) events?.[name]?.();
    }
    text += data;
  });
  return new Promise((resolve, reject) => {
    process.on('error', reject);
    process.on('close', (code, signal) => {
      watcher.close();
      events?.end?.();
      if (signal === 'SIGKILL') return resolve(undefined);
      if (code !== 0) return reject(new Error(`the run failed with code ${code}`));
      resolve(JSON.parse(text.slice(text.indexOf('result ') + 7)));
    });
  });
}

/** Milliseconds from the first step to the end of a run that nobody disturbed. */
let duration = 0;

/** Kills at any time: a quarter while the run starts and reads its checkpoint, the others while it trains. */
const atRandom = (kill) => {
  let timer;
  const isEarly = random() < 0.25;
  return {
    begin: () => {
      if (isEarly) timer = setTimeout(kill, random() * 100);
    },
    step: () => {
      if (!isEarly) timer = setTimeout(kill, random() * (duration / 10));
    },
    end: () => clearTimeout(timer),
  };
};

/** Kills while a checkpoint is being written. A file in the making is seen several times: when it is made, as it grows, when it is moved. */
const inAWrite = (kill) => {
  let left = 1 + Math.floor(random() * 20);
  let timer;
  return {
    draft: () => {
      if (--left !== 0) return;
      // At once, or at another moment of the write.
      if (random() < 0.5) kill();
      else timer = setTimeout(kill, random() * 3);
    },
    end: () => clearTimeout(timer),
  };
};

const root = mkdtempSync(join(tmpdir(), 'myelin-crash-'));
try {
  let first = 0;
  const expected = await run(join(root, 'whole'), () => ({
    step: () => {
      first = performance.now();
    },
  }));
  duration = performance.now() - first;
  console.log(`undisturbed: ${JSON.stringify(expected)}`);
  const folder = join(root, 'killed');
  const latest = join(folder, 'latest.safetensors');
  let [killed, drafts, isThere] = [0, 0, false];
  const steps = [];
  let actual;
  while (killed < kills && actual === undefined) {
    actual = await run(folder, killed % 2 === 0 ? atRandom : inAWrite);
    if (actual !== undefined) break;
    killed++;
    const names = readdirSync(folder);
    if (names.some((name) => name.endsWith('.tmp'))) drafts++;
    if (isThere && !existsSync(latest)) failures.push(`kill ${killed}: the checkpoint is gone`);
    for (const name of names.filter((one) => !one.endsWith('.tmp'))) {
      try {
        const { optimizer } = decodeCheckpoint(readFileSync(join(folder, name)));
        isThere = true;
        steps.push(optimizer.variables[0].tensor.item());
      } catch (error) {
        failures.push(`kill ${killed}: ${name} cannot be read: ${error.message}`);
      }
    }
  }
  if (actual !== undefined) failures.push(`the run ended after ${killed} of ${kills} kills`);
  else actual = await run(folder);
  console.log(
    `killed ${killed} times, ${drafts} of them while a checkpoint was written; checkpoints at steps ${steps.join(', ')}`,
  );
  console.log(`resumed:     ${JSON.stringify(actual)}`);
  if (drafts === 0) failures.push('no kill hit a write');
  for (const [name, value] of Object.entries(expected)) {
    if (actual[name] !== value) failures.push(`${name}: ${actual[name]} instead of ${value}`);
  }
} catch (error) {
  failures.push(error.message);
} finally {
  rmSync(root, { recursive: true, force: true });
}
for (const failure of failures) console.error(failure);
console.log(
  `${failures.length === 0 ? 'passed' : 'FAILED'} in ${((performance.now() - started) / 1000).toFixed(1)} s (seed ${seed})`,
);
if (failures.length > 0) process.exitCode = 1;
