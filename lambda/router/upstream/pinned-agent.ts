/**
 * Connections to a host that made its own certificate at boot. No authority knows it; its hash stands in the fleet table.
 * A connection is handed to the request only after the hash was compared, so that no byte of a prompt goes to another.
 */
import * as https from 'node:https';
import type { Duplex } from 'node:stream';
import * as tls from 'node:tls';

export class CertificateMismatch extends Error {}

/** Nobody waits for a handshake any more after this long: requests give up earlier. */
const HANDSHAKE_MS = 30_000;

export class PinnedAgent extends https.Agent {
  /** @param sha256 of the certificate in DER, in hexadecimal */
  constructor(
    private readonly sha256: string,
    options: https.AgentOptions,
  ) {
    super(options);
  }

  override createConnection(
    options: https.RequestOptions,
    callback?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    // `servername: ''`: replicas are addressed by number, which TLS does not take as a name.
    const socket = tls.connect({ ...(options as tls.ConnectionOptions), servername: '', rejectUnauthorized: false });
    const settle = (error: Error | null): void => {
      socket.setTimeout(0);
      socket.off('error', settle);
      if (error !== null) socket.destroy();
      callback?.(error, socket);
    };
    socket.setTimeout(HANDSHAKE_MS, () => socket.destroy(new Error('the TLS handshake takes too long')));
    socket.once('error', settle);
    socket.once('secureConnect', () => {
      const shown = socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase();
      settle(shown === this.sha256.toLowerCase() ? null : new CertificateMismatch(`the host shows ${shown}`));
    });
  }
}
