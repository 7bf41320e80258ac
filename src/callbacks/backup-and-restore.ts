import { describe, fail } from '../base/fail.ts';
import { type Files, files } from '../base/files.ts';
import { checkOptionNames } from '../base/names.ts';
import type { Callback, RunInsight, RunParams, TrainedModel } from './callback.ts';
import { BatchCounter, checkSaveFreq, type SaveFrequency } from './save-frequency.ts';

/** Options of {@link BackupAndRestore}. */
export interface BackupAndRestoreOptions {
  /** Where the checkpoint lies. Made when there is none. */
  readonly folder: string;
  /** 'epoch', or a number of batches, counted across epochs, after which to write one. Default 'epoch'. */
  readonly saveFreq?: SaveFrequency;
  /** Keeps the checkpoint before the last as well, in `latest.safetensors.bkp`. Default false. */
  readonly doubleCheckpoint?: boolean;
  /** Removes the checkpoint when training has ended as it should, and the folder if nothing else lies in it. Default true. */
  readonly deleteCheckpoint?: boolean;
}

const options = { folder: true, saveFreq: true, doubleCheckpoint: true, deleteCheckpoint: true } satisfies Record<
  keyof BackupAndRestoreOptions,
  true
>;

const where = 'BackupAndRestore';
const fileName = 'latest.safetensors';

/**
 * Lets a run that was interrupted — by a crash, a kill, a power cut — go on where it was: while it trains it writes checkpoints to
 * `<folder>/latest.safetensors`, and the next `fit` with the same folder starts from there. A checkpoint holds weights, the optimizer's
 * state, random states, epoch and step, and what the other callbacks remember, so that the resumed run ends with the same bits.
 * Semantics of Keras's callback of that name; here checkpoints in the middle of an epoch go on in its middle.
 *
 * Files are replaced at once, and drafts of writes that were interrupted are removed when the next run begins.
 *
 * @throws MyelinError when an option is bad, a file cannot be written, or there are checkpoints and none of them can be read
 */
export class BackupAndRestore implements Callback {
  readonly #options: BackupAndRestoreOptions;
  readonly #counter: BatchCounter;
  #run: RunInsight | undefined;

  constructor(given: BackupAndRestoreOptions) {
    checkOptionNames(where, given ?? null, options);
    const { folder, saveFreq = 'epoch' } = given;
    if (typeof folder !== 'string' || folder === '') fail(where, '`folder` to be the name of a folder', describe(folder));
    this.#options = given;
    this.#counter = new BatchCounter(checkSaveFreq(where, saveFreq));
    // A hook that is called in every step is there only where it is needed.
    if (saveFreq !== 'epoch') {
      this.onTrainBatchEnd = () => {
        if (this.#counter.isDue()) return this.#save();
      };
    }
  }

  onTrainBatchEnd?: () => void | Promise<void>;

  get #path(): string {
    return `${this.#options.folder.replace(/[/\\]+$/, '') || '/'}/${fileName}`;
  }

  get #backup(): string {
    return `${this.#path}.bkp`;
  }

  async resumeFrom(): Promise<Uint8Array | undefined> {
    const disk = files(where);
    let isAny = false;
    for (const path of [this.#path, this.#backup]) {
      if ((await disk.size(path)) === undefined) continue;
      isAny = true;
      const bytes = await disk.read(path).catch(() => undefined);
      if (bytes && isWhole(bytes)) return bytes;
    }
    if (!isAny) return undefined;
    return fail(
      where,
      'a checkpoint it can read',
      `damaged files in ${describe(this.#options.folder)}`,
      'remove them to start anew.',
    );
  }

  async onTrainBegin(_model: TrainedModel, params: RunParams): Promise<void> {
    this.#run = params.run;
    this.#counter.since = 0;
    await this.#removeDrafts(files(where));
  }

  async onEpochEnd(): Promise<void> {
    if ((this.#options.saveFreq ?? 'epoch') === 'epoch') await this.#save();
  }

  async onTrainEnd(): Promise<void> {
    if (!(this.#options.deleteCheckpoint ?? true)) return;
    const disk = files(where);
    // A folder of such a name is not ours, nor is what else lies beside them.
    for (const path of [this.#path, this.#backup]) if ((await disk.size(path)) !== undefined) await disk.remove(path);
    await disk.removeIfEmpty(this.#options.folder);
  }

  async #save(): Promise<void> {
    const run = this.#run ?? fail(where, 'a run that can be saved', 'none', 'use it as a callback of fit.');
    const disk = files(where);
    const bytes = await run.checkpoint();
    if (this.#options.doubleCheckpoint && (await disk.size(this.#path)) !== undefined)
      await disk.write(this.#backup, await disk.read(this.#path));
    await disk.write(this.#path, bytes);
  }

  /** A process that was killed while it wrote leaves a file behind that nobody needs. */
  async #removeDrafts(disk: Files): Promise<void> {
    const { folder } = this.#options;
    for (const name of await disk.list(folder)) {
      if (name.startsWith(`${fileName}.`) && name.endsWith('.tmp')) await disk.remove(`${folder}/${name}`);
    }
  }
}

/** Whether bytes are a whole `.safetensors` file: the header can be read, and all that it tells of is there. */
function isWhole(bytes: Uint8Array): boolean {
  if (bytes.length < 8) return false;
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (headerLength > bytes.length - 8) return false;
  try {
    const header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + headerLength)));
    const ends = Object.values(header as object).map(
      (entry: { data_offsets?: readonly number[] }) => entry.data_offsets?.[1] ?? 0,
    );
    return Math.max(0, ...ends) === bytes.length - 8 - headerLength;
  } catch {
    return false;
  }
}
