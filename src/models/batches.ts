/**
 * @file Where a loop's batches come from. A source puts one batch after the other into the step it is for; the loop runs that step. There
 * are three: samples in the engine's memory picked by index (training on arrays), arrays cut from front to back (evaluation), and streams.
 */

import { fail } from '../base/fail.ts';
import { globalSource, type SourceState, sourceAt } from '../base/seed.ts';
import { newArray, type Tensor } from '../base/tensor.ts';
import { copyRows } from '../data/arrays.ts';
import { sequence, shuffle } from '../data/shuffle.ts';
import { countOf, inputsOf, type Ports, type Samples, samplesOf, sliceSamples } from './arguments.ts';
import { placeSamples, type Resident } from './resident.ts';
import type { Batch, Step } from './step.ts';
import { type BatchStream, openStream, orAborted, partsOf, sizeOfStream } from './stream.ts';
import { type StepKind, type StepRequest, sampleSpecs } from './trace-step.ts';

/** What sources need of a model. */
export interface Feeder {
  readonly where: string;
  /** What inputs and outputs are called. */
  readonly ports: Ports;
  /** The step for a request, compiled when it is first asked for. */
  step(request: StepRequest): Promise<Step>;
  /** Refuses data the model or its loss cannot take; builds the model if it is not built. */
  prepare(data: Samples, where?: string): void;
}

/** Where a source stands, as plain JSON. */
export interface Place {
  /** Number of the pass over the data. */
  readonly pass: number;
  /** Batches of it that were taken. */
  readonly taken: number;
  /** What the random order of the pass follows from, where there is one. */
  readonly order?: SourceState | undefined;
}

/** Batches, one after the other, pass after pass. */
export interface BatchSource {
  /** Batches of a pass, where that is known. */
  readonly steps: number | undefined;
  /** Whether there can be more than one pass. */
  readonly isRepeatable: boolean;
  readonly place: Place;
  /** Makes the model ready for the data; before anything else. */
  open(signal: AbortSignal | undefined): Promise<void>;
  /** Begins the next pass. */
  nextPass(): void | Promise<void>;
  /** To be called when what is trained may have changed in the middle of a pass. */
  refresh(): void | Promise<void>;
  /** Goes on from a place where a source of the same data stood. */
  goTo(place: Place, signal: AbortSignal | undefined): void | Promise<void>;
  /** The step with the next batch in it; undefined at the end of the pass. */
  next(signal: AbortSignal | undefined): Step | undefined | Promise<Step | undefined>;
  /** Another step with the batch that was taken last in it; undefined before the first. */
  again(kind: StepKind): Promise<Step | undefined>;
  /** Lets go of memory, files and whatever else the data hold. */
  close(): void | Promise<void>;
}

/** Hands a batch to a step. */
export function feedSamples(step: Step, { x, y, weights }: Samples): void {
  step.feed({
    x: x.map(({ data }) => data),
    y: y.map((targets) => targets?.data),
    weights: weights.map((part) => part?.data),
  });
}

/** Copies of one batch's samples, for data that is not in the engine's memory. */
class Staging {
  readonly #rooms: Batch;
  readonly #data: Samples;

  constructor(data: Samples, batchSize: number) {
    const room = ({ data: own, dtype, shape }: Tensor): Tensor['data'] => newArray(dtype, (own.length / shape[0]!) * batchSize);
    const roomOr = (part: Tensor | undefined): Tensor['data'] | undefined => part && room(part);
    this.#data = data;
    this.#rooms = { x: data.x.map(room), y: data.y.map(roomOr), weights: data.weights.map(roomOr) };
  }

  feed(step: Step, indices: Int32Array, start: number): void {
    const picked = indices.subarray(start, start + step.batch);
    const copied = (array: Tensor['data'], source: Tensor): Tensor['data'] => {
      copyRows(source, picked, array);
      return array.subarray(0, (source.size / source.shape[0]!) * step.batch);
    };
    const { x, y, weights } = this.#data;
    step.feed({
      x: this.#rooms.x.map((array, i) => copied(array, x[i]!)),
      y: this.#rooms.y.map((array, i) => array && copied(array, y[i]!)),
      weights: this.#rooms.weights.map((array, i) => array && copied(array, weights[i]!)),
    });
  }
}

/** Samples picked by index, in a new random order for every pass or in their own. */
export class PickedBatches implements BatchSource {
  readonly isRepeatable = true;
  readonly steps: number;
  readonly #feeder: Feeder;
  readonly #data: Samples;
  readonly #batchSize: number;
  readonly #isShuffled: boolean;
  readonly #specs: ReturnType<typeof sampleSpecs>;
  readonly #order: Int32Array;
  #resident: Resident | undefined;
  #staging: Staging | undefined;
  #full: Step | undefined;
  #rest: Step | undefined;
  #pass = -1;
  #taken = 0;
  #orderState: SourceState | undefined;

