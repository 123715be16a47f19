/** What a manifest has promised stays: hosts read below it at any time, also while a run goes over the files again. */
import type { Manifest } from './manifest';
import { MirrorRefusal } from './settings';

export class Promises {
  private readonly sha256Of: ReadonlyMap<string, string>;

  /** `text`: the manifest that is there; `null`: none is. */
  constructor(
    text: string | null,
    private readonly commit: string,
  ) {
    this.sha256Of = new Map(filesIn(text).map(({ path, sha256 }) => [path, sha256]));
  }

  /** Throws `MirrorRefusal` before other bytes take the place of those that a host may read. */
  check(path: string, sha256: string): void {
    const promised = this.sha256Of.get(path);
    if (promised === undefined || promised === sha256) return;
    throw new MirrorRefusal(
      `the hub's ${path} at ${this.commit} is another than the one that is stored (${sha256} instead of ${promised}), though a commit never changes: nothing was changed; find out which is right, and remove the stored weights if it is not them`,
    );
  }
}

function filesIn(text: string | null): Manifest['files'] {
  if (text === null) return [];
  try {
    return (JSON.parse(text) as Partial<Manifest>).files ?? [];
  } catch {
    // Nobody could have read it: it promises nothing, and is written anew.
    return [];
  }
}
