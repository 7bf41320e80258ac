/** @file Graphs in float64, as tests use them. */

export { interpret, referenceOf, toReference } from '../../src/graph/interpret.ts';
