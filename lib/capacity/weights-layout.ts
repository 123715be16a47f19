/** Everything that a model store keeps is below this prefix. */
export const WEIGHTS_PREFIX = 'weights';

/** What a model's repository is read at where nobody pinned a commit. */
export const DEFAULT_REVISION = 'main';

/** `weights/MODEL/REVISION`: where these weights and their `manifest.json` are. */
export const weightsPrefix = (model: string, revision: string = DEFAULT_REVISION): string =>
  `${WEIGHTS_PREFIX}/${model}/${revision}`;
