/** @file Builds an older revision of the library aside, so that it can be measured turn by turn with the working tree. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Extracts and builds `revision` under .cache/bench, once, and returns the folder of its build. It uses the tools installed here. */
export function prepareRevision(revision: string): string {
  const commit = execFileSync('git', ['rev-parse', '--verify', `${revision}^{commit}`], { cwd: root, encoding: 'utf8' }).trim();
  const folder = `${root}.cache/bench/${commit}`;
  if (!existsSync(`${folder}/dist/index.js`)) {
    mkdirSync(folder, { recursive: true });
    const files = execFileSync('git', ['archive', commit], { cwd: root, maxBuffer: 2 ** 30 });
    execFileSync('tar', ['-x', '-C', folder], { input: files });
    if (!existsSync(`${folder}/node_modules`)) symlinkSync(`${root}node_modules`, `${folder}/node_modules`);
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: folder, stdio: 'inherit' });
  }
  return `${folder}/dist`;
}
