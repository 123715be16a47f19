/** Each chat model says how its engine reads it, in names that the engine of the hosts has. */
import { z } from 'zod';
import { models, parsers, parsersOf, registeredParsers } from '../../config/catalog';
import { engineImage } from '../../config/catalog/engine';
import rows from '../../config/catalog/parsers.json';

const sourced = { source: z.string().min(10), asOf: z.iso.date() };
const names = z.array(z.string().regex(/^[a-z0-9_-]+$/)).min(20);

const shape = z.strictObject({
  registered: z.strictObject({
    vllmVersion: z.string().regex(/^\d+\.\d+\.\d+$/),
    toolParsers: names,
    reasoningParsers: names,
    ...sourced,
  }),
  parsers: z.array(
    z.strictObject({
      models: z.array(z.string()).min(1),
      toolParser: z.string().nullable(),
      reasoningParser: z.string().nullable(),
      reasoningEndMarker: z.string().min(3).nullable(),
      missing: z.array(z.string().min(10)),
      note: z.string().nullable(),
      ...sourced,
    }),
  ),
});

const reasonFor = (field: string, missing: readonly string[]): boolean =>
  missing.some((why) => why.startsWith(`${field}: `));

test('rows are of the shape that their type says', () => {
  expect(shape.safeParse(rows).error).toBeUndefined();
});

test('each chat model is in one row, and nothing else is', () => {
  const chat = models.filter(({ kind }) => kind === 'chat').map(({ id }) => id);
  expect(parsers.flatMap((row) => row.models).sort()).toEqual(chat.sort());
});

test('every name is one that the engine has', () => {
  const named = (field: 'toolParser' | 'reasoningParser'): string[] =>
    parsers.flatMap(({ [field]: name }) => (name === null ? [] : [name]));
  expect(registeredParsers.toolParsers).toEqual(expect.arrayContaining(named('toolParser')));
  expect(registeredParsers.reasoningParsers).toEqual(expect.arrayContaining(named('reasoningParser')));
});

test('the names are those of the engine that the hosts run', () => {
  expect(registeredParsers.vllmVersion).toBe(engineImage.vllmVersion);
});

test('a model without a tool parser says why, and one with a parser does not', () => {
  const wrong = parsers.filter(({ toolParser, missing }) => (toolParser === null) !== reasonFor('toolParser', missing));
  expect(wrong.flatMap((row) => row.models)).toEqual([]);
});

test('a model that reasons has a reasoning parser, or says why not', () => {
  const without = models.filter(({ id, reasoning }) => {
    const row = parsersOf(id);
    return reasoning && row?.reasoningParser === null && !reasonFor('reasoningParser', row.missing);
  });
  expect(without.map(({ id }) => id)).toEqual([]);
});

test('where reasoning is read, the text that ends it is known, or it says why not', () => {
  const wrong = parsers.filter(
    ({ reasoningParser, reasoningEndMarker, missing }) =>
      (reasoningParser !== null) !== (reasoningEndMarker !== null || reasonFor('reasoningEndMarker', missing)),
  );
  expect(wrong.flatMap((row) => row.models)).toEqual([]);
});
