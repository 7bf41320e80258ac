// Puts the release builds beside the compiled package, for hosts that want to fetch them: `setup({ wasm: new URL(...) })`.
import { copyFileSync, mkdirSync } from 'node:fs';

mkdirSync('dist/wasm', { recursive: true });
for (const build of ['simd', 'simd-shared', 'relaxed', 'relaxed-shared'])
  copyFileSync(`build/wasm/${build}.wasm`, `dist/wasm/${build}.wasm`);
