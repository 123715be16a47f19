/** A credential by its form: a private key in PEM, a JSON web token, or a key with the known beginning of its issuer. */
export function hasSecret(text: string): boolean {
  return text.length >= 15 && BEGINNING.test(text) && SECRET.test(text);
}

const BEGINNING = /[srh]k[-_]|g(?:h._|ithub_pat_|lpat-)|hf_|A(?:KIA|SIA|Iza)|xox.-|eyJ|-----BEGIN/;

/** Repetitions are bounded or counted from a beginning that cannot lie inside them, so time is linear. */
const SECRET = new RegExp(
  `(?<![A-Za-z0-9])(?:${[
    // OpenAI, Anthropic and those like them, and ours. Names of style classes begin alike but have no digit.
    '(?:sk-|hk_)(?:[A-Za-z0-9]{20}|(?=[\\w-]{0,80}\\d)[\\w-]{20})',
    '[sr]k_(?:live|test)_[A-Za-z0-9]{16}', // Stripe
    'gh[pousr]_[A-Za-z0-9]{30}|github_pat_[A-Za-z0-9_]{22}|glpat-[\\w-]{20}', // GitHub, GitLab
    'hf_[A-Za-z0-9]{30}', // Hugging Face
    '(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])', // AWS access key id
    'AIza[\\w-]{35}', // Google
    'xox[abeprs]-[A-Za-z0-9-]{10}', // Slack
    '(?<![_-])eyJ[\\w-]{10,600}\\.eyJ[\\w-]{10}', // JSON web token: header and the beginning of its claims
  ].join('|')})|-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY`,
);
