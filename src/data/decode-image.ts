/** @file Images out of the bytes of files: PNG, PGM, PPM and BMP by code of our own, the same in every host; others by the host. */

import { describe, fail, MyelinError } from '../base/fail.ts';
import { checkOptionNames } from '../base/names.ts';
import { wholeNumber } from '../base/numbers.ts';
import { Tensor } from '../base/tensor.ts';
import { decodeBMP, decodeNetpbm, isBMP, isNetpbm } from './bitmaps.ts';
import { type Bytes, bytesOf } from './bytes.ts';
import { movesOf, seenThrough } from './image.ts';
import { decodePNG, isPNG } from './png.ts';

/** Options of {@link decodeImage}. */
export interface DecodeImageOptions {
  /** Channels of the result: 1 grey, 3 red, green and blue, 4 with transparency. Default: as in the file. */
  readonly channels?: 1 | 3 | 4;
  /** Height and width the image is brought to. Default: those of the file. */
  readonly size?: readonly [height: number, width: number];
}

const where = 'decodeImage';

/** What the package jpeg-js gives. */
interface JpegDecoder {
  decode(
    bytes: Uint8Array,
    options: { useTArray: boolean; formatAsRGBA: boolean },
  ): { width: number; height: number; data: Uint8Array };
}

async function decodeInBrowser(bytes: Uint8Array): Promise<Tensor> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(new Blob([bytes.slice()]), { premultiplyAlpha: 'none', colorSpaceConversion: 'none' });
  } catch (error) {
    return fail(where, 'an image this browser can read', error instanceof Error ? error.message : String(error));
  }
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) return fail(where, 'a canvas to draw on', 'none');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const image = new Tensor(new Uint8Array(context.getImageData(0, 0, width, height).data), [height, width, 4]);
  // Photographs have no transparency; a channel of nothing but 255 would only be in the way.
  return image.data.every((value, i) => i % 4 !== 3 || value === 255) ? withChannels(image, 3) : image;
}

async function decodeJPEG(bytes: Uint8Array): Promise<Tensor> {
  // Not written into the import, so that bundlers do not ask for a package that is optional.
  const name = 'jpeg-js';
  const loaded = (await import(/* @vite-ignore */ name).catch(() => undefined)) as
    | (JpegDecoder & { default?: JpegDecoder })
    | undefined;
  const decoder = loaded?.default ?? loaded;
  if (!decoder) return fail(where, 'a JPEG decoder in this host', 'none', 'install one: npm install jpeg-js.');
  try {
    const { width, height, data } = decoder.decode(bytes, { useTArray: true, formatAsRGBA: false });
    return new Tensor(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), [height, width, 3]);
  } catch (error) {
    return fail(where, 'a JPEG image', error instanceof Error ? error.message : String(error), 'the file is cut off or damaged.');
  }
}

async function decodeAny(bytes: Uint8Array): Promise<Tensor> {
  if (isPNG(bytes)) return decodePNG(bytes);
  if (isNetpbm(bytes)) return decodeNetpbm(bytes);
  if (isBMP(bytes)) return decodeBMP(bytes);
  if (typeof createImageBitmap === 'function' && typeof OffscreenCanvas === 'function') return decodeInBrowser(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return decodeJPEG(bytes);
  return fail(where, 'an image: PNG, JPEG, PGM, PPM or BMP', `[${bytes.subarray(0, 4).join(', ')}, …]`);
}

/** The same image with other channels: grey by the weights of ITU-R 601, transparency dropped or full. */
export function withChannels(image: Tensor, channels: 1 | 3 | 4): Tensor {
  const [height, width, own] = image.shape as [number, number, number];
  if (own === channels) return image;
  const pixels = height * width;
  const data = new Uint8Array(pixels * channels);
  const isColored = own >= 3;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const [from, to] = [pixel * own, pixel * channels];
    const red = image.data[from]!;
    const [green, blue] = isColored ? [image.data[from + 1]!, image.data[from + 2]!] : [red, red];
    if (channels === 1) data[to] = isColored ? (red * 19595 + green * 38470 + blue * 7471 + 32768) >> 16 : red;
    else {
      data[to] = red;
      data[to + 1] = green;
      data[to + 2] = blue;
      if (channels === 4) data[to + 3] = own === 2 ? image.data[from + 1]! : 255;
    }
  }
  return new Tensor(data, [height, width, channels]);
}

/** The image in another size, bilinear between the centres of pixels. */
export function resized(image: Tensor, [height, width]: readonly [number, number]): Tensor {
  const [rows, columns, channels] = image.shape as [number, number, number];
  if (rows === height && columns === width) return image;
  const [down, right] = [rows / height, columns / width];
  const source = { data: Float32Array.from(image.data), height: rows, width: columns, channels };
  const map = [right, 0, (right - 1) / 2, 0, down, (down - 1) / 2] as const;
  const { data } = seenThrough(source, map, movesOf(where, { fillMode: 'nearest' }), height, width);
  return new Tensor(
    Uint8Array.from(data, (value) => Math.floor(value + 0.5)),
    [height, width, channels],
  );
}

/** Checks the options. */
export function checkImageOptions(caller: string, { channels, size }: DecodeImageOptions): void {
  if (channels !== undefined && ![1, 3, 4].includes(channels)) fail(caller, '`channels` to be 1, 3 or 4', describe(channels));
  if (size === undefined) return;
  if (!Array.isArray(size) || size.length !== 2) fail(caller, '`size` to be a pair [height, width]', describe(size));
  for (const side of size) wholeNumber(caller, 'size', side, 1);
}

/**
 * The image in the bytes of a file. PNG, PGM, PPM and BMP are read everywhere, with the same bits; what else the browser can show in
 * browsers; JPEG elsewhere when the package jpeg-js is installed.
 *
 * Shape: uint8 [height, width, channels], 1 for grey, 2 for grey with transparency, 3 for colour, 4 for colour with transparency.
 *
 * @throws MyelinError when the bytes are no image that can be read, or damaged
 */
export async function decodeImage(bytes: Bytes, options: DecodeImageOptions = {}): Promise<Tensor> {
  checkOptionNames(where, options, { channels: true, size: true } satisfies Record<keyof DecodeImageOptions, true>);
  checkImageOptions(where, options);
  const image = await decodeAny(bytesOf(where, bytes)).catch((error: unknown) => {
    if (error instanceof MyelinError) throw error;
    return fail(where, 'an image', error instanceof Error ? error.message : String(error));
  });
  const colored = options.channels ? withChannels(image, options.channels) : image;
  return options.size ? resized(colored, options.size) : colored;
}
