import { describe, fail } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import { positive, wholeNumber, within } from '../base/numbers.ts';
import { Tensor, type TensorLike } from '../base/tensor.ts';
import { CosineDecay } from '../schedules/cosine-decay.ts';
import type { Callback, Logs, RunParams, SavedState, TrainedModel } from './callback.ts';
import { StateReader } from './callback-state.ts';
import { FileTemplate } from './file-template.ts';

/** Options of {@link SnapshotEnsemble}; one of `cycles` and `epochsPerCycle` is given. */
export interface SnapshotEnsembleOptions {
  /** How many cycles, as long as each other up to an epoch, the epochs of the run are divided into. */
  readonly cycles?: number;
  /** Epochs of a cycle. */
  readonly epochsPerCycle?: number;
  /** Rate at the beginning of every cycle. Default: that of the optimizer when training begins. */
  readonly maxRate?: number;
  /** Share of that rate which is left at the end of a cycle, in [0, 1]. Default 0. */
  readonly alpha?: number;
  /** Also writes every snapshot to a file; as ModelCheckpoint's `path`, with `{cycle}` besides `{epoch}`. Default: none. */
  readonly path?: string;
}

const options = { cycles: true, epochsPerCycle: true, maxRate: true, alpha: true, path: true } satisfies Record<
  keyof SnapshotEnsembleOptions,
  true
>;

/** The weights at the end of a cycle. */
export interface Snapshot {
  /** Epoch after which they were taken, counted from 0. */
  readonly epoch: number;
  /** In the order of `model.getWeights()`. */
  readonly weights: readonly Tensor[];
}

/** A model that predicts. */
export interface PredictingModel<X, O> {
  getWeights(): Tensor[];
  setWeights(values: readonly TensorLike[]): void;
  predict(x: X, options?: O): Promise<Tensor>;
}

const where = 'SnapshotEnsemble';

/**
 * Several models for the price of one: in every cycle the learning rate falls along half a cosine from batch to batch,
 * η = η₀·((1 − α)·½·(1 + cos(π·f)) + α) at the share f of the cycle, and is set back at the beginning of the next; the weights at the
 * end of each cycle are kept. {@link SnapshotEnsemble.predictEnsemble} averages what they predict. Source: Huang et al. 2017,
 * "Snapshot Ensembles: Train 1, Get M for Free". Adds `learning_rate` to the logs; the optimizer has its own rate back at the end.
 *
 * While the number of batches is not known, in the first pass over streamed data, the rate changes from epoch to epoch.
 *
 * @example
 * const ensemble = new SnapshotEnsemble({ cycles: 5 });
 * await model.fit(x, y, { epochs: 50, callbacks: [ensemble] });
 * const probabilities = await ensemble.predictEnsemble(model, test);
 *
 * @throws MyelinError when an option is bad, there are fewer epochs than cycles, or the optimizer follows a schedule
 */
export class SnapshotEnsemble implements Callback {
  readonly #options: SnapshotEnsembleOptions;
  readonly #template: FileTemplate | undefined;
  readonly #cosine: CosineDecay;
  #model: TrainedModel | undefined;
  #params: RunParams = { epochs: 0, steps: undefined, verbose: 0 };
  #steps: number | undefined;
  #ownRate: number | undefined;
  #epoch = 0;
  #batches = 0;
  #snapshots: Snapshot[] = [];

  constructor(given: SnapshotEnsembleOptions) {
    checkOptionNames(where, given ?? null, options);
    const { cycles, epochsPerCycle, maxRate, alpha = 0, path } = given;
    if ((cycles === undefined) === (epochsPerCycle === undefined))
      fail(where, 'either `cycles` or `epochsPerCycle`', cycles === undefined ? 'neither' : 'both');
    if (cycles !== undefined) wholeNumber(where, 'cycles', cycles, 1);
    if (epochsPerCycle !== undefined) wholeNumber(where, 'epochsPerCycle', epochsPerCycle, 1);
    if (maxRate !== undefined) positive(where, 'maxRate', maxRate);
    within(where, 'alpha', alpha, 0, 1);
    this.#template = path === undefined ? undefined : new FileTemplate(where, path);
    this.#cosine = new CosineDecay({ initialLearningRate: 1, decaySteps: 1, alpha });
    this.#options = given;
  }

  /** The snapshots so far, oldest first. */
  get snapshots(): readonly Snapshot[] {
    return this.#snapshots;
  }

