// Streams a file of 4 GB through a dataset into training: wasm memory and the JavaScript heap must stay flat, and steps must not be slower
// than 1 / 0.8 of those of the same pipeline over arrays in memory. `npm run stream [-- --gigabytes 4 --steps 600]`
//
// The file is sparse where the system can do that, and is deleted at the end. Every row begins with its number in the rows that are
// checked, so a row that is lost, doubled or torn is seen.
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Adam, Dataset, Dense, engineInfo, Rescaling, Sequential, setSeed, Tensor } from '../dist/index.js';
import { fileRows } from '../dist/node/index.js';

const { values } = parseArgs({
  options: {
    gigabytes: { type: 'string', default: '4' },
    steps: { type: 'string', default: '600' },
    folder: { type: 'string', default: tmpdir() },
  },
});
if (typeof gc !== 'function') throw new Error('run with node --expose-gc');

const [features, batchSize] = [784, 128];
const rows = Math.floor((Number(values.gigabytes) * 2 ** 30) / features);
const steps = Number(values.steps);
const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MB`;
const failures = [];

/** Bytes in use, after the garbage collector and its finalizers have had their turns. */
async function memory() {
  for (let i = 0; i < 4; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { wasm: engineInfo().memory.reserved, heap: heapUsed, arrays: arrayBuffers, rss };
}

/** Runs `body` and compares memory before and after. */
async function flat(name, body) {
  const before = await memory();
  await body();
  const after = await memory();
  const growth = Object.entries(before).map(([kind, bytes]) => [kind, after[kind] - bytes]);
  console.log(`${name}: ${growth.map(([kind, bytes]) => `${kind} ${bytes >= 0 ? '+' : ''}${megabytes(bytes)}`).join(', ')}`);
  for (const [kind, bytes] of growth) {
    // What the kernel counts as resident wanders with its caches; the others may not.
    if (kind !== 'rss' && bytes > 8 * 2 ** 20) failures.push(`${name}: ${kind} grew by ${megabytes(bytes)}`);
  }
}

/** Goes through a dataset of batches. Gives the number of rows. */
async function drain(data, pass, use = () => {}) {
  const opened = data.open(pass);
  let count = 0;
  for (let step = await opened.next(); !step.done; step = await opened.next()) {
    count += step.value[0].shape[0];
    use(step.value);
  }
  return count;
}

const folder = mkdtempSync(join(values.folder, 'myelin-stream-'));
try {
  const path = join(folder, 'rows.bin');
  const file = openSync(path, 'w');
  ftruncateSync(file, rows * features);
  const every = 1009;
  const label = new Uint8Array(8);
  const view = new DataView(label.buffer);
  for (let row = 0; row < rows; row += every) {
    view.setUint32(0, row + 1, true);
    view.setUint32(4, ~(row + 1), true);
    writeSync(file, label, 0, 8, row * features);
  }
  closeSync(file);
  console.log(`${rows.toLocaleString('en-US')} rows of ${features} bytes, ${((rows * features) / 2 ** 30).toFixed(2)} GB`);

  const streamed = (labels) =>
    fileRows(path, { rowBytes: features, labels }).shuffle(20_000, { seed: 1 }).batch(batchSize).prefetch(2);

  await flat('all rows shuffled into batches', async () => {
    let sum = 0n;
    const started = performance.now();
    const count = await drain(streamed(), 0, ([x]) => {
      const { buffer, byteOffset } = x.data;
      const batch = new DataView(buffer, byteOffset);
      for (let at = 0; at < x.data.length; at += features) {
        const number = batch.getUint32(at, true);
        if (number === 0) continue;
        if (batch.getUint32(at + 4, true) !== ~number >>> 0) failures.push(`row ${number - 1} is torn`);
        sum += BigInt(number);
      }
    });
    const seconds = (performance.now() - started) / 1000;
    console.log(
      `  ${count.toLocaleString('en-US')} rows in ${seconds.toFixed(1)} s: ${((rows * features) / 2 ** 30 / seconds).toFixed(2)} GB/s, ${((seconds / (count / batchSize)) * 1e6).toFixed(0)} µs per batch`,
    );
    const marked = BigInt(Math.ceil(rows / every));
    const expected = marked + (BigInt(every) * marked * (marked - 1n)) / 2n;
    if (count !== rows) failures.push(`${count} rows came out of ${rows}`);
    if (sum !== expected) failures.push('rows were lost or doubled');
  });

  // The labels of all rows would be larger than the rest: each batch gets its own.
  const labelled = (data) =>
    data.map(([x]) => [
      x,
      new Tensor(
        Int32Array.from({ length: x.shape[0] }, (_, i) => i % 10),
        [x.shape[0]],
      ),
    ]);
  const inMemory = 60_000;
  const array = new Tensor(new Uint8Array(inMemory * features), [inMemory, features]);
  const labels = Int32Array.from({ length: inMemory }, (_, i) => i % 10);
  const inBatches = (data, count) => model.fit(data, { epochs: 1, stepsPerEpoch: count, verbose: 0 });
  const fromDisk = labelled(streamed());
  const fromMemory = labelled(Dataset.fromArrays(array).shuffle(inMemory, { seed: 1 }).batch(batchSize).prefetch(2).repeat());
  const kinds = {
    'from disk': (count) => inBatches(fromDisk, count),
    'from memory, as a Dataset': (count) => inBatches(fromMemory, count),
    'from memory, as arrays': (count) => model.fit(array, labels, { batchSize, epochs: 1, stepsPerEpoch: count, verbose: 0 }),
  };
  setSeed(1);
  const model = new Sequential([
    new Rescaling({ scale: 1 / 255, inputShape: [features] }),
    new Dense({ units: 300, activation: 'relu' }),
    new Dense({ units: 100, activation: 'relu' }),
    new Dense({ units: 10, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: new Adam({ learningRate: 1e-3 }), loss: 'sparseCategoricalCrossentropy' });
  const train = async (name, count = steps) => {
    const started = performance.now();
    await kinds[name](count);
    return (performance.now() - started) / count;
  };
  // The rows that are measured have been read before: the disk's cache is warm.
  for (const name of Object.keys(kinds)) await train(name);
  const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
  let best = 0;
  // Others may use the machine: the best of three measurements counts.
  for (let attempt = 0; attempt < 3 && best < 0.8; attempt++) {
    const times = Object.fromEntries(Object.keys(kinds).map((name) => [name, []]));
    await flat('training', async () => {
      // In turns, so that whatever else the machine does slows down all.
      for (let round = 0; round < 5; round++) for (const name of Object.keys(kinds)) times[name].push(await train(name));
    });
    const medians = Object.entries(times).map(([name, list]) => [name, median(list)]);
    console.log(`a step of ${batchSize}: ${medians.map(([name, time]) => `${time.toFixed(3)} ms ${name}`).join('; ')}`);
    const [[, disk], [, dataset], [, arrays]] = medians;
    const ratio = dataset / disk;
    console.log(
      `throughput from disk: ${ratio.toFixed(2)} of the Dataset in memory, ${(arrays / disk).toFixed(2)} of arrays given to fit`,
    );
    best = Math.max(best, ratio);
  }
  if (best < 0.8) failures.push(`throughput from disk is ${best.toFixed(2)} of that from memory, less than 0.8`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

for (const failure of failures) console.error(failure);
console.log(failures.length === 0 ? 'passed' : `${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
