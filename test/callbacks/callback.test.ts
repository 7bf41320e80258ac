import { describe, expect, test } from 'vitest';
import { type Callback, CallbackList } from '../../src/callbacks/index.ts';

describe('a list of callbacks', () => {
  test('calls those that have the method, in order, with its arguments', async () => {
    const calls: unknown[] = [];
    const make = (name: string): Callback => ({ onEpochEnd: (epoch, logs) => void calls.push([name, epoch, logs]) });
    const list = new CallbackList('fit', [make('a'), {}, make('b')], [make('own')]);
    await list.call('onEpochEnd', 3, { loss: 1 });
    await list.call('onEpochBegin', 3);
    expect(calls).toEqual(['a', 'b', 'own'].map((name) => [name, 3, { loss: 1 }]));
  });

  test('waits for each before it calls the next, and hands on what one changed', async () => {
    const slow: Callback = {
      onEpochEnd: async (_, logs) => {
        await new Promise((resolve) => setTimeout(resolve, 2));
        logs.added = 1;
      },
    };
    const seen = {};
    const last: Callback = { onEpochEnd: (_, logs) => void Object.assign(seen, logs) };
    await new CallbackList('fit', [slow], [last]).call('onEpochEnd', 0, { loss: 2 });
    expect(seen).toEqual({ loss: 2, added: 1 });
  });

  test('calls methods on their own object, also those of a class', async () => {
    class Counter implements Callback {
      #count = 0;
      onTrainBatchEnd(): void {
        this.#count++;
      }
      get count(): number {
        return this.#count;
      }
    }
    const counter = new Counter();
    await new CallbackList('fit', [counter]).call('onTrainBatchEnd', 0, {});
    expect(counter.count).toBe(1);
  });

  test('knows which methods anybody has', () => {
    const list = new CallbackList('fit', [{ onEpochBegin() {} }], [{ onTrainEnd() {} }]);
    const hooks = ['onEpochBegin', 'onTrainEnd', 'onTrainBatchEnd', 'onTestEnd'] as const;
    expect(hooks.map((hook) => list.has(hook))).toEqual([true, true, false, false]);
    expect(new CallbackList('fit').has('onTrainEnd')).toBe(false);
  });

  test('lets errors through and calls nobody after that', async () => {
    const calls: string[] = [];
    const broken: Callback = {
      onTrainEnd: () => {
        throw new TypeError('mine');
      },
    };
    const after: Callback = { onTrainEnd: () => void calls.push('after') };
    await expect(new CallbackList('fit', [broken, after]).call('onTrainEnd', {})).rejects.toThrow(new TypeError('mine'));
    expect(calls).toEqual([]);
  });

  test('refuses what is no callback', () => {
    for (const wrong of [null, undefined, 3, 'earlyStopping', class Stops {}]) {
      expect(() => new CallbackList('fit', [wrong as Callback])).toThrow(
        /^\[fit\] expected callbacks that are objects with methods such as onEpochEnd, got /,
      );
    }
    expect(() => new CallbackList('fit', {} as Callback[])).toThrow('[fit] expected `callbacks` to be a list, got Object.');
  });
});
