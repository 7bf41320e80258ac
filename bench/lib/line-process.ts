/** @file The outside of a contender's process: starts it, asks it one line of JSON at a time, ends it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A process that answers each line with a line. It waits while others have their turn, which costs nothing. */
export class LineProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #stderr = '';

  constructor(command: string, args: string[]) {
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.on('error', (error) => {
      this.#stderr += error.message;
    });
    this.#child.stdin!.on('error', () => {}); // a process that died is noticed by its missing answer
    this.#child.stderr!.on('data', (text: Buffer) => {
      this.#stderr = (this.#stderr + text).slice(-8000);
    });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /** Sends a request and waits for the reply; throws when the reply is an error or there is none. */
  async ask<Reply>(request: object): Promise<Reply> {
    this.#child.stdin!.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(lastLine(this.#stderr) ?? 'its process ended without a word');
    const reply = JSON.parse(value) as Reply & { error?: string };
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply;
  }

  /** Ends the process. */
  close(): void {
    this.#child.stdin?.end();
    this.#child.kill();
  }
}

/** The line of an error output that says what went wrong: the first `…Error: …`, else the last one. */
function lastLine(text: string): string | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return (lines.find((line) => /^\w*Error\b.*: ./.test(line)) ?? lines.at(-1))?.trim();
}

/** The arguments that make Node.js run a TypeScript file of this package. */
export function nodeArguments(file: URL, ...rest: string[]): string[] {
  return ['--import', import.meta.resolve('tsx'), file.pathname, ...rest];
}
