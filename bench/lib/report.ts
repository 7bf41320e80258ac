/** @file What a run leaves behind: tables on the screen, verdicts against the targets, and one JSON file. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';

/** A measured ratio against what it has to be. */
export interface Verdict {
  what: string;
  value: number;
  target: number;
  /** The highest value that can be true: beyond it the measurement itself is wrong. */
  limit?: number;
}

/** What one suite measured. */
export interface SuiteResult {
  suite: string;
  measurements: object[];
  verdicts: Verdict[];
}

/** PASS or MISS, or VOID where the measurement cannot be right. */
export function word({ value, target, limit = Number.POSITIVE_INFINITY }: Verdict): string {
  if (value > limit) return 'VOID';
  return value >= target ? 'PASS' : 'MISS';
}

/** Prints rows under a title, columns as wide as they need to be: the first to the left, the others to the right. */
export function printTable(title: string, header: string[], rows: string[][]): void {
  const widths = header.map((text, i) => Math.max(text.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: string[]): string =>
    row.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join('  ');
  console.log(`\n${title}\n  ${line(header)}`);
  for (const row of rows) console.log(`  ${line(row).trimEnd()}`);
}

/** Milliseconds with three significant digits. */
export function formatTime(milliseconds: number): string {
  return milliseconds < 100 ? milliseconds.toPrecision(3) : milliseconds.toFixed(0);
}

/** Machine and runtime that the numbers belong to. */
export function describeMachine(node: string): Record<string, unknown> {
  const processors = cpus();
  return { processor: processors[0]?.model, cores: processors.length, load: loadavg()[0], node, date: new Date().toISOString() };
}

/** Writes everything to results/latest.json beside this package's manifest and prints the verdicts in short. */
export function finish(machine: Record<string, unknown>, results: SuiteResult[]): { misses: number } {
  const folder = new URL('../results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const content = results.map((result) => ({ ...result, verdicts: result.verdicts.map((v) => ({ ...v, verdict: word(v) })) }));
  writeFileSync(new URL('latest.json', folder), `${JSON.stringify({ machine, results: content }, null, 2)}\n`);
  const verdicts = results.flatMap((result) => result.verdicts);
  const rows = verdicts.map((v) => [v.what, v.value.toFixed(2), `≥ ${v.target}`, word(v)]);
  printTable('Targets', ['', 'measured', 'target', ''], rows);
  return { misses: verdicts.filter((v) => word(v) !== 'PASS').length };
}
