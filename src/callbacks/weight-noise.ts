import { describe, fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import { positive } from '../base/numbers.ts';
import { globalSource, type Key, type Seed, sourceFrom } from '../base/seed.ts';
import type { Executable } from '../compiler/index.ts';
import { engine } from '../engine/index.ts';
import { compileGraph } from '../graph/compile-graph.ts';
import { Graph } from '../graph/graph.ts';
import { abs, add, advanceRandom, assign, mul, randomNormal, sub } from '../graph/ops.ts';
import { Trace, withTrace } from '../graph/trace.ts';
import { Variable } from '../graph/variable.ts';
import type { Callback, SavedState, TrainedModel } from './callback.ts';
import { StateReader } from './callback-state.ts';

/** Options of {@link WeightNoise}. */
export interface WeightNoiseOptions {
  /** Standard deviation of the noise. */
  readonly stddev: number;
  /** Multiplies the noise of every element by its size: `stddev: 0.01` is then one percent. Default false. */
  readonly relative?: boolean;
  /** Gives the noise a random stream of its own. Default: follows from setSeed. */
  readonly seed?: Seed;
}

const options = { stddev: true, relative: true, seed: true } satisfies Record<keyof WeightNoiseOptions, true>;

const where = 'WeightNoise';

/** Programs that put noise on weights and take it away. */
interface Noise {
  /** What weights were without the noise, and with it. */
  readonly copies: readonly Variable[];
  add(): void;
  remove(): void;
  /** Gives the memory of programs and copies back at once. */
  release(): void;
}

/**
 * Trains under noise on the weights: before every step each trainable weight w becomes p = w + n with normally distributed n, gradients
 * are those at p, and after the step the weight becomes w + (p′ − p), where p′ is what the optimizer made of p. So a step changes the
 * weights by what it does at the noisy point, and noise itself never adds up. Flatter minima come of it (Murray & Edwards 1994; Graves
 * 2013). Validation and what is saved see the weights without noise.
 *
 * Stands before callbacks that look at weights after a batch. The random numbers are those of the layers: the same bits everywhere.
 *
 * @throws MyelinError when `stddev` is no positive number
 */
export class WeightNoise implements Callback {
  readonly #options: WeightNoiseOptions;
  readonly #key: Key;
  /** Where the random numbers have come to; stays from run to run. */
  #state: Variable | undefined;
  #noise: Noise | undefined;
  #isOn = false;

  constructor(given: WeightNoiseOptions) {
    checkOptionNames(where, given ?? null, options);
    positive(where, 'stddev', given.stddev);
    if (given.relative !== undefined && typeof given.relative !== 'boolean')
      fail(where, '`relative` to be true or false', describe(given.relative));
    this.#options = given;
    this.#key = (given.seed === undefined ? globalSource() : sourceFrom(given.seed)).key();
  }

  onTrainBegin(model: TrainedModel): void {
    this.#state ??= this.#newState();
    this.#noise?.release();
    this.#noise = noiseOn(model.trainableWeights, this.#options, this.#state);
    this.#isOn = false;
  }

  #newState(): Variable {
    const state = new Variable(`${where}/random`, [4], 'int32');
    state.write(Int32Array.of(this.#key[0] | 0, this.#key[1] | 0, 0, 0));
    return state;
  }

  onTrainBatchBegin(): void {
    this.#remove();
    this.#noise!.add();
    this.#isOn = true;
  }

  /** Also where data turn out to have ended, so that no step came of it. */
  #remove(): void {
    if (this.#isOn) this.#noise!.remove();
    this.#isOn = false;
  }

  onTrainBatchEnd(): void {
    this.#remove();
  }

  onTestBegin(): void {
    this.#remove();
  }

  onEpochEnd(): void {
    this.#remove();
  }

  onTrainFinally(): void {
    this.#remove();
    this.#noise?.release();
    this.#noise = undefined;
  }

  getState(): SavedState {
    const random = this.#state ? [this.#state.read()] : null;
    const copies = this.#isOn ? this.#noise!.copies.map((copy) => copy.read()) : null;
    return { random, copies };
  }

  setState(state: SavedState): void {
    const saved = new StateReader(where, state);
    const [random] = saved.optionalTensors('random') ?? [];
    const copies = saved.optionalTensors('copies');
    const noise = this.#noise;
    if (!noise || !random) return;
    this.#state!.write(random);
    // The checkpoint was written by a callback before this one, under noise.
    this.#isOn = copies !== undefined;
    for (const [i, copy] of (copies ?? []).entries()) noise.copies[i]!.write(copy);
  }
}

function noiseOn(weights: readonly Variable[], { stddev, relative = false }: WeightNoiseOptions, state: Variable): Noise {
  const all = weights.map((weight) => ({
    weight,
    clean: new Variable(`${weight.name}/clean`, weight.shape),
    noisy: new Variable(`${weight.name}/noisy`, weight.shape),
  }));
  const addNoise = programOf(() => {
    for (const { weight, clean, noisy } of all) {
      const noise = randomNormal(weight.shape, { state, stddev });
      const moved = add(weight, relative ? mul(noise, abs(weight)) : noise);
      assign(clean, weight);
      assign(noisy, moved);
      assign(weight, moved);
    }
    advanceRandom(state);
  });
  const removeNoise = programOf(() => {
    // What the step did not change is what it was, to the bit.
    for (const { weight, clean, noisy } of all) assign(weight, add(clean, sub(weight, noisy)));
  });
  const copies = all.flatMap(({ clean, noisy }) => [clean, noisy]);
  const release = (): void => {
    for (const program of [addNoise, removeNoise]) program.release();
    for (const copy of copies) engine().memory.release(copy);
  };
  return { copies, add: () => addNoise.runSync(), remove: () => removeNoise.runSync(), release };
}

/** Compiles the updates of variables that `body` asks for. */
function programOf(body: () => void): Executable {
  const trace = new Trace({ training: true });
  withTrace(trace, body);
  return compileGraph(new Graph([], trace.effects));
}
