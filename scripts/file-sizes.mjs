// Reports the lines of every source file, so that a file that outgrows its idea is seen. `--base <rev>` adds the change since a revision, `--top <n>` lists the largest.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const ceiling = 500;
const git = (...args) => execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
const countLines = (text) => text.split('\n').length - 1;

const base = process.argv.includes('--base') ? process.argv[process.argv.indexOf('--base') + 1] : undefined;
const patterns = ['assembly', 'src', 'test', 'bench', 'examples', 'scripts'];
const files = git('ls-files', '--cached', '--others', '--exclude-standard', ...patterns)
  .split('\n')
  .filter((file) => /\.(ts|mjs)$/.test(file));

const rows = files.map((file) => {
  const lines = countLines(readFileSync(file, 'utf8'));
  let before = lines;
  if (base) {
    try {
      before = countLines(git('show', `${base}:${file}`));
    } catch {
      before = 0; // The file is new since that revision.
    }
  }
  return { file, lines, change: lines - before };
});
rows.sort((a, b) => b.lines - a.lines);

const top = process.argv.includes('--top') ? Number(process.argv[process.argv.indexOf('--top') + 1]) : rows.length;
for (const { file, lines, change } of rows.slice(0, top)) {
  if (base && change === 0) continue;
  const delta = base ? ` ${change > 0 ? '+' : ''}${change}` : '';
  console.log(
    `${String(lines).padStart(5)}${delta.padStart(base ? 7 : 0)}  ${file}${lines > ceiling ? '  over the ceiling of 500' : ''}`,
  );
}

const sorted = rows.map(({ lines }) => lines).sort((a, b) => a - b);
const total = sorted.reduce((sum, lines) => sum + lines, 0);
console.log(`${rows.length} files, ${total} lines, median ${sorted[sorted.length >> 1]}, largest ${sorted.at(-1)}`);
if (rows.some(({ lines }) => lines > ceiling)) process.exitCode = 1;
