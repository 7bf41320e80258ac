/** @file What the rest of the library may use of the engine. */

export { Engine, type EngineOptions } from './engine.ts';
export { format } from './format.ts';
export * from './generated/kernels.ts';
export { type Host, host } from './host.ts';
export { LinearMemory, type MemoryUsage } from './memory.ts';
export { CHUNK_LENGTH, type Int, type Operand, type Pointer, register, stream } from './operand.ts';
export { fusedScratchBytes, Program, ProgramWriter, type WriterOptions } from './program.ts';
export { type EngineInfo, engine, engineInfo, ready, type SetupOptions, setup } from './setup.ts';
export { yieldToHost } from './yield.ts';
