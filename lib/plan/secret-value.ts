/** The key in a secret's text: the text itself, or the one value of a JSON object, such as `{"apiKey":"…"}`. */

/** `null`: there is none, or one that no HTTP header can hold. Files, shells and consoles like to add a line end. */
export function keyOfSecret(secret: string): string | null {
  const key = (inJson(secret) ?? secret).trim();
  return /^[\x21-\x7e]+$/.test(key) ? key : null;
}

function inJson(secret: string): string | null {
  if (!secret.trimStart().startsWith('{')) return null;
  try {
    const fields = JSON.parse(secret) as Record<string, unknown>;
    const values = Object.values(fields);
    const value = fields['apiKey'] ?? (values.length === 1 ? values[0] : undefined);
    // Of several values nobody knows which: none is better than a wrong one, sent to a stranger.
    return typeof value === 'string' ? value : '';
  } catch {
    return null;
  }
}
