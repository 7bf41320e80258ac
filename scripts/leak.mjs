// Trains 10,000 steps in one fit, calls fit 1,000 times, and makes and drops 200 models: memory of the engine and the JavaScript heap must
// stay where they were. Then the same steps run with one, two and three threads in turn, and every bit must agree. `npm run leak`.
import { Adam, BatchNormalization, Dense, Dropout, engineInfo, Sequential, setSeed, setup, tensor } from '../dist/index.js';

if (typeof gc !== 'function') throw new Error('run with node --expose-gc');

const failures = [];
const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(2)} MB`;

/** Memory after the garbage collector and its finalizers have had their turns. */
async function settled() {
  for (let i = 0; i < 4; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { used, reserved } = engineInfo().memory;
  return { used, reserved, heap: process.memoryUsage().heapUsed };
}

/** Runs `body` and compares memory before and after. `slack` is what the JavaScript heap may wander. */
async function flat(name, body, slack = 2 * 2 ** 20) {
  const before = await settled();
  const started = performance.now();
  await body();
  const seconds = (performance.now() - started) / 1000;
  const after = await settled();
  const wasm = after.used - before.used;
  const grown = after.reserved - before.reserved;
  const heap = after.heap - before.heap;
  console.log(
    `${name}: wasm in use ${wasm >= 0 ? '+' : ''}${wasm} bytes, wasm reserved +${grown} bytes, heap ${heap >= 0 ? '+' : ''}${megabytes(heap)} (${seconds.toFixed(1)} s)`,
  );
  if (wasm !== 0) failures.push(`${name}: ${wasm} bytes of wasm memory stayed in use`);
  if (grown !== 0) failures.push(`${name}: wasm memory grew by ${grown} bytes`);
  if (heap > slack) failures.push(`${name}: the heap grew by ${megabytes(heap)}`);
}

const random = (() => {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) / 2 ** 24 - 0.5;
  };
})();
const samples = 640;
const features = 64;
const x = tensor(Float32Array.from({ length: samples * features }, random), [samples, features]);
const y = Int32Array.from(
  { length: samples },
  (_, i) => (x.data[i * features] > 0 ? 1 : 0) + (x.data[i * features + 1] > 0 ? 2 : 0),
);

function makeModel() {
  const model = new Sequential([
    new Dense({ units: 96, activation: 'relu', inputShape: [features] }),
    new BatchNormalization(),
    new Dropout(0.1),
    new Dense({ units: 48, activation: 'tanh' }),
    new Dense({ units: 4, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: new Adam(), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

setSeed(1);
const model = makeModel();
await model.fit(x, y, { epochs: 20, batchSize: 32, verbose: 0 });

await flat('10,000 steps in one fit', () => model.fit(x, y, { epochs: 500, batchSize: 32, verbose: 0 }));

const few = { x: x.slice(0, 70), y: y.subarray(0, 70) };
const fitOften = async (times) => {
  for (let i = 0; i < times; i++) await model.fit(few.x, few.y, { epochs: 1, batchSize: 32, verbose: 0, validationSplit: 0.2 });
};
await fitOften(50);
await flat('1,000 fit calls', () => fitOften(1000));

const useOften = async (times) => {
  for (let i = 0; i < times; i++) {
    await model.evaluate(few.x, few.y, { verbose: 0 });
    await model.predict(few.x);
  }
};
await useOften(1);
await flat('500 evaluations and predictions', () => useOften(500));

const makeModels = async (count) => {
  for (let i = 0; i < count; i++) {
    await makeModel().fit(few.x, few.y, { epochs: 1, verbose: 0 });
    if (i % 20 === 19) await settled();
  }
};
await makeModels(40);
await flat('200 models made and dropped', () => makeModels(200));

const checksum = async (threads) => {
  await setup({ threads });
  setSeed('soak');
  const trained = makeModel();
  await trained.fit(x, y, { epochs: 250, batchSize: 32, verbose: 0 });
  let hash = 0x811c9dc5;
  for (const { data } of trained.getWeights()) {
    for (const byte of new Uint8Array(data.buffer)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash.toString(16);
};
const checksums = [];
for (const threads of [1, 2, 3, 2, 3, 1]) checksums.push(await checksum(threads));
console.log(`5,000 steps with 1, 2, 3, 2, 3 and 1 threads: ${checksums.join(' ')}`);
if (new Set(checksums).size !== 1) failures.push('the bits depend on the number of threads');

for (const failure of failures) console.error(`FAILED ${failure}`);
if (failures.length > 0) process.exitCode = 1;
