/** How far a target is from the account's own network: derived from what it is, never declared. */
import { BOUNDARIES, CLASSES, type Boundary, type SensitivityClass } from '../../config/vocabulary';
import type { PlanSensitivity } from '../plan/types';

/** Facts of a provider that decide its boundary. */
export interface ProviderFacts {
  /** The provider's name in the config. */
  readonly name: string;
  readonly baseUrl: string | undefined;
  readonly hasAgreement: boolean;
}

/** These keep their own boundary whatever address they are given: a proxy in between does not move the model. */
const KNOWN_REMOTE = ['openai', 'anthropic', 'gemini'];

/** `model` is the provider's own name of the model, which for Bedrock may name a profile across regions. */
export function providerBoundary(provider: ProviderFacts, model: string | null): Boundary {
  const contract: Boundary = provider.hasAgreement ? 'agreement' : 'external';
  if (provider.name === 'bedrock') return model !== null && isInRegionModel(model) ? 'region' : contract;
  if (KNOWN_REMOTE.includes(provider.name)) return contract;
  return provider.baseUrl !== undefined && isPrivateAddress(provider.baseUrl) ? 'vpc' : contract;
}

export const FLEET_BOUNDARY: Boundary = 'vpc';

export function mayServe(sensitivity: PlanSensitivity, requestClass: SensitivityClass, boundary: Boundary): boolean {
  return BOUNDARIES.indexOf(boundary) <= BOUNDARIES.indexOf(sensitivity.allow[requestClass]);
}

/**
 * In-region models are named `vendor.model`; a profile across regions has one more part in front (`us.`, `eu.`,
 * `global.`), and an ARN does not show where it leads.
 */
function isInRegionModel(model: string): boolean {
  const vendor = model.split('.')[0] ?? '';
  return model.includes('.') && !model.startsWith('arn:') && !CROSS_REGION_PREFIXES.has(vendor);
}

/** Prefixes of Bedrock's inference profiles. Source: Bedrock user guide, "Supported Regions and models for inference profiles". */
const CROSS_REGION_PREFIXES = new Set([
  'us',
  'us-gov',
  'eu',
  'apac',
  'jp',
  'au',
  'ca',
  'sa',
  'me',
  'il',
  'global',
  'regional',
]);

/**
 * A literal private address (RFC 1918, or IPv6 unique local). A name is never one, since what it resolves to can change;
 * loopback is none either, since on Lambda nothing of ours listens there.
 */
export function isPrivateAddress(baseUrl: string): boolean {
  const host = new URL(baseUrl).hostname;
  const parts = host.split('.').map(Number);
  if (parts.length === 4 && parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255)) {
    const [a, b] = parts as [number, number, number, number];
    return a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168);
  }
  return /^\[f[cd][0-9a-f]{2}:/.test(host);
}

/** The model runs on this machine: only where `serve` tries things out. */
export function isLoopback(url: string): boolean {
  const host = new URL(url).hostname;
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}

export function highest(a: SensitivityClass, b: SensitivityClass): SensitivityClass {
  return CLASSES.indexOf(a) >= CLASSES.indexOf(b) ? a : b;
}
