/**
 * @file Builds the kernels: scans assembly/kernels, generates what derives from the list, and compiles the targets of asconfig.json.
 *
 *   node scripts/build-kernels.mjs [target…] [--only text] [--out folder]
 *
 * Does nothing when nothing changed. `--only elementwise` builds just the kernel files whose path contains the text, into
 * `--out` (default build/only), leaving the package's own builds alone: for work on one family while others are unfinished.
 */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { hasStaticData, onPlainMemory } from './lib/wasm-sections.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, out: { type: 'string' } },
});
const config = JSON.parse(readFileSync(join(root, 'asconfig.json'), 'utf8'));
/** Builds for plain memory are those for shared memory with another flag. */
const plainOf = { 'simd-shared': 'simd', 'relaxed-shared': 'relaxed' };
const compiledAs = (name) => Object.keys(plainOf).find((target) => plainOf[target] === name) ?? name;
const targets = positionals.length ? [...new Set(positionals.map(compiledAs))] : Object.keys(config.targets);
const isPackage = options.only === undefined;
const wasmFolder = join(root, isPackage ? 'build/wasm' : (options.out ?? 'build/only'));
// A partial build compiles a copy of the sources, because the runner imports the dispatch it is compiled with.
const sourceFolder = isPackage ? '' : `${relative(root, wasmFolder)}/`;
const stateFile = join(wasmFolder, 'built.json');
const manifestFile = join(root, 'src/engine/generated/kernels.ts');

function filesIn(folder, ending) {
  if (!existsSync(join(root, folder))) return [];
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((path) => !path.startsWith('assembly/generated'))
    .sort();
}

/** Readers never see half a file, and watchers see no change where there is none. */
function write(path, content) {
  if (existsSync(path) && readFileSync(path).equals(Buffer.from(content))) return;
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, content);
  renameSync(temporary, path);
}

/** Two builds at once would mix their outputs: the second waits, and then mostly finds nothing left to do. */
async function lock(folder) {
  mkdirSync(dirname(folder), { recursive: true });
  for (;;) {
    try {
      mkdirSync(folder);
      writeFileSync(join(folder, 'pid'), String(process.pid));
      process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
      for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    let owner = 0;
    try {
      owner = Number(readFileSync(join(folder, 'pid'), 'utf8'));
      process.kill(owner, 0);
    } catch (error) {
      if (owner && error.code === 'ESRCH') rmSync(folder, { recursive: true, force: true });
    }
  }
}

function readInputs() {
  const sources = new Map(filesIn('assembly', '.ts').map((path) => [path, readFileSync(join(root, path), 'utf8')]));
  const tools = ['asconfig.json', 'scripts/build-kernels.mjs', ...filesIn('scripts/lib', '.mjs')];
  const hash = createHash('sha256')
    .update(JSON.stringify([...sources]))
    .update(options.only ?? '');
  hash.update(JSON.parse(readFileSync(join(root, 'node_modules/assemblyscript/package.json'), 'utf8')).version);
  for (const path of tools) hash.update(readFileSync(join(root, path)));
  return { sources, hash: hash.digest('hex') };
}

function outputsOf(target) {
  const files = [target, plainOf[target]].flatMap((name) => (name ? [join(wasmFolder, `${name}.wasm`)] : []));
  // The debug build is for tests: it never becomes a part of the package.
  if (isPackage && target !== 'debug') files.push(join(root, `src/engine/generated/wasm-${target}.ts`));
  return files;
}

function staleTargets(hash) {
  const state = existsSync(stateFile) ? JSON.parse(readFileSync(stateFile, 'utf8')) : {};
  if (isPackage && !existsSync(manifestFile)) return targets;
  return targets.filter((target) => state[target] !== hash || !outputsOf(target).every((path) => existsSync(path)));
}

async function compile(target) {
  const asc = join(root, 'node_modules/assemblyscript/bin/asc.js');
  const temporary = join(wasmFolder, `${target}.${process.pid}.tmp.wasm`);
  const args = [
    asc,
    `${sourceFolder}assembly/generated/index.ts`,
    '--config',
    'asconfig.json',
    '--target',
    target,
    '--outFile',
    relative(root, temporary),
  ];
  try {
    await promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 1 << 26 });
  } catch (error) {
    throw new Error(`target ${target} does not compile:\n${error.stderr || error.message}`);
  }
  const bytes = readFileSync(temporary);
  rmSync(temporary);
  // A worker would write static data a second time while others compute, so builds that ship must have none.
  if (target !== 'debug' && hasStaticData(bytes)) {
    throw new Error(`target ${target} has static data. Kernels use none: compute tables, or keep constants in the code.`);
  }
  return bytes;
}

/** The exports of a fresh build, for the values of its constants. */
async function exportsOf(target, bytes) {
  const shared = config.targets[target].sharedMemory === true;
  const memory = new WebAssembly.Memory({ initial: config.options.initialMemory, maximum: config.options.initialMemory, shared });
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory, abort() {}, wait() {} } });
  return instance.exports;
}

async function build() {
  if (staleTargets(readInputs().hash).length === 0) return;
  await lock(join(wasmFolder, 'lock'));
  const { sources, hash } = readInputs();
  const stale = staleTargets(hash);
  if (stale.length === 0) return;
  // The constants are read from a build that every host can run.
  if (isPackage && !stale.some((target) => !target.startsWith('relaxed'))) stale.push('simd-shared');

  const started = performance.now();
  const { scanKernels } = await import('./lib/scan-kernels.mjs');
  const { dispatchSource, entrySource, manifestSource, wasmSource } = await import('./lib/generate.mjs');
  const kept = [...sources].filter(([path]) => path.startsWith('assembly/kernels/') && path.includes(options.only ?? ''));
  const vm = [...sources].filter(([path]) => path.startsWith('assembly/vm/'));
  const manifest = scanKernels(new Map(kept), new Map(vm));
  if (!isPackage) for (const [path, text] of sources) write(join(wasmFolder, path), text);
  write(join(root, `${sourceFolder}assembly/generated/dispatch.ts`), dispatchSource(manifest));
  write(join(root, `${sourceFolder}assembly/generated/index.ts`), entrySource(manifest));
  mkdirSync(wasmFolder, { recursive: true });

  const built = new Map();
  const queue = [...stale];
  const failures = [];
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      for (let target = queue.shift(); target && failures.length === 0; target = queue.shift()) {
        await compile(target).then(
          (bytes) => built.set(target, bytes),
          (error) => failures.push(error),
        );
      }
    }),
  );
  if (failures.length) throw failures[0];

  for (const [target, bytes] of built) {
    write(join(wasmFolder, `${target}.wasm`), bytes);
    if (plainOf[target]) write(join(wasmFolder, `${plainOf[target]}.wasm`), onPlainMemory(bytes));
    if (isPackage && target !== 'debug') write(join(root, `src/engine/generated/wasm-${target}.ts`), wasmSource(target, bytes));
  }
  if (isPackage)
    write(
      manifestFile,
      manifestSource(manifest, await exportsOf(...[...built].find(([target]) => !target.startsWith('relaxed')))),
    );
  const state = existsSync(stateFile) ? JSON.parse(readFileSync(stateFile, 'utf8')) : {};
  for (const target of stale) state[target] = hash;
  write(stateFile, JSON.stringify(state));
  const sizes = [...built].map(([target, bytes]) => `${target} ${(bytes.length / 1024).toFixed(1)} KB`);
  console.log(`${manifest.kernels.length} kernels: ${sizes.join(', ')} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}

build().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
