/** A GPU is not paid for to wait for weights that are not there: the manifest, which the mirror writes last, says so. */
import { type HostFile, weightsUri } from '../../lib/capacity/host-file';

interface Manifest {
  readonly version?: unknown;
  readonly model?: unknown;
  readonly files?: readonly { readonly path?: unknown; readonly sizeBytes?: unknown }[];
}

/** Throws an error that says what is missing, and what to do. `text`: the manifest; empty: there is none. */
export function checkWeights(host: HostFile, text: string): void {
  const place = `${weightsUri(host)}/manifest.json`;
  if (text.trim() === '') throw new Error(`there is no ${place}: copy the model into the model store first`);
  const problem = problemIn(text, host.modelPrefix);
  if (problem !== null) throw new Error(`${place} ${problem}: copy the model again`);
}

function problemIn(text: string, folder: string): string | null {
  let manifest: Manifest;
  try {
    manifest = JSON.parse(text) as Manifest;
  } catch {
    return 'is no JSON';
  }
  if (manifest.version !== 1) return `has version ${JSON.stringify(manifest.version)}, expected 1`;
  if (typeof manifest.model !== 'string' || !`/${folder}/`.includes(`/${manifest.model}/`)) {
    return `is of another model, ${JSON.stringify(manifest.model)}`;
  }
  const weights = (manifest.files ?? []).filter(
    ({ path }) => typeof path === 'string' && path.endsWith('.safetensors'),
  );
  return weights.length === 0 ? 'lists no weights' : null;
}