  onTrainBegin(model: TrainedModel, params: RunParams): void {
    const { cycles } = this.#options;
    if (model.optimizer.schedule) {
      const hint = 'compile the model with an optimizer whose rate is a number.';
      fail(where, 'an optimizer whose rate it may set', `"${model.optimizer.name}", which follows a schedule`, hint);
    }
    if (cycles !== undefined && cycles > params.epochs)
      fail(where, `at least ${cycles} epochs for as many \`cycles\``, String(params.epochs));
    this.#model = model;
    this.#params = params;
    this.#steps = params.steps;
    this.#ownRate = model.optimizer.learningRate;
    this.#epoch = 0;
    this.#batches = 0;
    this.#snapshots = [];
  }

  /** First epoch of a cycle. */
  #start(cycle: number): number {
    const { cycles, epochsPerCycle } = this.#options;
    return epochsPerCycle === undefined ? Math.round((cycle * this.#params.epochs) / cycles!) : cycle * epochsPerCycle;
  }

  /** The cycle an epoch lies in. */
  #cycleOf(epoch: number): number {
    let cycle = 0;
    while (this.#start(cycle + 1) <= epoch) cycle++;
    return cycle;
  }

  onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
    this.#batches = 0;
    this.#setRate(0);
  }

  onTrainBatchBegin(batch: number): void {
    if (this.#steps !== undefined && batch < this.#steps) this.#setRate(batch / this.#steps);
  }

  onTrainBatchEnd(batch: number): void {
    this.#batches = batch + 1;
  }

  /** @param share how much of the epoch has passed */
  #setRate(share: number): void {
    const cycle = this.#cycleOf(this.#epoch);
    const [start, end] = [this.#start(cycle), this.#start(cycle + 1)];
    const rate = this.#options.maxRate ?? this.#ownRate!;
    this.#model!.optimizer.learningRate = rate * this.#cosine.rateAt((this.#epoch - start + share) / (end - start));
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const model = this.#model!;
    this.#steps ??= this.#batches || undefined;
    logs.learning_rate = model.optimizer.learningRate;
    const cycle = this.#cycleOf(epoch);
    if (epoch + 1 < this.#start(cycle + 1)) return;
    this.#snapshots.push({ epoch, weights: model.getWeights() });
    if (this.#template) await model.save(this.#template.fill({ epoch: epoch + 1, cycle: cycle + 1 }, logs));
  }

  onTrainFinally(): void {
    if (this.#ownRate !== undefined) this.#model!.optimizer.learningRate = this.#ownRate;
    this.#ownRate = undefined;
  }

  /**
   * The mean of what the model predicts with each of the snapshots: of probabilities, for a model that ends in a softmax. The model has its
   * own weights back afterwards.
   *
   * @param predictOptions what `model.predict` takes
   * @throws MyelinError when there are no snapshots
   */
  async predictEnsemble<X, O>(model: PredictingModel<X, O>, x: X, predictOptions?: O): Promise<Tensor> {
    const snapshots = this.#snapshots;
    if (snapshots.length === 0)
      fail(where, 'snapshots to predict with', 'none', 'train with this callback until a cycle has ended.');
    const own = model.getWeights();
    try {
      let [total, shape] = [new Float64Array(0), [] as readonly number[]];
      for (const { weights } of snapshots) {
        model.setWeights(weights);
        const output = await model.predict(x, predictOptions);
        if (total.length === 0) [total, shape] = [new Float64Array(output.size), output.shape];
        for (let i = 0; i < total.length; i++) total[i]! += output.data[i]!;
      }
      return new Tensor(
        Float32Array.from(total, (sum) => sum / snapshots.length),
        shape,
      );
    } finally {
      model.setWeights(own);
    }
  }

  getState(): SavedState {
    const snapshots = this.#snapshots.map(({ epoch, weights }) => ({ epoch, weights }));
    return { epoch: this.#epoch, batches: this.#batches, steps: this.#steps ?? null, rate: this.#ownRate ?? null, snapshots };
  }

  setState(state: SavedState): void {
    const saved = new StateReader(where, state);
    this.#epoch = saved.number('epoch');
    this.#batches = saved.number('batches');
    this.#steps = saved.optionalNumber('steps');
    this.#ownRate = saved.optionalNumber('rate');
    this.#snapshots = saved.list('snapshots').map((entry) => {
      const snapshot = new StateReader(where, entry);
      const weights = snapshot.optionalTensors('weights') ?? fail(where, 'weights in a snapshot', describe(null));
      return { epoch: snapshot.number('epoch'), weights };
    });
  }
}
