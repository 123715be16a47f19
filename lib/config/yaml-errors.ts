/** What is said of text that is no YAML, or YAML that no config is made of. Never a word of the text itself. */
import type { YAMLError } from 'yaml';
import type { Finding } from './findings';

export type Said = Pick<Finding, 'code' | 'found' | 'allowed' | 'fix'>;

export function sayingOf(error: YAMLError): Said {
  return SAYINGS[error.code] ?? { ...BROKEN, found: withoutSource(error.message) };
}

/** A few of the library's messages end in what the file says there. */
const withoutSource = (message: string): string => message.replace(/: ".*|(?<=characters|sequence|found):? .*/s, '');

const BROKEN = {
  code: 'yaml-syntax',
  allowed: 'YAML 1.2',
  fix: 'look at this line and the one before: indentation, quotes, brackets and colons',
};

const SAYINGS: Partial<Record<YAMLError['code'], Said>> = {
  DUPLICATE_KEY: {
    code: 'duplicate-key',
    found: 'a key for the second time in the same mapping',
    allowed: 'each key once',
    fix: 'remove or rename one of the two',
  },
  TAB_AS_INDENT: {
    code: 'tab-indent',
    found: 'a tab as indentation',
    allowed: 'spaces',
    fix: 'replace the tab by spaces',
  },
  TAG_RESOLVE_FAILED: {
    code: 'unknown-tag',
    found: 'a tag',
    allowed: 'plain text, numbers, lists and mappings',
    fix: 'remove the word that begins with !',
  },
  NON_STRING_KEY: {
    code: 'yaml-syntax',
    found: 'a key that is not plain text',
    allowed: 'keys of plain text',
    fix: 'write the key as text, in quotes if need be',
  },
  RESOURCE_EXHAUSTION: {
    code: 'too-deep',
    found: 'nesting too deep to read',
    allowed: 'the few levels that a config has',
    fix: 'remove the brackets or indentation that open more levels',
  },
};

export const EMPTY: Said = {
  code: 'empty-file',
  found: 'an empty file',
  allowed: 'a mapping with at least `name`, `region`, `models` and `routes`',
  fix: 'begin with the example, config/hybrid-llm.yaml',
};

export const MANY_DOCUMENTS: Said = {
  code: 'many-documents',
  found: 'a second document after ---',
  allowed: 'one document a file',
  fix: 'put the second one into a file of its own',
};

export const NOT_A_MAPPING: Said = {
  code: 'not-a-mapping',
  found: 'a file that is not a mapping of keys to values',
  allowed: 'a mapping with at least `name`, `region`, `models` and `routes`',
  fix: 'begin with `name: …`',
};

export const UNKNOWN_ALIAS: Said = {
  code: 'yaml-alias',
  found: 'an alias without its anchor before it',
  allowed: 'aliases (*name) of anchors (&name) that stand above',
  fix: 'write the anchor, or put the text in quotes if no alias was meant',
};

export const CYCLIC_ALIAS: Said = {
  code: 'yaml-alias',
  found: 'an alias inside its own anchor',
  allowed: 'values that do not hold themselves',
  fix: 'write the value out',
};

export const ALIAS_BOMB: Said = {
  code: 'alias-bomb',
  found: 'aliases that multiply into too many values',
  allowed: 'at most 100 uses of aliases',
  fix: 'write the values out',
};

export const BAD_MERGE: Said = {
  code: 'yaml-alias',
  found: 'a merge (<<) of what is not a mapping',
  allowed: 'aliases of mappings after <<',
  fix: 'merge a mapping, or write the keys out',
};

export const PROTOTYPE_KEY: Said = {
  code: 'unknown-key',
  found: 'the key __proto__',
  allowed: 'any other name',
  fix: 'rename it',
};
