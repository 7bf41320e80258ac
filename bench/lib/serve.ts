/**
 * @file The inside of a contender's process: requests come as lines of JSON, each is answered by one line.
 * Standard output belongs to the protocol, so whatever a library prints goes to standard error.
 */
import { createInterface } from 'node:readline';

/** Answers requests until standard input ends. What a handler throws becomes the reply's `error`. */
export async function serve<Request>(handle: (request: Request) => Promise<object>): Promise<void> {
  for (const name of ['log', 'info', 'debug'] as const) console[name] = console.error;
  for await (const line of createInterface({ input: process.stdin })) {
    const reply = await handle(JSON.parse(line) as Request).catch((error: unknown) => ({ error: String(error) }));
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
  process.exit(0);
}
