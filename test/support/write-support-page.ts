/** @file Writes docs/support.md: `npm run support`. */

import { writeFileSync } from 'node:fs';
import { supportPage } from './inventory.ts';

writeFileSync(new URL('../../docs/support.md', import.meta.url), supportPage());
