import { describe, fail } from '../base/fail.ts';
import type { OptionNames, OwnOptions } from '../base/names.ts';
import type { Node } from '../graph/node.ts';
import { add, mul, scale, slice } from '../graph/ops.ts';
import type { WeightUpdate } from '../graph/update-weights.ts';
import type { Variable } from '../graph/variable.ts';
import { decay, fraction, notNegative, positive } from './checks.ts';
import { orthogonalized } from './newton-schulz.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerOptions } from './options.ts';
import { RunningPower } from './running-power.ts';
import type { Passes, UpdateRule } from './step-block.ts';

/** Options of {@link Muon}. */
export interface MuonOptions extends OptimizerOptions {
  /** β₁ of AdamW, in [0, 1). Default 0.9. */
  readonly adamBeta1?: number;
  /** β₂ of AdamW, in [0, 1). Default 0.999. */
  readonly adamBeta2?: number;
  /** Weight decay of what AdamW updates. Default 0.004. */
  readonly adamWeightDecay?: number;
  /** ε of AdamW. Default 1e-7. */
  readonly epsilon?: number;
  /** Parts of names of weights that AdamW is to update: the layer that gives the output belongs here. Default: none. */
  readonly excludeLayers?: readonly string[];
  /** Whether AdamW updates weights with "embedding" in their names. Default true. */
  readonly excludeEmbeddings?: boolean;
  /** Coefficients of the Newton–Schulz iteration. Defaults 3.4445, −4.775, 2.0315. */
  readonly muonA?: number;
  readonly muonB?: number;
  readonly muonC?: number;
  /** Steps of that iteration, a whole number. Default 5. */
  readonly nsSteps?: number;
  /** AdamW's rate as a multiple of the rate. Default 1. */
  readonly adamLrRatio?: number;
  /** Share of the momentum that is kept, in [0, 1]. Default 0.95. */
  readonly momentum?: number;
  /** Whether the step looks ahead along the momentum. Default true. */
  readonly nesterov?: boolean;
  /** Root mean square of a step for a rate of 1: AdamW's is about 0.2. null leaves steps orthogonal. Default 0.2. */
  readonly rmsRate?: number | null;
}

/**
 * Momentum whose step in each matrix is made orthogonal, so that all directions count alike: m ← μ·m + g; u = g + μ·m (or m without
 * `nesterov`); w −= η·√max(rows, columns)·`rmsRate`·O with O near the orthogonal matrix next to u, by a few Newton–Schulz steps
 * X ← a·X + (b·A + c·A²)·X, A = X·Xᵀ, X₀ = u / ‖u‖. Weights that are no matrices, embeddings, and `excludeLayers` follow {@link AdamW}.
 * `weightDecay` is for matrices.
 *
 * Defaults: `learningRate` 0.001, `weightDecay` and `adamWeightDecay` 0.004, `momentum` 0.95, `nesterov` true, `nsSteps` 5, `rmsRate` 0.2,
 * `adamBeta1` 0.9, `adamBeta2` 0.999, `epsilon` 1e-7, `adamLrRatio` 1. Source: Keras `optimizers.Muon`; Jordan et al. 2024; Liu et al. 2025
 * ("Muon is scalable for LLM training") for the factor.
 *
 * @throws MyelinError when a number is outside its range
 *
 * @example
 * model.compile({ optimizer: new Muon({ excludeLayers: ['output'] }), loss: 'sparseCategoricalCrossentropy' });
 */
export class Muon extends Optimizer<MuonOptions> {
  static override readonly type: string = 'Muon';
  static override readonly optionNames: OptionNames = {
    adamBeta1: true,
    adamBeta2: true,
    adamWeightDecay: true,
    epsilon: true,
    excludeLayers: true,
    excludeEmbeddings: true,
    muonA: true,
    muonB: true,
    muonC: true,
    nsSteps: true,
    adamLrRatio: true,
    momentum: true,
    nesterov: true,
    rmsRate: true,
  } satisfies OwnOptions<MuonOptions, OptimizerOptions>;
  readonly momentum: number;
  override readonly rule: UpdateRule = { kernel: 'keepMomentum', slots: [['momentum']], hypers: 2 };
  /** The rule of weights that are not made orthogonal. */
  readonly adamRule: UpdateRule = { kernel: 'adam', slots: [['momentum', 'velocity']], hypers: 4 };
  readonly #beta1: number;
  readonly #beta2: number;
  readonly #epsilon: number;
  readonly #adamDecay: number;
  readonly #ratio: number;
  readonly #power1: RunningPower;
  readonly #power2: RunningPower;

