/** @file The run as a program: prints its reports as one line of JSON. */

import { trainAll } from './train.ts';

console.log(JSON.stringify(await trainAll()));
