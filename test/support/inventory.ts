/**
 * @file Every public name with the checks it passes: what docs/support.md shows. Names come from the library itself, checks from the
 * test tables and golden files, so neither is kept by hand.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { foldName } from '../../src/base/names.ts';
import * as callbacks from '../../src/callbacks/index.ts';
import * as constraints from '../../src/constraints/all.ts';
import * as augment from '../../src/data/augment.ts';
import { opRegistry } from '../../src/graph/define-op.ts';
import * as ops from '../../src/graph/ops.ts';
import * as library from '../../src/index.ts';
import * as initializers from '../../src/initializers/all.ts';
import { activationFunctions } from '../../src/layers/activations.ts';
import * as layers from '../../src/layers/index.ts';
import * as losses from '../../src/losses/all.ts';
import * as metrics from '../../src/metrics/all.ts';
import * as node from '../../src/node/index.ts';
import * as optimizers from '../../src/optimizers/all.ts';
import * as regularizers from '../../src/regularizers/all.ts';
import * as schedules from '../../src/schedules/all.ts';

/** A public name and the checks it passes. */
export interface Entry {
  readonly name: string;
  /** The engine that walks over the whole room, where there is one: every op, every layer of the table. */
  readonly engine: string | undefined;
  /** Cases computed by independent programs. */
  readonly golden: number;
  /** Test files that use the name. */
  readonly files: readonly string[];
}

/** The entries of one room. */
export interface Room {
  readonly title: string;
  readonly entries: readonly Entry[];
}

const tests = new URL('../', import.meta.url);

function testFiles(): { path: string; text: string }[] {
  return readdirSync(tests, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts') && !entry.parentPath.includes('node_modules'))
    .map((entry) => {
      const path = `${entry.parentPath}/${entry.name}`.replaceAll('\\', '/');
      return { path: path.slice(path.lastIndexOf('/test/') + 6), text: readFileSync(path, 'utf8') };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** How often golden cases use a name under a key such as `layer` or `loss`, also for layers inside of models. */
function goldenCounts(): Map<string, number> {
  const counts = new Map<string, number>();
  const visit = (value: unknown, key: string, found: Set<string>): void => {
    if (typeof value === 'string') found.add(`${key}:${foldName(value)}`);
    else if (Array.isArray(value)) for (const one of value) visit(one, key, found);
    else if (typeof value === 'object' && value !== null) {
      for (const [inner, one] of Object.entries(value)) visit(one, inner, found);
    }
  };
  for (const file of readdirSync(new URL('golden/', tests))) {
    const { cases = [] } = JSON.parse(readFileSync(new URL(`golden/${file}`, tests), 'utf8')) as {
      cases?: { config: unknown }[];
    };
    for (const { config } of cases) {
      const found = new Set<string>();
      visit(config, '', found);
      for (const name of found) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return counts;
}

const aliases: Readonly<Record<string, readonly string[]>> = {
  meansquarederror: ['mse'],
  meanabsoluteerror: ['mae'],
  meanabsolutepercentageerror: ['mape'],
  meansquaredlogarithmicerror: ['msle'],
  swish: ['silu'],
  silu: ['swish'],
};

/** All rooms, in the order of the page. */
export function inventory(): Room[] {
  const files = testFiles();
  const golden = goldenCounts();
  const table = ['basics', 'combinations']
    .map((part) => readFileSync(new URL(`layers/table-of-${part}.ts`, tests), 'utf8'))
    .join('\n');
  const entry = (name: string, keys: readonly string[], engine?: string): Entry => {
    const spellings = [foldName(name), ...(aliases[foldName(name)] ?? [])];
    // Tests may write a name as Keras does: GlorotUniform, glorot_uniform.
    const snake = name.replace(/[A-Z]/g, (letter, at: number) => `${at > 0 ? '_' : ''}${letter.toLowerCase()}`);
    const pascal = name[0]!.toUpperCase() + name.slice(1);
    const word = new RegExp(`(?<![\\w$])(?:${[...new Set([name, snake, pascal])].join('|')})(?![\\w$])`);
    return {
      name,
      engine,
      golden: keys
        .flatMap((key) => spellings.map((spelling) => golden.get(`${key}:${spelling}`) ?? 0))
        .reduce((a, b) => a + b, 0),
      files: files.filter(({ text }) => word.test(text)).map(({ path }) => path),
    };
  };
  const classes = (room: object): string[] =>
    Object.entries(room).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
  const layerNames = classes(layers).filter(
    (name) => (layers as unknown as Record<string, { prototype?: object }>)[name]!.prototype instanceof layers.Layer,
  );
  const registered = new Set(opRegistry.keys());
  const room = (
    title: string,
    names: readonly string[],
    keys: readonly string[],
    engine?: (name: string) => string | undefined,
  ): Room => ({
    title,
    entries: [...names].sort((a, b) => (a < b ? -1 : 1)).map((name) => entry(name, keys, engine?.(name))),
  });
  const rooms = [
    room('Layers', layerNames, ['layer', 'wrapped', 'type', 'class_name'], (name) =>
      table.includes(`['${name}'`) || new RegExp(`\\[\\s*'${name}',`).test(table) ? 'layer engine' : undefined,
    ),
    room('Activations', Object.keys(activationFunctions), ['activation', 'recurrent_activation', 'op']),
    room('Initializers', classes(initializers), ['initializer', 'kernel_initializer'], () => 'JSON'),
    room('Regularizers', classes(regularizers), ['regularizer']),
    room('Constraints', classes(constraints), ['constraint']),
    room(
      'Losses',
      classes(losses).filter((name) => /^[A-Z]/.test(name)),
      ['loss'],
    ),
    room('Metrics', classes(metrics), ['metric', 'metrics']),
    room('Optimizers', classes(optimizers), ['optimizer']),
    room('Schedules', classes(schedules), ['schedule']),
    room(
      'Callbacks',
      classes(callbacks).filter((name) => /^[A-Z]/.test(name) && name !== 'CallbackList'),
      ['callback'],
    ),
    room('Ops', classes(ops), ['op'], (name) => (registered.has(name.replace(/Over$/, '')) ? 'op engine' : undefined)),
    room('Augmentation (`augment`)', classes(augment), []),
    room('Files (`myelin/node`)', classes(node), []),
  ];
  const named = new Set(rooms.flatMap(({ entries }) => entries.map(({ name }) => name)));
  const others = classes(library).filter((name) => !named.has(name));
  return [...rooms, room('Models, data and tools', others, [])];
}

/** The page. */
export function supportPage(): string {
  const lines = [
    '# What there is, and how it is checked',
    '',
    'Made by `npm run support`; a test fails when it is out of date or when a name has no check.',
    '',
    '- **Op engine**: forward against a float64 reference, gradient against central differences of that reference, tail lengths, aliases,',
    '  guard words around every buffer and extreme values, in every build.',
    '- **Layer engine**: shapes, gradients of inputs and weights, a round trip of the configuration, one training step.',
    '- **JSON**: written, read back, and giving the same values.',
    '- **Golden**: number of cases computed by PyTorch, Keras or TensorFlow.js that use the name.',
    '- **Tests of its own**: test files use the name.',
  ];
  for (const { title, entries } of inventory()) {
    lines.push(
      '',
      `## ${title} (${entries.length})`,
      '',
      '| Name | Engine | Golden | Tests of its own |',
      '| --- | --- | ---: | :---: |',
    );
    for (const { name, engine, golden, files } of entries) {
      lines.push(`| ${name} | ${engine ?? ''} | ${golden || ''} | ${files.length > 0 ? '✓' : ''} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}
