/** Gemini's generation by a model's name. `gemini-flash-latest` is the newest one, what is no Gemini (Gemma) none. */
export function generationOf(model: string): number {
  const found = /^gemini-(\d+(?:\.\d+)?)?/.exec(model);
  if (found === null) return 0;
  return found[1] === undefined ? Infinity : Number(found[1]);
}

/** From here on thinking is asked for by level, and a tool call of the history without its signature is refused. */
export const GEMINI_3 = 3;
/** From here on models think. */
export const GEMINI_2_5 = 2.5;
