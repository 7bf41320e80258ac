/** @file The folder a data set's files are in: one the user names, or `.cache/<name>`, where they are downloaded to once. */

import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A folder that holds `files`.
 *
 * @param name of the data set: its folder in `.cache`
 * @param source address the files are downloaded from
 * @param folder that has the files already
 */
export async function dataFolder(name: string, source: string, files: readonly string[], folder?: string): Promise<string> {
  if (folder !== undefined) return folder;
  const cache = join('.cache', name);
  mkdirSync(cache, { recursive: true });
  for (const file of files) {
    const path = join(cache, file);
    if (existsSync(path)) continue;
    console.log(`Downloading ${file}`);
    const response = await fetch(`${source}/${file}`);
    if (!response.ok) throw new Error(`${file}: ${response.status} ${response.statusText}`);
    // The file appears under its name only when it is complete.
    writeFileSync(`${path}.part`, new Uint8Array(await response.arrayBuffer()));
    renameSync(`${path}.part`, path);
  }
  return cache;
}
