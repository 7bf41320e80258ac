/** @file Bytes from wherever a user has them: memory, a file, the web. */

import type * as URLs from 'node:url';
import { describe, fail } from '../base/fail.ts';
import { files, hostModule } from '../base/files.ts';

/**
 * Where bytes come from: the bytes themselves, a Blob or Response, an address (http, https, blob, data), or the path of a file. In browsers,
 * where there are no files, a text is an address, which may be relative to the page.
 */
export type Source = string | URL | Uint8Array | ArrayBuffer | Blob | Response;

/** Addresses that `fetch` knows. A drive letter is none. */
const address = /^(?:https?|blob|data):/i;

async function fetched(where: string, url: string | URL): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail(where, 'an address that answers', `${describe(String(url))}: ${reason}`);
  }
  return bytesOfResponse(where, response);
}

async function bytesOfResponse(where: string, response: Response): Promise<Uint8Array> {
  if (!response.ok) fail(where, 'an answer with a file', `status ${response.status} from ${describe(response.url)}`);
  if (response.bodyUsed) fail(where, 'a Response that nobody has read yet', 'one that was read');
  return new Uint8Array(await response.arrayBuffer());
}

/**
 * All bytes of a source.
 *
 * @throws MyelinError when there is no such file, or an address does not answer with one
 */
export async function sourceBytes(where: string, source: Source): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (typeof Response === 'function' && source instanceof Response) return bytesOfResponse(where, source);
  if (typeof Blob === 'function' && source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  const isURL = source instanceof URL;
  if (!isURL && (typeof source !== 'string' || source === '')) {
    return fail(where, 'a path, an address, or the bytes of a file', describe(source));
  }
  const urls = hostModule<typeof URLs>('node:url');
  if (isURL && source.protocol === 'file:') {
    if (urls) return files(where).read(urls.fileURLToPath(source));
  } else if (isURL || address.test(source) || !urls) return fetched(where, source);
  return files(where).read(String(source));
}
