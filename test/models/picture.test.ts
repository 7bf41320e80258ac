import { describe, expect, test } from 'vitest';
import type { Node } from '../../src/graph/node.ts';
import { Add, Concatenate, Dense, Flatten, input, LSTM } from '../../src/layers/index.ts';
import { Model, Sequential } from '../../src/models/index.ts';
import { layoutOf } from '../../src/models/picture-layout.ts';
import { generator } from '../support/random.ts';

/** The elements of an XML text: refuses tags that are not closed, attributes without quotes and characters that must be written otherwise. */
function elementsOf(xml: string): { name: string; attributes: Record<string, string>; text: string }[] {
  const elements: { name: string; attributes: Record<string, string>; text: string }[] = [];
  const open: (typeof elements)[number][] = [];
  const plain = (text: string): string => {
    expect(text).not.toMatch(/&(?!#\d+;)|<|[^\P{Cc}\t\n\r]|\p{Cs}/u);
    return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
  };
  let at = 0;
  for (const match of xml.matchAll(/<(\/?)([a-z]+)((?:\s+[a-zA-Z:-]+="[^"<]*")*)\s*(\/?)>/g)) {
    const between = plain(xml.slice(at, match.index));
    if (open.length > 0) open.at(-1)!.text += between;
    else expect(between.trim()).toBe('');
    at = match.index + match[0].length;
    const [, isEnd, name, attributes, isEmpty] = match;
    if (isEnd) {
      expect(open.pop()?.name).toBe(name);
      continue;
    }
    const pairs = [...attributes!.matchAll(/([a-zA-Z:-]+)="([^"]*)"/g)].map(([, key, value]) => [key!, plain(value!)]);
    const element = { name: name!, attributes: Object.fromEntries(pairs) as Record<string, string>, text: '' };
    elements.push(element);
    if (!isEmpty) open.push(element);
  }
  expect(open).toEqual([]);
  expect(xml.slice(at).trim()).toBe('');
  return elements;
}

function branches(name = 'branches'): Model {
  const [a, b] = [input({ shape: [8], name: 'a' }), input({ shape: [4], name: 'b' })];
  const shared = new Dense({ units: 6, name: 'shared' });
  const lifted = shared.apply(new Dense({ units: 8, name: 'lift' }).apply(b));
  const both = new Add({ name: 'both' }).apply([shared.apply(a), lifted]);
  const inner = new Sequential([new Dense({ units: 6, inputShape: [6] })], { name: 'inner' });
  const out = new Concatenate({ name }).apply([inner.apply(both), lifted]);
  return new Model({ inputs: { a, b }, outputs: [out, both], name });
}

describe('toMermaid', () => {
  test('draws a box for every input and call, and every connection', () => {
    expect(branches().toMermaid()).toBe(`flowchart TD
  n0(["a<br/>Input<br/>(None, 8)"])
  n1(["b<br/>Input<br/>(None, 4)"])
  n2["shared<br/>Dense, call 1 of 2<br/>(None, 8) → (None, 6)"]
  n3["lift<br/>Dense<br/>(None, 4) → (None, 8)"]
  n4["shared<br/>Dense, call 2 of 2<br/>(None, 8) → (None, 6)"]
  n5["both<br/>Add<br/>#91;(None, 6), (None, 6)#93; → (None, 6)"]
  n6[["inner<br/>Sequential<br/>(None, 6) → (None, 6)"]]
  n7["branches<br/>Concatenate<br/>#91;(None, 6), (None, 6)#93; → (None, 12)"]
  n0 --> n2
  n1 --> n3
  n3 --> n4
  n2 --> n5
  n4 --> n5
  n5 --> n6
  n6 --> n7
  n4 --> n7
`);
  });

  test('draws a stack from top to bottom, built or not', () => {
    const layers = () => [new Flatten({ name: 'flat' }), new Dense({ units: 2, name: 'out' })];
    expect(new Sequential(layers(), { inputShape: [2, 3] }).toMermaid()).toBe(`flowchart TD
  n0(["input<br/>Input<br/>(None, 2, 3)"])
  n1["flat<br/>Flatten<br/>(None, 2, 3) → (None, 6)"]
  n2["out<br/>Dense<br/>(None, 6) → (None, 2)"]
  n0 --> n1
  n1 --> n2
`);
    expect(new Sequential(layers()).toMermaid()).toBe(`flowchart TD
  n0["flat<br/>Flatten"]
  n1["out<br/>Dense"]
  n0 --> n1
`);
  });

  test('shows the layers of a subclass, whose connections only code knows, and several outputs', () => {
    class Pair extends Model {
      static override readonly type: string = 'Pair';
      first = new Dense({ units: 2, name: 'first' });
      second = new Dense({ units: 2, name: 'second' });
      override call(x: Node): Node {
        return this.second.apply(this.first.apply(x));
      }
    }
    expect(new Pair().toMermaid()).toBe('flowchart TD\n  n0["first<br/>Dense"]\n  n1["second<br/>Dense"]\n');
    const x = input({ shape: [5, 3], name: 'x' });
    const outputs = new LSTM({ units: 2, returnState: true, name: 'lstm' }).applyAll(x);
    expect(new Model({ inputs: x, outputs }).toMermaid()).toContain('(None, 5, 3) → #91;(None, 2), (None, 2), (None, 2)#93;');
  });

  test('writes what means something to Mermaid as codes', () => {
    const model = new Sequential([new Dense({ units: 1, name: 'a"] --> `b`;\nend &<b>#ä日' })]);
    expect(model.toMermaid()).toBe(
      'flowchart TD\n  n0["a#34;#93; --#62; #96;b#96;#59;#10;end #38;#60;b#62;#35;ä日<br/>Dense"]\n',
    );
  });
});

describe('toSVG', () => {
  test('is well-formed and holds every box, its texts and every connection', () => {
    const elements = elementsOf(branches().toSVG());
    const [root] = elements;
    expect([root!.name, root!.attributes.xmlns]).toEqual(['svg', 'http://www.w3.org/2000/svg']);
    const texts = elements.filter(({ name }) => name === 'text').map(({ text }) => text);
    expect(texts).toContain('(None, 8) → (None, 6)');
    expect(texts.filter((text) => text === 'shared').length).toBe(2);
    expect(elements.filter(({ name, attributes }) => name === 'path' && attributes['marker-end']).length).toBe(8);
    // A background, then a box each.
    expect(elements.filter(({ name }) => name === 'rect').length).toBe(1 + 8);
  });

  test('keeps every box inside the picture and apart from the others', () => {
    const elements = elementsOf(branches('a long name that makes its box much wider than any of the others are').toSVG());
    const [width, height] = ['width', 'height'].map((name) => Number(elements[0]!.attributes[name]));
    const boxes = elements
      .filter(({ name, attributes }) => name === 'rect' && attributes.rx)
      .map(({ attributes: { x, y, width: w, height: h } }) => [
        Number(x),
        Number(y),
        Number(x) + Number(w),
        Number(y) + Number(h),
      ]);
    expect(boxes.length).toBe(8);
    for (const [i, a] of boxes.entries()) {
      expect(Math.min(a[0]!, a[1]!)).toBeGreaterThanOrEqual(0);
      expect(a[2]).toBeLessThanOrEqual(width! - 32);
      expect(a[3]).toBeLessThanOrEqual(height! - 32);
      for (const b of boxes.slice(0, i)) {
        expect(a[0]! < b[2]! && b[0]! < a[2]! && a[1]! < b[3]! && b[1]! < a[3]!).toBe(false);
      }
    }
  });

  test('escapes names, leaves out what XML cannot hold, and shortens what is too long', () => {
    const name = '<script>&"\'\u0000\uD800 日本語';
    const texts = (given: string) =>
      elementsOf(new Sequential([new Dense({ units: 1, name: given })], { name: given }).toSVG()).filter(({ text }) =>
        text.trim(),
      );
    expect(texts(name).map(({ text }) => text)).toEqual([
      '<script>&"\'\uFFFD\uFFFD 日本語',
      '<script>&"\'\uFFFD\uFFFD 日本語 (Dense)',
      '<script>&"\'\uFFFD\uFFFD 日本語',
      'Dense',
    ]);
    const long = texts('x'.repeat(500)).filter((element) => element.name === 'text');
    expect(long[0]!.text).toBe(`${'x'.repeat(35)}…${'x'.repeat(35)}`);
  });

  test('is the same every time, and exists for a model without layers', () => {
    const model = branches();
    expect(model.toSVG()).toBe(model.toSVG());
    expect(elementsOf(new Sequential([], { name: 'none' }).toSVG())[0]!.name).toBe('svg');
  });
});

describe('the layout', () => {
  const boxes = (count: number) => Array.from({ length: count }, (_, i) => ({ width: 40 + 10 * (i % 5), height: 30 }));

  test('leads arrows down and keeps boxes apart, whatever the graph', () => {
    const next = generator(5);
    for (let run = 0; run < 30; run++) {
      const count = 2 + Math.floor(next() * 15);
      const arrows = Array.from({ length: 2 * count }, () => {
        const to = 1 + Math.floor(next() * (count - 1));
        return [Math.floor(next() * to), to] as const;
      });
      const { places, ways, width, height } = layoutOf(boxes(count), arrows);
      for (const [from, to] of arrows) expect(places[from]!.y).toBeLessThan(places[to]!.y);
      places.forEach(({ x, y }, i) => {
        const half = (40 + 10 * (i % 5)) / 2;
        expect(x - half).toBeGreaterThanOrEqual(-1e-9);
        expect(x + half).toBeLessThanOrEqual(width + 1e-9);
        expect(y).toBeLessThanOrEqual(height);
        places.slice(0, i).forEach((other, k) => {
          if (other.y === y) expect(Math.abs(other.x - x)).toBeGreaterThan(half + (40 + 10 * (k % 5)) / 2);
        });
      });
      // Waypoints keep out of boxes, too.
      for (const way of ways) {
        for (const point of way.slice(1, -1)) {
          places.forEach(({ x, y }, i) => {
            if (y === point.y) expect(Math.abs(point.x - x)).toBeGreaterThan((40 + 10 * (i % 5)) / 2);
          });
        }
      }
    }
  });

  test('puts boxes without order under each other without crossings where there need be none', () => {
    // 0 → 3, 1 → 2: drawn in this order they would cross.
    const { places } = layoutOf(boxes(4), [
      [0, 3],
      [1, 2],
    ]);
    expect(Math.sign(places[0]!.x - places[1]!.x)).toBe(Math.sign(places[3]!.x - places[2]!.x));
  });

  test('draws an input that is used late where it is used', () => {
    const { places } = layoutOf(boxes(5), [
      [0, 2],
      [2, 3],
      [3, 4],
      [1, 4],
    ]);
    expect(places[1]!.y).toBe(places[3]!.y);
  });
});
