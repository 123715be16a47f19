/** Titles of tests as they stand in the files, without running them. */
import { readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';
import { idsOf } from './cases';

const ROOT = path.resolve(__dirname, '../..');
const FUNCTIONS: ReadonlySet<string> = new Set(['test', 'it', 'describe']);
/** What is left out or only planned holds nothing. */
const NOT_RUN: ReadonlySet<string> = new Set(['todo', 'skip', 'failing']);

/** Test files with the ids of the cases that their titles begin with; files without any are left out. */
export function namedTests(): Map<string, ReadonlySet<string>> {
  const named = new Map<string, ReadonlySet<string>>();
  for (const entry of readdirSync(path.join(ROOT, 'test'), { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.test.ts')) continue;
    const file = path.join(entry.parentPath, entry.name);
    const ids = new Set(titlesIn(readFileSync(file, 'utf8')).flatMap(idsOf));
    if (ids.size > 0) named.set(path.relative(ROOT, file), ids);
  }
  return named;
}

export function titlesIn(text: string): string[] {
  // Parsing takes longer than all the rest, and most files name no case.
  if (!/['"`][A-H]\d/.test(text)) return [];
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isTest(node.expression)) titles.push(...titlesOf(node));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('test.ts', text, ts.ScriptTarget.Latest));
  return titles;
}

/** `test`, `test.only`, `test.each(…)`. */
function isTest(called: ts.Expression): boolean {
  if (ts.isIdentifier(called)) return FUNCTIONS.has(called.text);
  if (ts.isPropertyAccessExpression(called)) return !NOT_RUN.has(called.name.text) && isTest(called.expression);
  return ts.isCallExpression(called) && isTest(called.expression);
}

function titlesOf({ expression, arguments: [title] }: ts.CallExpression): string[] {
  if (title === undefined) return [];
  if (ts.isTemplateExpression(title)) return [title.head.text];
  if (!ts.isStringLiteralLike(title)) return [];
  // `%s`: the title is in the table.
  return /^[%$]/.test(title.text) ? stringsIn(expression) : [title.text];
}

function stringsIn(node: ts.Node): string[] {
  const found: string[] = [];
  const visit = (one: ts.Node): void => {
    if (ts.isStringLiteralLike(one)) found.push(one.text);
    ts.forEachChild(one, visit);
  };
  visit(node);
  return found;
}