  constructor(feeder: Feeder, data: Samples, batchSize: number, isShuffled: boolean) {
    this.#feeder = feeder;
    this.#data = data;
    this.#batchSize = batchSize;
    this.#isShuffled = isShuffled;
    this.#specs = sampleSpecs(data);
    this.#order = sequence(countOf(data));
    this.steps = Math.ceil(this.#order.length / batchSize);
  }

  get place(): Place {
    return { pass: this.#pass, taken: this.#taken, ...(this.#orderState ? { order: this.#orderState } : {}) };
  }

  async open(): Promise<void> {
    this.#feeder.prepare(this.#data);
    this.#resident = placeSamples(this.#data);
    this.#staging = this.#resident ? undefined : new Staging(this.#data, Math.min(this.#batchSize, this.#order.length));
  }

  async nextPass(): Promise<void> {
    this.#pass++;
    this.#taken = 0;
    if (this.#isShuffled) {
      this.#orderState = globalSource().state();
      this.#shuffle();
    }
    await this.refresh();
  }

  async goTo({ pass, taken, order }: Place): Promise<void> {
    this.#pass = pass;
    this.#taken = taken;
    this.#orderState = order;
    if (order) this.#shuffle(sourceAt(order));
    await this.refresh();
  }

  /** Every pass starts from the samples' own order, so that its order follows from the generator alone. */
  #shuffle(source = globalSource()): void {
    for (let i = 0; i < this.#order.length; i++) this.#order[i] = i;
    shuffle(this.#order, source);
  }

  /** The steps are asked for anew. */
  async refresh(): Promise<void> {
    const count = this.#order.length;
    this.#full = count >= this.#batchSize ? await this.#step('train', this.#batchSize) : undefined;
    this.#rest = count % this.#batchSize > 0 ? await this.#step('train', count % this.#batchSize) : undefined;
  }

  async #step(kind: StepKind, batch: number): Promise<Step> {
    const step = await this.#feeder.step({ kind, feed: this.#resident ? 'gather' : 'direct', batch, ...this.#specs });
    if (this.#resident) step.bind(this.#resident);
    return step;
  }

  #fill(step: Step, batch: number): Step {
    const start = batch * this.#batchSize;
    if (this.#staging) this.#staging.feed(step, this.#order, start);
    else step.pick(this.#order, start);
    return step;
  }

  next(): Step | undefined {
    const left = this.#order.length - this.#taken * this.#batchSize;
    if (left <= 0) return undefined;
    return this.#fill(left >= this.#batchSize ? this.#full! : this.#rest!, this.#taken++);
  }

  async again(kind: StepKind): Promise<Step | undefined> {
    if (this.#taken === 0) return undefined;
    const start = (this.#taken - 1) * this.#batchSize;
    const step = await this.#step(kind, Math.min(this.#batchSize, this.#order.length - start));
    return this.#fill(step, this.#taken - 1);
  }

  close(): void {
    this.#resident?.release();
    this.#resident = undefined;
  }
}

/** Arrays from front to back, for evaluation and prediction. */
export class SlicedBatches implements BatchSource {
  readonly isRepeatable = true;
  readonly steps: number;
  readonly #feeder: Feeder;
  readonly #kind: StepKind;
  readonly #data: Samples;
  readonly #batchSize: number;
  #pass = -1;
  #taken = 0;

  constructor(feeder: Feeder, kind: StepKind, data: Samples, batchSize: number) {
    this.#feeder = feeder;
    this.#kind = kind;
    this.#data = data;
    this.#batchSize = batchSize;
    this.steps = Math.ceil(countOf(data) / batchSize);
  }

  get place(): Place {
    return { pass: this.#pass, taken: this.#taken };
  }

  async open(): Promise<void> {
    this.#feeder.prepare(this.#data);
  }

  nextPass(): void {
    this.#pass++;
    this.#taken = 0;
  }

  refresh(): void {}

  goTo({ pass, taken }: Place): void {
    this.#pass = pass;
    this.#taken = taken;
  }

  async next(): Promise<Step | undefined> {
    return this.#taken < this.steps ? this.#filled(this.#kind, this.#taken++) : undefined;
  }

  async again(kind: StepKind): Promise<Step | undefined> {
    return this.#taken > 0 ? this.#filled(kind, this.#taken - 1) : undefined;
  }

  async #filled(kind: StepKind, batch: number): Promise<Step> {
    const rows = sliceSamples(this.#data, batch * this.#batchSize, (batch + 1) * this.#batchSize);
    const step = await this.#feeder.step({ kind, feed: 'direct', batch: countOf(rows), ...sampleSpecs(rows) });
    feedSamples(step, rows);
    return step;
  }

  close(): void {}
}

/** How the batches of a stream are read. */
interface StreamOptions {
  readonly checkFinite?: boolean | undefined;
  readonly classWeight?: Readonly<Record<number, number>> | undefined;
}

/** Batches of a stream. The first is read before anything runs, because its shape may be what the model is built for. */
export class StreamedBatches implements BatchSource {
  readonly steps: number | undefined;
  readonly #feeder: Feeder;
  readonly #kind: StepKind;
  readonly #stream: BatchStream;
  readonly #options: StreamOptions;
  #iterator: Iterator<unknown> | AsyncIterator<unknown> | undefined;
  #isOnce = false;
  /** Whether an element was asked for that has not come. */
  #isAwaited = false;
  /** Whether nothing was taken from the iterator, but for what was read ahead. */
  #isFresh = false;
  /** A batch that was read but not taken. */
  #ahead: Samples | undefined;
  #latest: Samples | undefined;
  #pass = -1;
  #taken = 0;

  constructor(feeder: Feeder, kind: StepKind, stream: BatchStream, options: StreamOptions = {}) {
    this.#feeder = feeder;
    this.#kind = kind;
    this.#stream = stream;
    this.#options = options;
    this.steps = sizeOfStream(stream);
  }

  get isRepeatable(): boolean {
    return !this.#isOnce;
  }

  get place(): Place {
    return { pass: this.#pass, taken: this.#taken };
  }

  async open(signal: AbortSignal | undefined): Promise<void> {
    this.#begin(0);
    this.#ahead = await this.#read(signal);
    if (!this.#ahead) fail(this.#feeder.where, 'at least one batch', 'data that end before the first');
  }

  async nextPass(): Promise<void> {
    this.#pass++;
    this.#taken = 0;
    await this.#reopen();
  }

  refresh(): void {}

  async goTo({ pass, taken }: Place, signal: AbortSignal | undefined): Promise<void> {
    this.#pass = pass;
    await this.#reopen();
    for (this.#taken = 0; this.#taken < taken; this.#taken++) {
      this.#isFresh = false;
      if (this.#ahead) this.#ahead = undefined;
      else if ((await this.#nextElement(signal)).done)
        fail(this.#feeder.where, `data with at least ${taken} batches, as when the checkpoint was written`, `${this.#taken}`);
    }
  }

  async #reopen(): Promise<void> {
    // The first pass has been begun by `open`; of data that can be iterated once there is nothing but the rest.
    if (this.#isOnce || (this.#isFresh && this.#pass === 0)) return;
    await this.close();
    this.#begin(this.#pass);
  }

  #begin(pass: number): void {
    const { iterator, isOnce } = openStream(this.#feeder.where, this.#stream, pass);
    this.#iterator = iterator;
    this.#isOnce = isOnce;
    this.#ahead = undefined;
    this.#isFresh = true;
  }

  async #nextElement(signal: AbortSignal | undefined): Promise<IteratorResult<unknown>> {
    const pending = this.#iterator!.next();
    if (!('then' in pending)) return pending;
    this.#isAwaited = true;
    const result = await orAborted(this.#feeder.where, pending, signal);
    this.#isAwaited = false;
    return result;
  }

  async #read(signal: AbortSignal | undefined): Promise<Samples | undefined> {
    const { done, value } = await this.#nextElement(signal);
    if (done) return undefined;
    const where = `${this.#feeder.where}, batch ${this.#taken}${this.#pass > 0 ? ` of pass ${this.#pass}` : ''}`;
    const { x, y, sampleWeight } = partsOf(where, value);
    const { ports } = this.#feeder;
    const isPrediction = this.#kind === 'predict' || this.#kind === 'sample';
    const data = isPrediction
      ? { x: inputsOf(where, 'x', x, ports, this.#options.checkFinite), y: [], weights: [] }
      : samplesOf(where, x, y, ports, { ...this.#options, sampleWeight });
    this.#feeder.prepare(data, where);
    return data;
  }

  async next(signal: AbortSignal | undefined): Promise<Step | undefined> {
    this.#isFresh = false;
    const data = this.#ahead ?? (await this.#read(signal));
    this.#ahead = undefined;
    if (!data) return undefined;
    this.#taken++;
    this.#latest = data;
    return this.#filled(this.#kind, data);
  }

  async again(kind: StepKind): Promise<Step | undefined> {
    return this.#latest && this.#filled(kind, this.#latest);
  }

  async #filled(kind: StepKind, data: Samples): Promise<Step> {
    const step = await this.#feeder.step({ kind, feed: 'direct', batch: countOf(data), ...sampleSpecs(data) });
    feedSamples(step, data);
    return step;
  }

  async close(): Promise<void> {
    const iterator = this.#iterator;
    this.#iterator = undefined;
    const closed = iterator?.return?.();
    // A generator that was left while it waits for something closes when that comes, which may be never; nobody waits for it.
    if (this.#isAwaited) Promise.resolve(closed).catch(() => {});
    else await closed;
    this.#isAwaited = false;
  }
}
