/** Puts zones into a config's text. Everything else stays as it is written, comments too. */
import { type Document, isMap, isSeq, parseDocument } from 'yaml';
import { formatFinding } from '../../lib/config/findings';
import { parseConfig } from '../../lib/config/parse';

export type Written = { readonly text: string } | { readonly problem: string };

export function writeZones(text: string, zones: readonly string[]): Written {
  const written = withZones(text, zones);
  const wrong = parseConfig(written).findings.filter(({ severity }) => severity === 'error');
  if (wrong.length === 0) return { text: written };
  return { problem: wrong.map((finding) => formatFinding(finding, 'with the new zones')).join('\n') };
}

const PATH = ['network', 'azs'];

function withZones(text: string, zones: readonly string[]): string {
  const document = parseDocument(text, { merge: true, stringKeys: true });
  const list = `[${zones.join(', ')}]`;
  const azs = document.getIn(PATH, true);
  if (isSeq(azs) && azs.range) {
    const [from, to] = azs.range;
    // A list of lines may end with the last of them.
    return spliced(text, from, to, list + (/\s*$/.exec(text.slice(from, to))?.[0] ?? ''));
  }
  const network = document.get('network', true);
  if (azs === undefined && isMap(network) && network.range) {
    const [from] = network.range;
    const isEmpty = network.items.length === 0;
    if (network.flow === true) return spliced(text, from + 1, from + 1, ` azs: ${list}${isEmpty ? ' ' : ','}`);
    const indent = /[^\n]*$/.exec(text.slice(0, from))?.[0] ?? '';
    return spliced(text, from, from, `azs: ${list}\n${indent}`);
  }
  return rewritten(document, zones);
}

const spliced = (text: string, from: number, to: number, by: string): string =>
  text.slice(0, from) + by + text.slice(to);

/** Where there is no list to put it into. */
function rewritten(document: Document.Parsed, zones: readonly string[]): string {
  const list = document.createNode([...zones]);
  list.flow = true;
  document.setIn(PATH, list);
  return document.toString({ lineWidth: 0 });
}
