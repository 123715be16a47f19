/** A certificate as a host makes one at boot: its own, known to no authority. */
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** As the fleet table has it. */
  readonly sha256: string;
}

export function makeCertificate(): Certificate {
  const folder = mkdtempSync(path.join(tmpdir(), 'certificate-'));
  const [key, cert] = [path.join(folder, 'gate.key'), path.join(folder, 'gate.crt')];
  try {
    const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    execFileSync('openssl', [...kind, '-subj', '/CN=gate', '-keyout', key, '-out', cert], { stdio: 'pipe' });
    const text = readFileSync(cert, 'utf8');
    const sha256 = new X509Certificate(text).fingerprint256.replaceAll(':', '').toLowerCase();
    return { key: readFileSync(key, 'utf8'), cert: text, sha256 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
