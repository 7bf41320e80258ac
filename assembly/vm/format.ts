/**
 * @file The words of a program and of the control block, shared with TypeScript through the manifest.
 *
 * A program is a list of instructions, each `[opcode, size in words, arguments…]`; opcodes below 8 are control
 * instructions, the others kernels. Control words that different threads write sit on different cache lines.
 */

/** Ends the program. */
export const OP_END: i32 = 0;
/** Waits until every thread has come this far. */
export const OP_BARRIER: i32 = 1;
/** Runs a chain of kernels chunk by chunk: `n, count, scratch, registers`, then `opcode, argument count, (kind, value)…` each. */
export const OP_FUSED: i32 = 2;
/** Hashes what all threads left in `source` into this thread's slot of `target`: proves that memory is shared and in step. */
export const OP_PROBE: i32 = 3;

/** Elements of one chunk of a fused group: three streams of this size fit into the first-level cache. */
export const CHUNK_ELEMENTS: i32 = 1024;

/** A fused argument that is passed as it stands. */
export const OPERAND_LITERAL: i32 = 0;
/** A fused argument that points to the current chunk of a buffer. */
export const OPERAND_STREAM: i32 = 1;
/** A fused argument that points to a chunk-sized intermediate result of this thread. */
export const OPERAND_REGISTER: i32 = 2;
/** A fused argument that is the number of elements of the current chunk. */
export const OPERAND_CHUNK_LENGTH: i32 = 3;

/** The newest job: a counter in the upper 24 bits, the number of threads that take part in the lower 8. */
export const CONTROL_JOB: i32 = 0;
/** Workers asleep on the job word. */
export const CONTROL_JOB_SLEEPERS: i32 = 4;
/** Address of the job's program. */
export const CONTROL_PROGRAM: i32 = 64;
/** How often a thread looks before it sleeps, at most, at a barrier. */
export const CONTROL_BARRIER_SPINS: i32 = 68;
/** How often a worker looks for the next job before it sleeps, at most. */
export const CONTROL_IDLE_SPINS: i32 = 72;
/** 1 where the thread of part 0 may sleep; a page's main thread may not. */
export const CONTROL_MAIN_MAY_BLOCK: i32 = 76;
/** 1 once a thread died: whoever waits for it gives up. */
export const CONTROL_FAILED: i32 = 80;
/** Threads that have arrived at the barrier. */
export const CONTROL_BARRIER_COUNT: i32 = 128;
/** Counts the barriers passed; threads wait for it to change. */
export const CONTROL_BARRIER_PHASE: i32 = 192;
/** Threads asleep at the barrier. */
export const CONTROL_BARRIER_SLEEPERS: i32 = 196;
/** The job word of the last job that ended with a worker as part 0. */
export const CONTROL_FINISHED: i32 = 256;
/** Start of what each thread has for itself. */
export const CONTROL_THREADS: i32 = 320;
/** Bytes each thread has for itself. */
export const CONTROL_THREAD_BYTES: i32 = 384;
/** In a thread's bytes: arguments of the fused kernel it runs. */
export const THREAD_ARGUMENTS: i32 = 0;
/** Bytes for those arguments. */
export const THREAD_ARGUMENT_BYTES: i32 = 256;
/** In a thread's bytes: how long it looks at a barrier, see spin.ts. */
export const THREAD_BARRIER_SPIN: i32 = 256;
/** In a thread's bytes: how long it looks for a job, see spin.ts. */
export const THREAD_IDLE_SPIN: i32 = 264;
/** Most threads an engine can have. */
export const MAX_THREADS: i32 = 64;
/** The number of threads in a job word that tells workers to stop. */
export const JOB_STOP: i32 = 255;
