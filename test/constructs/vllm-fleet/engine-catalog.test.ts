import { RegionInfo } from 'aws-cdk-lib/region-info';
import {
  engineImage,
  engineMachineImage,
  engineRegistries,
  engineRegistryAccount,
} from '../../../config/catalog/engine';

test('every fact about the engine has its source and its day', () => {
  for (const { source, asOf } of [engineImage, engineMachineImage, engineRegistries]) {
    expect(source).not.toBe('');
    expect(asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
  }
});

test('the image is named by a full version or a digest, which do not move', () => {
  expect(engineImage.digest ?? engineImage.tag).toMatch(/^sha256:[0-9a-f]{64}$|-v\d+\.\d+\.\d+$/);
});

test('registries are accounts, and none differs from what CDK knows of the region', () => {
  const accounts = Object.entries(engineRegistries.accounts);
  expect(accounts.length).toBeGreaterThanOrEqual(36);
  for (const [region, account] of accounts) {
    expect(account).toMatch(/^\d{12}$/);
    expect([account, undefined]).toContain(RegionInfo.get(region).dlcRepositoryAccount);
  }
});

test('a region without a registry has no account', () => {
  expect(engineRegistryAccount('us-east-1')).toBe('763104351884');
  expect(engineRegistryAccount('constructor')).toBeUndefined();
});
