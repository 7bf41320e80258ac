/**
 * Packs the library as it would be published and uses the package as a stranger would: `npm run package-check`. Installs it in an empty
 * folder, checks what comes along, compiles a TypeScript program against its types, runs it, and bundles it for a browser.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const bundleLimit = 180_000;
const folder = mkdtempSync(join(tmpdir(), 'myelin-package-'));
const failures = [];

function run(command, args, cwd = folder) {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function check(name, body) {
  try {
    const remark = body();
    console.log(`ok      ${name}${remark ? `: ${remark}` : ''}`);
  } catch (error) {
    failures.push(name);
    console.error(`FAILED  ${name}: ${error.message}\n${error.stdout ?? ''}${error.stderr ?? ''}`);
  }
}

const program = `
import { Adam, Dense, Sequential, type Tensor, engineInfo, ops, setSeed, tensor } from 'myelin';

setSeed(1);
const model = new Sequential([new Dense({ units: 8, activation: 'tanh', inputShape: [2] }), new Dense({ units: 1, activation: 'sigmoid' })]);
model.compile({ optimizer: new Adam({ learningRate: 0.05 }), loss: 'binaryCrossentropy', metrics: ['accuracy'] });
const x: Tensor = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]);
await model.fit(x, [[0], [1], [1], [0]], { epochs: 300, verbose: 0 });
const { loss, accuracy } = await model.evaluate(x, [[0], [1], [1], [0]], { verbose: 0 });
const two: Tensor = ops.add(tensor([1, 2]), 1);
if (accuracy !== 1 || !(loss! < 0.2) || two.data[1] !== 3) throw new Error(\`XOR was not learned: \${loss}\`);
console.log(engineInfo().build);
`;

try {
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', folder], root));
  const files = packed.files.map(({ path }) => path);
  check('contents', () => {
    const strays = files.filter((path) => !/^(dist\/|package\.json|README\.md|LICENSE|CHANGELOG\.md)/.test(path));
    if (strays.length > 0) throw new Error(`unexpected files: ${strays.join(', ')}`);
    if (files.some((path) => path.includes('debug'))) throw new Error('the debug build would be published');
    return `${files.length} files, ${(packed.size / 1e6).toFixed(2)} MB packed`;
  });

  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'stranger', private: true, type: 'module' }));
  run('npm', ['install', '--no-audit', '--no-fund', join(folder, packed.filename)]);
  check('dependencies', () => {
    const installed = readdirSync(join(folder, 'node_modules'), { recursive: true })
      .map(String)
      .filter((path) => /^(@[^/]+\/)?[^/@.][^/]*$/.test(path) && statSync(join(folder, 'node_modules', path)).isDirectory())
      .sort();
    const expected = ['@assemblyscript/loader', 'myelin', 'seedrandom'];
    if (installed.join() !== expected.join()) throw new Error(`expected ${expected}, got ${installed}`);
    const { scripts = {} } = JSON.parse(readFileSync(join(folder, 'node_modules', 'myelin', 'package.json'), 'utf8'));
    const hooks = ['preinstall', 'install', 'postinstall'].filter((name) => name in scripts);
    if (hooks.length > 0) throw new Error(`install scripts: ${hooks}`);
    return installed.join(', ');
  });

  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src', 'main.ts'), program);
  check('types', () => {
    // As strict as a user can be: the library's own declarations are checked too.
    const compilerOptions = {
      strict: true,
      target: 'es2022',
      module: 'nodenext',
      skipLibCheck: false,
      types: [],
      lib: ['es2022', 'dom'],
      outDir: 'out',
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
    run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc')]);
  });
  check('a program that uses it', () => run(process.execPath, [join('out', 'main.js')]).trim());

  check('files by myelin/node', () => {
    const code = `
      import { readNPY, writeNPY } from 'myelin/node';
      import { tensor } from 'myelin';
      await writeNPY('rows.npy', tensor([[1, 2], [3, 4]]));
      console.log(JSON.stringify((await readNPY('rows.npy')).toArray()));`;
    const printed = run(process.execPath, ['--input-type=module', '-e', code]).trim();
    if (printed !== '[[1,2],[3,4]]') throw new Error(`printed ${printed}`);
  });

  const tool = (name, entry) => join(here, 'node_modules', name, entry);
  check('publint', () =>
    run(process.execPath, [tool('publint', 'src/cli.js'), '--strict', join(folder, 'node_modules', 'myelin')])
      .trim()
      .split('\n')
      .at(-1),
  );
  check('are the types wrong', () => {
    run(process.execPath, [
      tool('@arethetypeswrong/cli', 'dist/index.js'),
      join(folder, packed.filename),
      '--profile',
      'esm-only',
      '--exclude-entrypoints',
      './wasm/*',
    ]);
  });

  const { outputFiles } = await build({
    stdin: { contents: program, loader: 'ts', resolveDir: folder },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: ['node:*'],
    write: false,
  });
  check('browser bundle', () => {
    const [{ contents }] = outputFiles;
    const zipped = gzipSync(contents).length;
    if (zipped > bundleLimit) throw new Error(`${zipped} bytes zipped, more than ${bundleLimit}`);
    return `${(contents.length / 1e3).toFixed(0)} kB, ${(zipped / 1e3).toFixed(0)} kB zipped`;
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

if (failures.length > 0) process.exitCode = 1;
