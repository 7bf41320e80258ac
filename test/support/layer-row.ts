/** One line of a table of layers: its type, and what the layer engine is to check. */
export type LayerRow = readonly [name: string, check: () => Promise<void>];
