/**
 * @file Files, where the host has them: Node, Deno and Bun. The only place that asks for them, and it asks at run time, so that a bundle for
 * browsers holds no import it could not resolve.
 */

import type * as FileSystem from 'node:fs/promises';
import type * as Paths from 'node:path';
import { describe, fail } from './fail.ts';

/** What is done with files. Paths are those of the host, absolute or from its working directory. */
export interface Files {
  /** @throws MyelinError when there is no such file or it cannot be read */
  read(path: string): Promise<Uint8Array>;
  /**
   * Puts a whole file in the place of what was there, at once: whoever reads it, also after a crash in the middle, finds the old bytes or
   * the new ones. Folders on the way are made.
   */
  write(path: string, bytes: Uint8Array | string): Promise<void>;
  /** Adds to the end of a file, which is made when there is none. Folders on the way are made. */
  append(path: string, bytes: Uint8Array | string): Promise<void>;
  /** Size in bytes; undefined when there is no such file. */
  size(path: string): Promise<number | undefined>;
  /** Names in a folder, sorted; none when there is no such folder. */
  list(folder: string): Promise<string[]>;
  /** Removes a file or a folder with all it holds; does nothing when there is none. */
  remove(path: string): Promise<void>;
  /** Removes a folder that holds nothing; leaves one that holds anything, or that the host does not let go. */
  removeIfEmpty(folder: string): Promise<void>;
}

interface Host {
  readonly process?: { readonly pid?: number; getBuiltinModule?(name: string): unknown };
}

/** A module of Node's that Deno and Bun have as well; undefined in browsers. */
export function hostModule<T>(name: string): T | undefined {
  return (globalThis as Host).process?.getBuiltinModule?.(name) as T | undefined;
}

let writes = 0;

function hostFiles(where: string, fs: typeof FileSystem, paths: typeof Paths): Files {
  const refuse = (path: string, action: string, error: unknown): never =>
    fail(where, `a file it can ${action}`, `${describe(path)}: ${error instanceof Error ? error.message : String(error)}`);
  const makeRoom = async (path: string): Promise<void> => {
    await fs.mkdir(paths.dirname(path), { recursive: true });
  };
  return {
    async read(path) {
      try {
        return new Uint8Array(await fs.readFile(path));
      } catch (error) {
        return refuse(path, 'read', error);
      }
    },
    async write(path, bytes) {
      // On the same disk as its place, and of a name no other write has.
      const draft = `${path}.${(globalThis as Host).process?.pid ?? 0}-${writes++}.tmp`;
      try {
        await makeRoom(path);
        const file = await fs.open(draft, 'w');
        try {
          await file.writeFile(bytes);
          await file.sync();
        } finally {
          await file.close();
        }
        await fs.rename(draft, path);
        await syncFolder(fs, paths.dirname(path));
      } catch (error) {
        // What failed is what is told; a draft that was never begun cannot be removed.
        await fs.rm(draft, { force: true }).catch(() => {});
        refuse(path, 'write', error);
      }
    },
    async append(path, bytes) {
      try {
        await makeRoom(path);
        await fs.appendFile(path, bytes);
      } catch (error) {
        refuse(path, 'write', error);
      }
    },
    async size(path) {
      const found = await fs.stat(path).catch(() => undefined);
      return found?.isFile() ? found.size : undefined;
    },
    async list(folder) {
      return (await fs.readdir(folder).catch(() => [])).sort();
    },
    async remove(path) {
      await fs.rm(path, { force: true, recursive: true });
    },
    async removeIfEmpty(folder) {
      await fs.rmdir(folder).catch(() => {});
    },
  };
}

/** A renamed file stays renamed after a power cut only when its folder is on the disk as well. Not every system can do that. */
async function syncFolder(fs: typeof FileSystem, folder: string): Promise<void> {
  const handle = await fs.open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/**
 * The host's files.
 *
 * @throws MyelinError in browsers, which have none
 */
export function files(where: string): Files {
  const fs = hostModule<typeof FileSystem>('node:fs/promises');
  const paths = hostModule<typeof Paths>('node:path');
  if (fs && paths) return hostFiles(where, fs, paths);
  return fail(
    where,
    'a host with files (Node, Deno, Bun)',
    'none',
    'in a browser, work with bytes: a Uint8Array, a Response, a Blob.',
  );
}