  constructor(options?: MuonOptions) {
    super({ ...options, weightDecay: options?.weightDecay ?? 0.004 }, 0.001);
    const { adamBeta1 = 0.9, adamBeta2 = 0.999, epsilon = 1e-7, adamWeightDecay = 0.004, adamLrRatio = 1 } = this.options;
    const { momentum = 0.95, nsSteps = 5, rmsRate = 0.2, excludeLayers = [] } = this.options;
    this.#beta1 = decay(this.where, 'adamBeta1', adamBeta1);
    this.#beta2 = decay(this.where, 'adamBeta2', adamBeta2);
    this.#epsilon = positive(this.where, 'epsilon', epsilon);
    this.#adamDecay = notNegative(this.where, 'adamWeightDecay', adamWeightDecay);
    this.#ratio = notNegative(this.where, 'adamLrRatio', adamLrRatio);
    this.momentum = fraction(this.where, 'momentum', momentum);
    if (rmsRate !== null) positive(this.where, 'rmsRate', rmsRate);
    if (!Number.isInteger(nsSteps) || nsSteps < 1) fail(this.where, '`nsSteps` to be a whole number >= 1', describe(nsSteps));
    if (!Array.isArray(excludeLayers) || excludeLayers.some((part) => typeof part !== 'string' || part === ''))
      fail(this.where, '`excludeLayers` to be a list of parts of names', describe(excludeLayers));
    for (const name of ['muonA', 'muonB', 'muonC'] as const) {
      const value = this.options[name] ?? 0;
      if (typeof value !== 'number' || !Number.isFinite(value))
        fail(this.where, `\`${name}\` to be a finite number`, describe(value));
    }
    this.#power1 = new RunningPower(adamBeta1);
    this.#power2 = new RunningPower(adamBeta2);
  }

  protected override get isComposed(): boolean {
    return true;
  }

  protected override get takesMomentum(): boolean {
    return true;
  }

  protected override ruleOf({ name, shape }: Variable): UpdateRule {
    const { excludeLayers = [], excludeEmbeddings = true } = this.options;
    const isEmbedding = excludeEmbeddings && name.toLowerCase().includes('embedding');
    return shape.length !== 2 || isEmbedding || excludeLayers.some((part) => name.includes(part)) ? this.adamRule : this.rule;
  }

  protected override decayOf(rule: UpdateRule): number {
    return rule === this.rule ? this.weightDecay : this.#adamDecay;
  }

  protected override prepare(floats: Float32Array, at: number, step: number, rule: UpdateRule): void {
    if (rule === this.rule) {
      floats[at + 1] = this.momentumOr(this.momentum);
      return;
    }
    const root = Math.sqrt(1 - this.#power2.raised(step + 1)[0]!);
    floats[at] = (floats[at]! * this.#ratio * root) / (1 - this.#power1.raised(step + 1)[0]!);
    floats[at + 1] = 1 - this.#beta1;
    floats[at + 2] = 1 - this.#beta2;
    floats[at + 3] = this.#epsilon;
  }

  protected override update(rule: UpdateRule, rows: readonly WeightUpdate[], passes: Passes, numbers: Node): void {
    if (rule !== this.rule) {
      passes.change(rule.kernel, rows);
      return;
    }
    const { muonA = 3.4445, muonB = -4.775, muonC = 2.0315, nsSteps = 5, nesterov = true, rmsRate = 0.2 } = this.options;
    const momentum = slice(numbers, [1], [1]);
    // The kernel brings m up to date after the graph has read it, so the graph works out what it will be.
    const steps = rows.map(({ weight, gradient, slots: [m] }) => {
      const next = add(mul(m!.node, momentum), gradient);
      const direction = nesterov ? add(gradient, mul(next, momentum)) : next;
      const factor = rmsRate === null ? 1 : Math.sqrt(Math.max(...weight.shape)) * rmsRate;
      return scale(orthogonalized(direction, nsSteps, [muonA, muonB, muonC]), factor);
    });
    passes.keep(rule.kernel, rows);
    passes.change(
      'sgd',
      rows.map(({ weight }, i) => ({ weight, gradient: steps[i]!, slots: [] })),
    );
  }
}
