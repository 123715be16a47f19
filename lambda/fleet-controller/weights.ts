/** Whether a fleet's weights are all there: their manifest is written last. */
import type { Send } from '../aws/send';

/** `null`: not known. */
export type WeightsComplete = (bucket: string, prefix: string) => Promise<boolean | null>;

/** Weights that are there are not asked for again so soon. */
const KNOWN_MS = 10 * 60_000;
const LIMIT_MS = 3_000;

export function manifestLook(send: Send, region: string, nowMs: () => number): WeightsComplete {
  const knownMs = new Map<string, number>();
  const domain = `s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  const endpoint = process.env['AWS_ENDPOINT_URL_S3'] || process.env['AWS_ENDPOINT_URL'] || `https://${domain}`;
  return async (bucket, prefix) => {
    const url = new URL(`/${bucket}/${prefix}/manifest.json`, endpoint);
    if (nowMs() - (knownMs.get(url.href) ?? -Infinity) < KNOWN_MS) return true;
    try {
      const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
      const { status } = await send({ method: 'HEAD', url, headers, body: '', limitMs: LIMIT_MS });
      if (status === 200) knownMs.set(url.href, nowMs());
      if (status === 200) return true;
      return status === 404 ? false : null;
    } catch {
      return null;
    }
  };
}
