/** @file Runs the benchmarks: `npm run bench -- --help`. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describeMachine, finish, type SuiteResult } from './lib/report.ts';
import { prepareRevision } from './lib/revision.ts';
import { type Options, readOptions, usage } from './options.ts';
import { gemmSuite } from './suites/gemm.ts';
import { optimizerSuite } from './suites/optimizers.ts';
import { trainingSuite } from './suites/training.ts';
import { workloads } from './workloads.ts';

const training = (prefix: string) => (options: Options) =>
  trainingSuite(
    prefix,
    workloads.filter(({ name }) => name.startsWith(prefix)),
    options,
  );
const suites: Record<string, (options: Options) => Promise<SuiteResult>> = {
  gemm: gemmSuite,
  mlp: training('mlp'),
  tiny: training('tiny'),
  cnn: training('cnn'),
  recurrent: training('recurrent'),
  layers: training('layers'),
  optimizers: optimizerSuite,
};

const options = readOptions();
if (!options) {
  console.log(usage);
  process.exit(0);
}
if (!existsSync(new URL('node_modules/tinybench', import.meta.url)))
  throw new Error('the peers are not installed: npm ci --prefix bench');
const unknown = options.suites.filter((name) => !(name in suites));
if (unknown.length > 0) throw new Error(`no suite called ${unknown.join(', ')}: there are ${Object.keys(suites).join(', ')}`);

const node = execFileSync(options.node, ['-p', 'process.version + " (V8 " + process.versions.v8 + ")"'], {
  encoding: 'utf8',
}).trim();
const machine = describeMachine(node);
console.log(`${machine.processor}, ${machine.cores} cores, load ${machine.load}, Node.js ${node}`);
if (Number(machine.load) > 0.5)
  console.log('The machine is busy with other work: judge by the ratios, and run again when it is quiet.');
if (options.against) options.against = prepareRevision(options.against);

const results: SuiteResult[] = [];
for (const [name, suite] of Object.entries(suites)) {
  if (options.suites.length === 0 || options.suites.includes(name)) results.push(await suite(options));
}
const { misses } = finish(machine, results);
process.exit(options.strict && misses > 0 ? 1 : 0);
