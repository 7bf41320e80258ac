/**
 * @file Measures optimizers in a process of its own: updates of many parameters beside a copy of as many bytes, and training steps with an
 * option beside steps without. Both sides of a ratio take turns within the same request.
 */
import { pathToFileURL } from 'node:url';
import type * as EngineRoom from '../../src/engine/index.ts';
import type * as Library from '../../src/index.ts';
import { median } from '../lib/rounds.ts';
import { serve } from '../lib/serve.ts';
import { generator } from '../workloads.ts';
import type { CostReply, OptimizerRequest, UpdateReply } from './optimizers.ts';

const dist = process.argv[2]!;
const myelin = (await import(pathToFileURL(`${dist}/index.js`).href)) as typeof Library;
const room = (await import(pathToFileURL(`${dist}/engine/index.js`).href)) as typeof EngineRoom;

/** Copies of half of the bytes into the other half, and the update, as programs over memory of their own. */
function updatePrograms(engine: EngineRoom.Engine, kernel: 'sgd' | 'adam', parameters: number) {
  const arrays = kernel === 'sgd' ? 2 : 4;
  const { memory } = engine;
  const addresses = Array.from({ length: arrays }, () => memory.allocate(4 * parameters));
  const random = generator(parameters);
  addresses.forEach((address, i) => {
    const view = memory.f32(address, parameters);
    for (let k = 0; k < parameters; k++) view[k] = i < 2 ? random() - 0.5 : 0.01;
  });
  const table = memory.allocate(4 * (1 + arrays));
  memory.i32(table, 1 + arrays).set([parameters, ...addresses]);
  const hyper = memory.allocate(32);
  memory.f32(hyper, 8).set(kernel === 'sgd' ? [1e-4] : [1e-4, 0.1, 0.001, 1e-7, 0]);
  const half = (arrays / 2) * parameters;
  const [from, to] = [memory.allocate(4 * half), memory.allocate(4 * half)];
  memory.f32(from, half).fill(1);
  const program = (write: (k: EngineRoom.Emitter) => void): EngineRoom.Program => {
    const writer = engine.write({ maxParts: engine.threads });
    write(writer.k);
    writer.barrier();
    return writer.finish();
  };
  const update = program((k) => k[kernel](table, 1, hyper, 0, 0));
  const copy = program((k) => k.copy(from, to, half));
  // Bytes that the update has to read and write: SGD w, g → w; Adam w, g, m, v → w, m, v.
  return {
    update,
    copy,
    updateBytes: 4 * parameters * (kernel === 'sgd' ? 3 : 7),
    copyBytes: 8 * half,
    owned: [...addresses, from, to, table, hyper],
  };
}

async function measureUpdate(kernel: 'sgd' | 'adam', parameters: number, threads: number, rounds: number): Promise<UpdateReply> {
  const engine = await room.ready();
  const made = updatePrograms(engine, kernel, parameters);
  const time = (program: EngineRoom.Program): number => {
    const start = performance.now();
    engine.runOn(program, threads);
    return performance.now() - start;
  };
  const [updates, copies]: [number[], number[]] = [[], []];
  for (let round = -3; round < rounds; round++) {
    const [update, copy] = [time(made.update), time(made.copy)];
    if (round < 0) continue;
    updates.push(update);
    copies.push(copy);
  }
  for (const address of made.owned) engine.memory.free(address);
  // Gigabytes per second; the fastest run of each, as slower ones were disturbed.
  return { update: made.updateBytes / Math.min(...updates) / 1e6, copy: made.copyBytes / Math.min(...copies) / 1e6 };
}

const batches = 64;
const batch = 32;
const models = new Map<string, Library.Sequential>();

function modelOf(optimizer: 'sgd' | 'adam', options: object): Library.Sequential {
  const key = JSON.stringify([optimizer, options]);
  const known = models.get(key);
  if (known) return known;
  const model = new myelin.Sequential([
    new myelin.Dense({ units: 300, activation: 'relu', inputShape: [784] }),
    new myelin.Dense({ units: 100, activation: 'relu' }),
    new myelin.Dense({ units: 10, activation: 'softmax' }),
  ]);
  const OptimizerClass = optimizer === 'sgd' ? myelin.SGD : myelin.Adam;
  model.compile({ optimizer: new OptimizerClass(options), loss: 'sparseCategoricalCrossentropy' });
  models.set(key, model);
  return model;
}

async function measureCost(optimizer: 'sgd' | 'adam', options: object[], rounds: number): Promise<CostReply> {
  const random = generator(1);
  const x = myelin.tensor(Float32Array.from({ length: batches * batch * 784 }, random), [batches * batch, 784]);
  const y = Int32Array.from({ length: batches * batch }, () => Math.floor(10 * random()));
  const run = async (one: object): Promise<number> => {
    const start = performance.now();
    await modelOf(optimizer, one).fit(x, y, { epochs: 1, batchSize: batch, verbose: 0 });
    return (performance.now() - start) / batches;
  };
  const all = [{}, ...options];
  const times = all.map((): number[] => []);
  for (let round = -3; round < rounds; round++) {
    for (let i = 0; i < all.length; i++) {
      const at = (i + round + 3) % all.length;
      const time = await run(all[at]!);
      if (round >= 0) times[at]!.push(time);
    }
  }
  return { milliseconds: times.map(median) };
}

await serve<OptimizerRequest>(async (request) => {
  await myelin.setup({ threads: request.threads });
  if (request.kind === 'update') return measureUpdate(request.optimizer, request.parameters, request.threads, request.rounds);
  return measureCost(request.optimizer, request.options, request.rounds);
});
