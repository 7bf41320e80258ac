/** @file The compiler room: graph in, executable out. */

export { compile, Executable } from './compile.ts';
export { type RewriteTools, rewrite } from './rewrite.ts';
