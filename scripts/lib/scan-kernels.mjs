/**
 * @file Reads the kernels out of the AssemblyScript sources with AssemblyScript's own parser.
 *
 * Every exported function in assembly/kernels is a kernel, and every exported `const NAME: i32` a constant. The list made
 * here is the only one there is: the dispatch of the program runner and the emitter's types both derive from it.
 */

import * as assemblyscript from 'assemblyscript';

const LETTER_OF_TYPE = { usize: 'p', i32: 'i', f32: 'f' };

/** Opcodes below this one are control instructions of the program runner. */
export const FIRST_KERNEL_OPCODE = 8;

/** Thrown for sources that parse but cannot be kernels. */
export class KernelError extends Error {}

function textOf(node) {
  return node.range.source.text.substring(node.range.start, node.range.end);
}

function placeOf(node) {
  const { source, start } = node.range;
  return `${source.normalizedPath}:${source.text.substring(0, start).split('\n').length}`;
}

function kernelOf(declaration, file) {
  const name = declaration.name.text;
  const where = `[${placeOf(declaration)}] kernel \`${name}\``;
  if (declaration.typeParameters?.length) throw new KernelError(`${where} is generic; export one function per type.`);
  const result = textOf(declaration.signature.returnType);
  if (result !== 'void') throw new KernelError(`${where} must return void, not ${result}: results go through pointers.`);
  const parameters = declaration.signature.parameters.map((parameter) => {
    const type = textOf(parameter.type);
    if (!(type in LETTER_OF_TYPE)) {
      throw new KernelError(
        `${where}: parameter \`${parameter.name.text}\` has type ${type || '(none)'}; kernels take usize, i32 and f32.`,
      );
    }
    if (parameter.initializer)
      throw new KernelError(`${where}: parameter \`${parameter.name.text}\` has a default; kernels have none.`);
    return { name: parameter.name.text, type: LETTER_OF_TYPE[type] };
  });
  const [part, parts] = parameters.slice(-2);
  const isParallel = part?.name === 'part' && parts?.name === 'parts';
  if (isParallel) {
    if (part.type !== 'i' || parts.type !== 'i') throw new KernelError(`${where}: \`part\` and \`parts\` must be i32.`);
    parameters.length -= 2;
  }
  if (parameters.some((parameter) => parameter.name === 'part' || parameter.name === 'parts')) {
    throw new KernelError(`${where}: \`part, parts\` must be the last two parameters, in this order.`);
  }
  return { name, file, parallel: isParallel, parameters };
}

function constantOf(declaration, file) {
  const name = declaration.name.text;
  const type = declaration.type ? textOf(declaration.type) : '(none)';
  if (type !== 'i32')
    throw new KernelError(`[${placeOf(declaration)}] constant \`${name}\` has type ${type}; exported constants are i32.`);
  return { name, file };
}

/** Names the builds export for themselves. */
const RESERVED = ['heapBase', 'manifestHash', 'run', 'runParallel', 'submit', 'work', 'memory', 'kernelRecords'];

/**
 * The kernels that `kernelSources` export and the constants that they and the runner export, in the order of the paths.
 *
 * @param {Map<string, string>} kernelSources text by path, relative to the package
 * @param {Map<string, string>} runnerSources the program runner, for its constants alone
 * @returns {{ kernels: object[], constants: { name: string, file: string }[] }} the values of
 *   constants are the compiler's business: builds export them
 */
export function scanKernels(kernelSources, runnerSources) {
  const { CommonFlags, NodeKind } = assemblyscript;
  const program = assemblyscript.newProgram(assemblyscript.newOptions());
  const kernels = [];
  const constants = [];
  const owners = new Map(RESERVED.map((name) => [name, 'the engine']));
  const sources = new Map([...kernelSources, ...runnerSources]);
  const claim = (entry, node) => {
    const owner = owners.get(entry.name);
    if (owner) throw new KernelError(`[${placeOf(node)}] \`${entry.name}\` is already exported by ${owner}; names are unique.`);
    owners.set(entry.name, placeOf(node));
    return entry;
  };
  for (const path of [...sources.keys()].sort()) {
    assemblyscript.parse(program, sources.get(path), path, true);
    for (let message = assemblyscript.nextDiagnostic(program); message; message = assemblyscript.nextDiagnostic(program)) {
      if (assemblyscript.isError(message)) throw new KernelError(assemblyscript.formatDiagnostic(message, false, true));
    }
    const source = program.sources.find((candidate) => candidate.normalizedPath === path);
    for (const statement of source.statements) {
      if (kernelSources.has(path) && statement.kind === NodeKind.FunctionDeclaration && statement.flags & CommonFlags.Export) {
        kernels.push(claim(kernelOf(statement, path), statement));
      }
      if (statement.kind === NodeKind.Variable) {
        for (const declaration of statement.declarations) {
          if (declaration.flags & CommonFlags.Export) constants.push(claim(constantOf(declaration, path), declaration));
        }
      }
    }
  }
  kernels.forEach((kernel, index) => {
    kernel.opcode = FIRST_KERNEL_OPCODE + index;
  });
  return { kernels, constants };
}
