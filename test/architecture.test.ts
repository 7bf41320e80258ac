import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

/** Rooms from top to bottom; those in one line are neighbours that may not import each other, except where `sharing` says so. */
const floors: readonly (readonly string[])[] = [
  ['index'],
  ['models'],
  ['layers'],
  // The side door `myelin/node`: files of Node, Deno and Bun.
  ['node'],
  ['losses', 'metrics', 'optimizers', 'callbacks', 'initializers', 'regularizers', 'constraints', 'schedules', 'data'],
  ['graph'],
  ['compiler'],
  ['engine'],
  ['base'],
];

/** Neighbours that may be imported all the same, with the reason. */
const sharing: Readonly<Record<string, string>> = {
  'metrics>losses': 'every loss can be watched as a metric',
  'optimizers>schedules': 'a learning rate may be a schedule',
  'callbacks>schedules': 'the cycles of snapshot ensembles are cosines',
  'data>schedules': 'angles and Beta draws need the mathematics that is the same everywhere',
};

const root = fileURLToPath(new URL('../src', import.meta.url));
const floorOf = (room: string): number => floors.findIndex((rooms) => rooms.includes(room));

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'generated' ? [] : sourceFiles(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

function roomOf(path: string): string {
  const [first] = relative(root, path).split(sep);
  return first!.replace(/\.ts$/, '');
}

/** Modules a file imports at run time; imports of types alone vanish and may point anywhere. */
function imports(path: string): string[] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
  return source.statements.flatMap((statement) => {
    const isImport = ts.isImportDeclaration(statement);
    if (!isImport && !ts.isExportDeclaration(statement)) return [];
    if (!statement.moduleSpecifier || !ts.isStringLiteral(statement.moduleSpecifier)) return [];
    const clause = isImport ? statement.importClause : statement;
    const isTypeOnly =
      clause && ('phaseModifier' in clause ? clause.phaseModifier === ts.SyntaxKind.TypeKeyword : clause.isTypeOnly);
    const names = isImport ? statement.importClause?.namedBindings : statement.exportClause;
    const list = names && 'elements' in names ? [...names.elements] : [];
    const isAllTypes =
      list.length > 0 && list.every((element) => element.isTypeOnly) && !(isImport && statement.importClause?.name);
    return isTypeOnly || isAllTypes ? [] : [statement.moduleSpecifier.text];
  });
}

const files = sourceFiles(root);

test('every source file lives in a room', () => {
  expect(files.filter((file) => floorOf(roomOf(file)) < 0).map((file) => relative(root, file))).toEqual([]);
});

test('imports point down the list of rooms', () => {
  const wrong = files.flatMap((file) =>
    imports(file)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => join(dirname(file), specifier))
      .filter((target) => {
        const [from, to] = [roomOf(file), roomOf(target)];
        if (from === to) return false;
        return floorOf(to) < floorOf(from) || (floorOf(to) === floorOf(from) && !(`${from}>${to}` in sharing));
      })
      .map((target) => `${relative(root, file)} imports ${relative(root, target)}`),
  );
  expect(wrong).toEqual([]);
});

test('WebAssembly is known to the engine alone', () => {
  const wrong = files.filter((file) => roomOf(file) !== 'engine' && /\bWebAssembly\b\s*[.(]/.test(readFileSync(file, 'utf8')));
  expect(wrong.map((file) => relative(root, file))).toEqual([]);
});

test('packages are imported only where they belong', () => {
  const allowed: Readonly<Record<string, string>> = { seedrandom: 'base', '@assemblyscript/loader': 'engine' };
  const wrong = files.flatMap((file) =>
    imports(file)
      .filter((specifier) => !specifier.startsWith('.') && allowed[specifier] !== roomOf(file))
      .filter((specifier) => !(specifier.startsWith('node:') && roomOf(file) === 'node'))
      .map((specifier) => `${relative(root, file)} imports ${specifier}`),
  );
  expect(wrong).toEqual([]);
});
