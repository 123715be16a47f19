/**
 * A split bundle with all that it loads at once in one file. Node reads one file much faster than fifteen, and the chunks
 * that are loaded later find their shared parts in it.
 */

/** A file's name and its CommonJS text. */
export interface Part {
  readonly name: string;
  readonly code: string;
}

/** Text by name: the entry with `atOnce` in it, and every other part. */
export function oneProgram(
  entry: string,
  parts: readonly Part[],
  atOnce: readonly string[],
): ReadonlyMap<string, string> {
  const inside = new Set(atOnce.filter((name) => name !== entry));
  const written = new Map<string, string>();
  const wrapped: string[] = [];
  for (const { name, code } of parts) {
    if (name === entry) continue;
    // In brackets, by which V8 knows that it will be called at once and does not read it twice.
    if (inside.has(name)) wrapped.push(`${JSON.stringify(name)}:(function(module,exports){${code}\n})`);
    else written.set(name, redirected(code, inside, `require("./${entry}").part`));
  }
  const own = parts.find(({ name }) => name === entry)?.code ?? '';
  const bodies = wrapped.map((body) => redirected(body, inside, 'part'));
  written.set(
    entry,
    `"use strict";const bodies={${bodies.join(',')}},parts={};` +
      'function part(name){const known=parts[name];if(known)return known.exports;const module=parts[name]={exports:{}};' +
      `bodies[name](module,module.exports);return module.exports}${redirected(own, inside, 'part')}\n;module.exports.part=part;`,
  );
  return written;
}

/** Requires of what is inside the entry become calls. They are written by esbuild, always in this form. */
const redirected = (code: string, inside: ReadonlySet<string>, call: string): string =>
  code.replace(/require\("\.\/([\w.-]+)"\)/g, (whole, name: string) =>
    inside.has(name) ? `${call}(${JSON.stringify(name)})` : whole,
  );
