/** @file A million characters of Shakespeare's plays, as they come with char-rnn. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolder } from './data-folder.ts';

const source = 'https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare';

/** The text. `folder` has input.txt; without it the file is downloaded once. */
export async function loadShakespeare(folder?: string): Promise<string> {
  return readFileSync(join(await dataFolder('tiny-shakespeare', source, ['input.txt'], folder), 'input.txt'), 'utf8');
}
