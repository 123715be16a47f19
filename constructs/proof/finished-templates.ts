import { existsSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import type { IPolicyValidationContext } from 'aws-cdk-lib';
import { readFolder } from '../../lib/proof/read-assembly';
import type { StackTemplate } from '../../lib/proof/template';

/** The templates that a validation plugin is asked about, with those of their nested stacks. */
export function finishedTemplates({ templatePaths }: IPolicyValidationContext): StackTemplate[] {
  const wanted = new Set(templatePaths);
  const folders = [...new Set(templatePaths.map((file) => path.dirname(file)))];
  const read = (file: string): string | null => (existsSync(file) ? readFileSync(file, 'utf8') : null);
  return folders.flatMap((folder) => readFolder(folder, read)).filter((stack) => wanted.has(outermost(stack).file));
}

const outermost = (stack: StackTemplate): StackTemplate =>
  stack.parent === null ? stack : outermost(stack.parent.stack);
