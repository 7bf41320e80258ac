import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { MyelinError } from '../../src/base/fail.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/data/safetensors.ts';
import { Dense } from '../../src/layers/index.ts';
import { Sequential } from '../../src/models/index.ts';
import { loadWeights, modelToBytes, saveWeights, weightsToBytes } from '../../src/models/model-file.ts';
import { classifier, clusters } from '../support/models.ts';
import { untyped } from '../support/refusals.ts';

const folder = mkdtempSync(join(tmpdir(), 'myelin-weights-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('weights alone', () => {
  const fresh = (name?: string) =>
    new Sequential([new Dense({ units: 3, inputShape: [2], name: name ?? 'first' }), new Dense({ units: 1, name: 'last' })]);

  test('go by name, whatever the order in the file', async () => {
    const [from, to] = [fresh(), fresh()];
    const { tensors } = decodeSafetensors(weightsToBytes(from));
    const foreign = encodeSafetensors(new Map([...tensors].reverse()));
    expect(await loadWeights(to, foreign)).toEqual([]);
    expect(to.getWeights()).toEqual(from.getWeights());
    const path = join(folder, 'w.safetensors');
    await saveWeights(to, path);
    const third = fresh();
    await loadWeights(third, path);
    expect(third.getWeights()).toEqual(from.getWeights());
  });

  test('come from model files, and leave the optimizer state there', async () => {
    const model = classifier();
    const { x, y } = clusters(9);
    await model.trainOnBatch(x, y);
    const other = classifier({ seed: 7 });
    expect(await loadWeights(other, modelToBytes(model))).toEqual([]);
    expect(other.getWeights()).toEqual(model.getWeights());
    expect(other.optimizer.iterations).toBe(0);
  });

  test('names that only differ by automatic numbers go by their order', async () => {
    const make = () => new Sequential([new Dense({ units: 3, inputShape: [3] }), new Dense({ units: 3 })]);
    const [from, to] = [make(), make()];
    expect(to.weightNames).not.toEqual(from.weightNames);
    expect(await loadWeights(to, weightsToBytes(from))).toEqual([]);
    expect(to.getWeights()).toEqual(from.getWeights());
  });

  test('all differences are listed, and nothing is changed', async () => {
    const [from, to] = [
      fresh('other'),
      new Sequential([new Dense({ units: 3, inputShape: [2], name: 'first' }), new Dense({ units: 2, name: 'last' })]),
    ];
    const before = to.getWeights();
    const error = await loadWeights(to, weightsToBytes(from)).catch((reason: unknown) => reason as Error);
    expect(error).toBeInstanceOf(MyelinError);
    const lines = (error as Error).message.split('\n');
    expect(lines.slice(1, -1)).toEqual([
      '- weight "first/kernel" [2, 3] is missing',
      '- weight "first/bias" [3] is missing',
      '- weight "last/kernel" has the shape [3, 1], the model\'s has [3, 2]',
      '- weight "last/bias" has the shape [1], the model\'s has [2]',
      '- weight "other/kernel" [2, 3] is none of the model\'s',
      '- weight "other/bias" [3] is none of the model\'s',
    ]);
    expect((error as Error).message).toMatch(
      /^\[Sequential ".*"\.loadWeights\] expected the weights of this model, got others:.*Hint: skipMismatch/s,
    );
    expect(to.getWeights()).toEqual(before);
  });

  test('skipMismatch loads what fits and tells what it left', async () => {
    const [from, to] = [
      fresh(),
      new Sequential([new Dense({ units: 3, inputShape: [2], name: 'first' }), new Dense({ units: 2, name: 'last' })]),
    ];
    const before = to.getWeights();
    expect(await loadWeights(to, weightsToBytes(from), { skipMismatch: true })).toEqual([
      'weight "last/kernel" has the shape [3, 1], the model\'s has [3, 2]',
      'weight "last/bias" has the shape [1], the model\'s has [2]',
    ]);
    expect(to.getWeights()).toEqual([...from.getWeights().slice(0, 2), ...before.slice(2)]);
    await expect(loadWeights(to, weightsToBytes(from), untyped({ skipMismatch: 1 }))).rejects.toThrow(/true or false, got 1/);
  });
});
