/**
 * A fake of EC2's instance metadata service on a real socket: version 2 only, with the paths that a GPU host asks for
 * and the answers AWS documents. Every response says `x-fake: imds`.
 */
import { type Exchange, Listener, type RecordedRequest } from '../fake-vllm/listener';

export interface FakeImdsIdentity {
  readonly instanceId: string;
  readonly privateIp: string;
  readonly zone: string;
  readonly instanceType: string;
  readonly lifecycle: 'spot' | 'on-demand';
}

export const FAKE_IDENTITY: FakeImdsIdentity = {
  instanceId: 'i-0fa4e000000000001',
  privateIp: '127.0.0.1',
  zone: 'us-east-1a',
  instanceType: 'g6.xlarge',
  lifecycle: 'spot',
};

export async function startFakeImds(identity: Partial<FakeImdsIdentity> = {}): Promise<FakeImds> {
  const fake = new FakeImds({ ...FAKE_IDENTITY, ...identity });
  await fake.open();
  return fake;
}

export class FakeImds {
  /** Body of `spot/instance-action`; `null`: there is no such item, as before any notice. */
  instanceAction: string | null = null;
  rebalanceRecommended = false;
  /** What the Auto Scaling group wants of the instance; `null`: it is in none. */
  targetLifecycleState: string | null = 'InService';
  /** How long new credentials are valid. */
  credentialsLiveMs = 6 * 3_600_000;
  /** What its own clock says, in the header of each answer. */
  nowMs: () => number = Date.now;
  /** Each answer has this status instead; `null`: none has. */
  failsWith: number | null = null;
  /** Of the paths that begin so only. */
  failsAt = '';
  userData: string | null = '#!/bin/bash';
  imageId = 'ami-0fa4e000000000001';
  launchedMs = Date.UTC(2026, 10, 21, 8, 0, 0);
  /** `Code` of the credentials' document. */
  credentialsCode = 'Success';

  readonly #identity: FakeImdsIdentity;
  readonly #listener: Listener;
  readonly #tokens = new Set<string>();
  #made = 0;

  constructor(identity: FakeImdsIdentity) {
    this.#identity = identity;
    this.#listener = new Listener('imds', (exchange) => this.#serve(exchange));
  }

  get url(): string {
    return this.#listener.url;
  }

  get requests(): readonly RecordedRequest[] {
    return this.#listener.requests;
  }

  /** EC2 takes the instance back at `endsMs` (Unix time in milliseconds, told in whole seconds). */
  interrupt(endsMs: number, action = 'terminate'): void {
    const time = new Date(endsMs).toISOString().replace(/\.\d+Z$/, 'Z');
    this.instanceAction = JSON.stringify({ action, time });
  }

  /** As after a token's time to live. */
  expireTokens(): void {
    this.#tokens.clear();
  }

  open(): Promise<void> {
    return this.#listener.open();
  }

  /** No answer any more, until `open`. */
  stop(): Promise<void> {
    return this.#listener.kill();
  }

  async #serve({ request, response }: Exchange): Promise<void> {
    const { status, body } = this.#answer(request);
    response.statusCode = status;
    response.setHeader('date', new Date(this.nowMs()).toUTCString());
    response.end(body);
  }

  #answer({ method, path, headers }: RecordedRequest): { status: number; body: string } {
    if (this.failsWith !== null && path.startsWith(`/latest/${this.failsAt}`))
      return { status: this.failsWith, body: '' };
    if (path === '/latest/api/token') {
      if (method !== 'PUT') return { status: 405, body: '' };
      const ttl = Number(headers['x-aws-ec2-metadata-token-ttl-seconds']);
      if (!(ttl >= 1 && ttl <= 21_600)) return { status: 400, body: '' };
      const token = `token-${++this.#made}`;
      this.#tokens.add(token);
      return { status: 200, body: token };
    }
    if (!this.#tokens.has(String(headers['x-aws-ec2-metadata-token']))) return { status: 401, body: '' };
    const found = method === 'GET' ? this.#find(path.replace(/^\/latest\/(meta-data\/)?/, '')) : null;
    return found === null ? { status: 404, body: '' } : { status: 200, body: found };
  }

  #find(path: string): string | null {
    switch (path) {
      case 'dynamic/instance-identity/document':
        return JSON.stringify({
          imageId: this.imageId,
          instanceId: this.#identity.instanceId,
          pendingTime: new Date(this.launchedMs).toISOString().replace(/\.\d+Z$/, 'Z'),
        });
      case 'user-data':
        return this.userData;
      case 'instance-id':
        return this.#identity.instanceId;
      case 'local-ipv4':
        return this.#identity.privateIp;
      case 'placement/availability-zone':
        return this.#identity.zone;
      case 'instance-type':
        return this.#identity.instanceType;
      case 'instance-life-cycle':
        return this.#identity.lifecycle;
      case 'spot/instance-action':
        return this.instanceAction;
      case 'events/recommendations/rebalance':
        return this.rebalanceRecommended ? JSON.stringify({ noticeTime: '2026-11-21T08:22:00Z' }) : null;
      case 'autoscaling/target-lifecycle-state':
        return this.targetLifecycleState;
      case 'iam/security-credentials/':
        return 'fake-host-role';
      case 'iam/security-credentials/fake-host-role':
        return JSON.stringify({
          Code: this.credentialsCode,
          Type: 'AWS-HMAC',
          AccessKeyId: `FAKEKEY${++this.#made}`,
          SecretAccessKey: 'fake-secret',
          Token: 'fake-session',
          Expiration: new Date(Date.now() + this.credentialsLiveMs).toISOString(),
        });
      default:
        return null;
    }
  }
}
