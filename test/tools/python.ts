/** @file Python as an independent witness, where the machine has it. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const command = 'python3';

/** Why tests that ask Python are left out; undefined when they are not. */
export const noPython: string | undefined =
  spawnSync(command, ['--version']).status === 0 ? undefined : `there is no ${command} on this machine`;

/** What a script of this folder says, and how it ended. */
export function runPython(
  script: string,
  args: readonly string[],
  input = '',
): { status: number | null; out: string; error: string } {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { status, stdout, stderr } = spawnSync(command, [path, ...args], { input, encoding: 'utf8', maxBuffer: 1 << 26 });
  return { status, out: stdout, error: stderr };
}
