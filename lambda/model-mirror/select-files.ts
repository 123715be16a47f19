/** Which files of a model's repository an engine needs: safetensors, tokenizer, configuration. Nothing that can hold code. */
import { MirrorRefusal } from './settings';

/** A file of the hub's listing. */
export interface HubFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** Of large files; `null`: the hub knows the file by `gitBlob` only. */
  readonly sha256: string | null;
  /** Git's SHA-1 of the file; of a large file it is that of its pointer. */
  readonly gitBlob: string | null;
}

/** Throws `MirrorRefusal` for a model that cannot be served from what is safe to copy. */
export function selectFiles(model: string, files: readonly HubFile[]): HubFile[] {
  const served = files.filter(({ path }) => !OTHER_FORMATS.test(path));
  const safetensors = served.filter(({ path }) => path.endsWith('.safetensors'));
  // Some publishers add the same weights once more in their own layout.
  const ofTheHub = safetensors.filter(({ path }) => !/(^|\/)consolidated[^/]*$/.test(path));
  const weights = ofTheHub.some(atTop) ? ofTheHub : safetensors;
  if (!weights.some(atTop)) throw new MirrorRefusal(whyNot(model, files));
  const missing = missingShards(weights);
  if (missing.length > 0) {
    throw new MirrorRefusal(
      `${model} is incomplete on the hub: ${missing.join(', ')} is missing; try another revision`,
    );
  }
  const rest = served.filter(({ path }) => DESCRIPTIONS.test(path));
  // Small files first: they show soonest whether the hub and the bucket can be reached.
  return [...rest, ...weights];
}

/** Folders of the same model for other engines, and whatever is hidden. */
const OTHER_FORMATS = /^(original|metal|onnx|openvino|coreml|gguf)\/|(^|\/)\./;
/** Configuration, tokenizers and chat templates; `1_Pooling/config.json` of an embedding model too. */
const DESCRIPTIONS = /\.(json|jinja|tiktoken|model)$|(^|\/)(vocab|merges|added_tokens)\.txt$/;
const PICKLES = /\.(bin|pt|pth|ckpt|pkl|pickle)$/;

const atTop = ({ path }: HubFile): boolean => !path.includes('/');

function whyNot(model: string, files: readonly HubFile[]): string {
  const pickle = files.find(({ path }) => PICKLES.test(path));
  const only =
    pickle === undefined
      ? 'it has no safetensors at its top'
      : `its weights are pickles (${pickle.path}), which run code when they are loaded`;
  return `${model} is refused: ${only}. Choose a revision or a copy with safetensors files`;
}

/** Names of shards that others (`model-00001-of-00004.safetensors`) promise. */
function missingShards(weights: readonly HubFile[]): string[] {
  const names = new Set(weights.map(({ path }) => path));
  const promised = weights.flatMap(({ path }) => {
    const [, stem, , count = ''] = /^(.*)-(\d+)-of-(\d+)\.safetensors$/.exec(path) ?? [];
    if (stem === undefined) return [];
    return Array.from(
      { length: Number(count) },
      (_, index) => `${stem}-${String(index + 1).padStart(count.length, '0')}-of-${count}.safetensors`,
    );
  });
  return [...new Set(promised)].filter((name) => !names.has(name));
}
