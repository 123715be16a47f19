/** An e-mail address: something before an `@`, then a domain of at least two labels whose last is letters. */
export function hasEmail(text: string): boolean {
  return text.includes('@') && ADDRESS.test(text);
}

/**
 * Begins at the `@`, and no label holds an `@`, so no character is read for two addresses. `git@host:path` names a
 * repository, and coding requests are full of it.
 */
const ADDRESS = /@(?<=[\p{L}\p{N}_%+.'-]@)(?<!\bgit@)(?:[\p{L}\p{N}_-]{1,63}\.){1,8}\p{L}{2}/u;
