import { expect, test } from 'vitest';
import { Dense } from '../../src/layers/index.ts';
import { type FitOptions, Sequential } from '../../src/models/index.ts';

const model = (): Sequential => new Sequential([new Dense({ units: 1, inputShape: [2] })]);
const x = [
  [0, 1],
  [1, 0],
];
const y = [[0], [1]];

test('a misspelt option is refused, for it would be without effect, and the model trains on', async () => {
  const trained = model();
  expect(() => trained.compile({ optimiser: 'adam', loss: 'mse' } as never)).toThrow(
    /got `optimiser`\. Hint: did you mean `optimizer`/,
  );
  trained.compile({ optimizer: 'adam', loss: 'mse' });
  const misspelt = { epoch: 3, verbose: 0 } as FitOptions;
  await expect(trained.fit(x, y, misspelt)).rejects.toThrow(
    /fit\] expected an option it knows, got `epoch`\. Hint: did you mean `epochs`/,
  );
  await expect(trained.evaluate(x, y, { epochs: 3 } as never)).rejects.toThrow(/evaluate\] .*got `epochs`/);
  await expect(trained.predict(x, { batch: 3 } as never)).rejects.toThrow(/predict\] .*did you mean `batchSize`/);
  expect((await trained.fit(x, y, { verbose: 0 })).history.loss).toHaveLength(1);
});
