/** @file The command line: which suites, how long, on which Node.js, beside which older revision. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** What a run is told. */
export interface Options {
  /** Suites to run; empty means all. */
  suites: string[];
  /** Rounds of turns. */
  rounds: number;
  /** Milliseconds of a turn. */
  turn: number;
  /** The Node.js that all contenders in JavaScript run on. */
  node: string;
  /** The build that is measured. */
  dist: string;
  /** A revision to measure beside it. */
  against?: string;
  /** Whether a missed target makes the run fail. */
  strict: boolean;
}

/** How to call it. */
export const usage = `npm run bench -- [suites…] [options]

  suites           gemm mlp tiny cnn recurrent layers optimizers (default: all)
  --quick          few short rounds: a first impression
  --rounds <n>     rounds of turns (default 9)
  --turn <ms>      length of a turn (default 200)
  --node <binary>  another Node.js to run on, for instance "$(npx -y -p node@24 which node)"
  --against <rev>  measures a git revision, interleaved with the working tree
  --strict         exit code 1 when a target is missed
  --help

MYELIN_PYTHON names a Python with PyTorch; else .cache/torch-venv is used, made by bench/peers/install-torch.sh.`;

/** Reads the command line; undefined when help was asked for. */
export function readOptions(): Options | undefined {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      turn: { type: 'string' },
      node: { type: 'string', default: process.execPath },
      dist: { type: 'string', default: fileURLToPath(new URL('../dist', import.meta.url)) },
      against: { type: 'string' },
      strict: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const { quick, node, dist, against, strict } = values;
  const rounds = Number(values.rounds ?? (quick ? 3 : 9));
  const turn = Number(values.turn ?? (quick ? 80 : 200));
  if (!(rounds >= 1) || !(turn > 0)) throw new Error(`--rounds and --turn are positive numbers\n\n${usage}`);
  return { suites: positionals, rounds, turn, node, dist, against, strict };
}
