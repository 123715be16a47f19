/** Paths, offsets and forbidden nodes in a parsed document. */
import { type Document, type Node, type Pair, isAlias, isMap, isPair, isScalar, isSeq, visit } from 'yaml';
import type { Path } from './findings';
import { ALIAS_BOMB, CYCLIC_ALIAS, PROTOTYPE_KEY, type Said, UNKNOWN_ALIAS } from './yaml-errors';

/** Uses of aliases in a file, each counted as often as it is multiplied. */
export const MOST_ALIASES = 100;

/** Where a finding for the path stands in the text. */
export function offsetOf(document: Document.Parsed, path: Path, at?: 'key'): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    const holder = isAlias(node) ? node.resolve(document) : node;
    if (isMap(holder) && typeof step === 'string') {
      const pair = findPair(document, holder.items, step);
      if (pair === null) break;
      const wantsKey = at === 'key' && depth === path.length - 1;
      offset = (wantsKey || isBlock(pair.value) ? null : startOf(pair.value)) ?? startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(holder) && typeof step === 'number' && step < holder.items.length) {
      node = holder.items[step];
      offset = startOf(node) ?? offset;
    } else break;
  }
  return offset;
}

/** The path of the key that begins at the offset; empty where none does. */
export function pathAt(document: Document.Parsed, offset: number): Path {
  let found: Path = [];
  visit(document, {
    Pair(_, pair, ancestors) {
      if (startOf(pair.key) !== offset) return undefined;
      found = pathOf([...ancestors, pair]);
      return visit.BREAK;
    },
  });
  return found;
}

/** The first alias that leads nowhere or into itself, or key that is none of a config. */
export function forbiddenNode(
  document: Document.Parsed,
): { readonly offset: number; readonly path: Path; readonly said: Said } | null {
  let forbidden: { offset: number; path: Path; said: Said } | null = null;
  let aliases = 0;
  const refuse = (node: unknown, ancestors: readonly unknown[], said: Said): symbol => {
    forbidden = { offset: startOf(node) ?? 0, path: pathOf([...ancestors, node]), said };
    return visit.BREAK;
  };
  visit(document, {
    Alias(_, alias, ancestors) {
      if (++aliases > MOST_ALIASES) return refuse(alias, ancestors, ALIAS_BOMB);
      const target = alias.resolve(document);
      if (target === undefined) return refuse(alias, ancestors, UNKNOWN_ALIAS);
      return ancestors.some((ancestor) => ancestor === target) ? refuse(alias, ancestors, CYCLIC_ALIAS) : undefined;
    },
    Pair(_, pair, ancestors) {
      return keyOf(pair) === '__proto__' ? refuse(pair.key, [...ancestors, pair], PROTOTYPE_KEY) : undefined;
    },
  });
  return forbidden;
}

/** The pair for a key: its own, or one that is merged in by <<. */
function findPair(document: Document.Parsed, pairs: readonly Pair[], key: string): Pair | null {
  const own = pairs.find((pair) => keyOf(pair) === key);
  if (own !== undefined) return own;
  for (const { value } of pairs.filter((pair) => keyOf(pair) === '<<')) {
    for (const source of isSeq(value) ? value.items : [value]) {
      const map = isAlias(source) ? source.resolve(document) : source;
      const merged = isMap(map) ? findPair(document, map.items, key) : null;
      if (merged !== null) return merged;
    }
  }
  return null;
}

function pathOf(nodes: readonly unknown[]): Path {
  return nodes.flatMap((node, index): Path => {
    if (isPair(node)) return [keyOf(node)];
    if (isSeq(node) && index + 1 < nodes.length) return [node.items.indexOf(nodes[index + 1])];
    return [];
  });
}

const keyOf = ({ key }: Pair): string => String(isScalar(key) ? key.value : key);

/** A mapping or list of its own lines: what is said of it is said at its key. */
const isBlock = (node: unknown): boolean => (isMap(node) || isSeq(node)) && node.flow !== true;

/** `null`: nothing of it is written. */
function startOf(node: unknown): number | null {
  const range = (node as Node | null | undefined)?.range;
  return range === null || range === undefined || range[0] === range[1] ? null : range[0];
}
