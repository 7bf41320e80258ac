/**
 * @file Turns and rounds: contenders are measured one short turn after the other, again and again, so that whatever
 * changes on the machine meanwhile (clock rate, other work) meets all of them alike.
 */

/** Whoever takes turns: trains `steps` steps and tells how long that took and how many they were in the end. */
export interface Runner {
  turn(steps: number): Promise<{ milliseconds: number; steps: number }>;
}

/** The middle of a list of numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** How many steps fill a turn, found by turns of growing length, which also let just-in-time compilers settle. */
async function stepsPerTurn(runner: Runner, turnMilliseconds: number): Promise<number> {
  let steps = 4;
  for (let attempt = 0; ; attempt++) {
    const { milliseconds, steps: done } = await runner.turn(steps);
    const fitting = Math.max(1, Math.round((done * turnMilliseconds) / milliseconds));
    if (attempt >= 2 && fitting < 2 * steps) return fitting;
    steps = Math.min(fitting, 8 * steps);
  }
}

/** Milliseconds per step of each runner, one number per round. The order rotates from round to round. */
export async function interleave(runners: readonly Runner[], rounds: number, turnMilliseconds: number): Promise<number[][]> {
  const steps: number[] = [];
  for (const runner of runners) steps.push(await stepsPerTurn(runner, turnMilliseconds));
  const times: number[][] = runners.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < runners.length; i++) {
      const at = (i + round) % runners.length;
      const { milliseconds, steps: done } = await runners[at]!.turn(steps[at]!);
      times[at]!.push(milliseconds / done);
    }
  }
  return times;
}
