import { describe, expect, test } from 'vitest';
import { Activation, Add, BatchNormalization, Dense, Flatten, input, LSTM } from '../../src/layers/index.ts';
import { Model, Sequential, type SummaryOptions } from '../../src/models/index.ts';
import { Adam } from '../../src/optimizers/index.ts';
import { noise, silent } from '../support/models.ts';

function summaryOf(model: Model, lineLength?: number, options: SummaryOptions = {}): string[] {
  let text = '';
  model.summary({ ...options, print: (part) => (text += part), ...(lineLength ? { lineLength } : {}) });
  return text.split('\n');
}

/** 788 weights that are trained and 8 that are not. */
function makeModel(): Sequential {
  const layers = [
    new Dense({ units: 4, name: 'low', inputShape: [189] }),
    new BatchNormalization({ name: 'norm' }),
    new Dense({ units: 4, name: 'high' }),
  ];
  return new Sequential(layers, { name: 'small' });
}

describe('summary', () => {
  test('is a table of layers, output shapes and parameters', () => {
    expect(summaryOf(makeModel(), 60)).toEqual([
      'Model: "small"',
      '┏━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━┓',
      '┃ Layer (type)             ┃ Output Shape      ┃   Param # ┃',
      '┡━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━┩',
      '│ low (Dense)              │ (None, 4)         │       760 │',
      '├──────────────────────────┼───────────────────┼───────────┤',
      '│ norm                     │ (None, 4)         │        16 │',
      '│ (BatchNormalization)     │                   │           │',
      '├──────────────────────────┼───────────────────┼───────────┤',
      '│ high (Dense)             │ (None, 4)         │        20 │',
      '└──────────────────────────┴───────────────────┴───────────┘',
      ' Total params: 796 (3.11 KB)',
      ' Trainable params: 788 (3.08 KB)',
      ' Non-trainable params: 8 (32.00 B)',
    ]);
  });

  test('counts what the optimizer keeps, with the numbers of Keras, before and after training', async () => {
    const model = makeModel();
    const counts = [
      ' Total params: 2,374 (9.27 KB)',
      ' Trainable params: 788 (3.08 KB)',
      ' Non-trainable params: 8 (32.00 B)',
      ' Optimizer params: 1,578 (6.16 KB)',
    ];
    model.compile({ optimizer: new Adam(), loss: 'mse' });
    expect(summaryOf(model).slice(-4)).toEqual(counts);
    await model.fit(noise([4, 189]), noise([4, 4]), silent);
    expect(summaryOf(model).slice(-4)).toEqual(counts);
  });

  test('has lines of one length, 88 by default', () => {
    for (const length of [undefined, 40, 61, 88, 120]) {
      const table = summaryOf(makeModel(), length).filter((line) => /^[┏┃┡│├└]/.test(line));
      expect(new Set(table.map((line) => line.length))).toEqual(new Set([length ?? 88]));
    }
  });

  test('says of a model that is not built what it can', () => {
    const model = new Sequential([new Dense({ units: 3, name: 'first' }), new Activation({ activation: 'relu', name: 'then' })]);
    const lines = summaryOf(model, 60);
    expect(lines[4]).toBe('│ first (Dense)            │ ?                 │         0 │');
    expect(lines[5]).toBe('│                          │                   │ (unbuilt) │');
    expect(lines.slice(-3)).toEqual([
      ' Total params: 0 (0.00 B)',
      ' Trainable params: 0 (0.00 B)',
      ' Non-trainable params: 0 (0.00 B)',
    ]);
    model.compile({ loss: 'mse' });
    expect(summaryOf(model, 60)).toEqual(lines);
  });

  test('follows freezing, lists nested models as one layer, and separates thousands', () => {
    const inner = new Sequential([new Dense({ units: 1000, inputShape: [1000] })], { name: 'inner' });
    const model = new Sequential([inner, new Dense({ units: 1 })]);
    inner.trainable = false;
    const lines = summaryOf(model);
    expect(lines[4]).toMatch(/^│ inner \(Sequential\) +│ \(None, 1000\) +│ +1,001,000 │$/);
    expect(lines.slice(-3)).toEqual([
      ' Total params: 1,002,001 (3.82 MB)',
      ' Trainable params: 1,001 (3.91 KB)',
      ' Non-trainable params: 1,001,000 (3.82 MB)',
    ]);
  });

  test('writes sizes that are not known as None', () => {
    const model = new Sequential([new Dense({ units: 3, inputShape: [null, 5] })]);
    expect(summaryOf(model)[4]).toContain('(None, None, 3)');
  });

  test('goes to the console unless told otherwise', () => {
    const { log } = console;
    const lines: string[] = [];
    console.log = (text: string) => void lines.push(text);
    try {
      makeModel().summary();
    } finally {
      console.log = log;
    }
    expect(lines.join('\n')).toMatch(/^Model: "small"\n┏/);
  });

  test('says what feeds each layer of a model with branches', () => {
    const [a, b] = [input({ shape: [8], name: 'a' }), input({ shape: [8], name: 'b' })];
    const shared = new Dense({ units: 2, name: 'shared' });
    const both = new Add({ name: 'both' }).apply([shared.apply(a), shared.apply(b)]);
    const model = new Model({ inputs: [a, b], outputs: both, name: 'pair' });
    expect(summaryOf(model, 88)).toEqual([
      'Model: "pair"',
      '┏━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━┓',
      '┃ Layer (type)            ┃ Output Shape        ┃       Param # ┃ Connected to         ┃',
      '┡━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━┩',
      '│ a (InputLayer)          │ (None, 8)           │             0 │ -                    │',
      '├─────────────────────────┼─────────────────────┼───────────────┼──────────────────────┤',
      '│ b (InputLayer)          │ (None, 8)           │             0 │ -                    │',
      '├─────────────────────────┼─────────────────────┼───────────────┼──────────────────────┤',
      '│ shared (Dense)          │ (None, 2)           │            18 │ a[0][0], b[0][0]     │',
      '├─────────────────────────┼─────────────────────┼───────────────┼──────────────────────┤',
      '│ both (Add)              │ (None, 2)           │             0 │ shared[0][0],        │',
      '│                         │                     │               │ shared[1][0]         │',
      '└─────────────────────────┴─────────────────────┴───────────────┴──────────────────────┘',
      ' Total params: 18 (72.00 B)',
      ' Trainable params: 18 (72.00 B)',
      ' Non-trainable params: 0 (0.00 B)',
    ]);
    const table = summaryOf(model).filter((line) => /^[┏┃┡│├└]/.test(line));
    expect(new Set(table.map((line) => line.length))).toEqual(new Set([108]));
  });

  test('leaves that column out where one layer follows the other', () => {
    const x = input({ shape: [2, 3], name: 'x' });
    const model = new Model({
      inputs: x,
      outputs: new Dense({ units: 4, name: 'out' }).apply(new Flatten({ name: 'flat' }).apply(x)),
    });
    const rows = summaryOf(model).filter((line) => line.startsWith('│'));
    expect(rows.map((line) => line.slice(2).split(/ +│ ?/)[0])).toEqual(['x (InputLayer)', 'flat (Flatten)', 'out (Dense)']);
    expect(summaryOf(model).join()).not.toContain('Connected to');
  });

  test('lists the shapes of all outputs, and which of them feeds a layer', () => {
    const x = input({ shape: [5, 3], name: 'x' });
    const [, , c] = new LSTM({ units: 2, returnState: true, name: 'lstm' }).applyAll(x);
    const model = new Model({ inputs: x, outputs: new Dense({ units: 1, name: 'out' }).apply(c!) });
    const lines = summaryOf(model, 160);
    expect(lines.find((line) => line.includes('lstm (LSTM)'))).toContain('[(None, 2), (None, 2), (None, 2)]');
    expect(lines.find((line) => line.includes('out (Dense)'))).toContain('lstm[0][2]');
  });

  test('lists the layers of models inside on request, and counts them once', () => {
    const deep = new Sequential([new Dense({ units: 3, name: 'deepest', inputShape: [4] })], { name: 'deep' });
    const inner = new Sequential([deep, new Dense({ units: 2, name: 'top' })], { name: 'inner' });
    const model = new Sequential([inner, new Dense({ units: 1, name: 'out' })]);
    const names = (options: SummaryOptions) =>
      summaryOf(model, undefined, options)
        .filter((line) => line.startsWith('│'))
        .map((line) => line.slice(2, 30).trimEnd());
    expect(names({})).toEqual(['inner (Sequential)', 'out (Dense)']);
    expect(names({ expandNested: true })).toEqual([
      'inner (Sequential)',
      '   └ deep (Sequential)',
      '      └ deepest (Dense)',
      '   └ top (Dense)',
      'out (Dense)',
    ]);
    expect(summaryOf(model, undefined, { expandNested: true }).at(-3)).toBe(' Total params: 26 (104.00 B)');
  });
});
