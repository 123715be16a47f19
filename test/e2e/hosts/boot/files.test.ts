/** The shell scripts and systemd units, read by the tools that know them best. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { ENGINE_CONTAINER, ENGINE_UID, SHUTDOWN_TIMEOUT_SECONDS } from '../../../../lib/capacity/vllm-command';
import { HOST_FOLDER } from './test-host';

const names = readdirSync(HOST_FOLDER);
const read = (name: string): string => readFileSync(path.join(HOST_FOLDER, name), 'utf8');
const scripts = names.filter((name) => name.endsWith('.sh'));
const units = names.filter((name) => /\.(service|timer)$/.test(name));

describe('the shell scripts', () => {
  test.each(scripts)('%s: shellcheck finds nothing', (name) => {
    const { stdout, status } = spawnSync('shellcheck', [name], {
      cwd: HOST_FOLDER,
      encoding: 'utf8',
    });
    expect([stdout, status]).toEqual(['', 0]);
  });
});

test.each(scripts)('%s ends at the first failure', (name) => {
  expect(read(name)).toMatch(/^set -euo pipefail$/m);
});

test('names that both the scripts and the agent’s program use are the same', () => {
  expect(read('engine-prepare.sh')).toContain(`engine_uid=${ENGINE_UID}\n`);
  expect(read('tmpfiles.conf')).toMatch(new RegExp(`^d /run/hybrid-llm/credentials 2750 root ${ENGINE_UID} -$`, 'm'));
  for (const file of ['engine-prepare.sh', 'hybrid-llm-engine.service']) expect(read(file)).toContain(ENGINE_CONTAINER);
});

test('systemd waits longer for the engine than the engine for its requests', () => {
  const seconds = Number(/^TimeoutStopSec=(\d+)$/m.exec(read('hybrid-llm-engine.service'))?.[1]);
  expect(seconds).toBeGreaterThan(SHUTDOWN_TIMEOUT_SECONDS);
});

describe('the systemd units', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(path.join(tmpdir(), 'hybrid-llm-units-'));
    const folder = path.join(root, 'etc/systemd/system');
    mkdirSync(folder, { recursive: true });
    for (const unit of units) cpSync(path.join(HOST_FOLDER, unit), path.join(folder, unit));
    for (const target of ['network-online', 'multi-user', 'timers', 'sysinit', 'basic', 'shutdown']) {
      writeFileSync(path.join(folder, `${target}.target`), `[Unit]\nDescription=${target}\n`);
    }
    writeFileSync(path.join(folder, 'docker.service'), '[Service]\nExecStart=/usr/bin/docker\n');
    // What the host has, as far as the units name it.
    for (const program of ['usr/sbin/nginx', 'usr/bin/node-24', 'usr/bin/docker', 'bin/bash']) {
      mkdirSync(path.dirname(path.join(root, program)), { recursive: true });
      writeFileSync(path.join(root, program), '#!/bin/sh\n');
      chmodSync(path.join(root, program), 0o755);
    }
  });
  afterAll(() => rmSync(root, { recursive: true }));

  const verify = (): { status: number | null; stderr: string } =>
    spawnSync('systemd-analyze', ['verify', `--root=${root}`, '--man=no', ...units], { encoding: 'utf8' });

  test('systemd finds nothing wrong', () => {
    const { status, stderr } = verify();
    expect([stderr, status]).toEqual(['', 0]);
  });

  test('and it would find a word that it does not know', () => {
    const file = path.join(root, 'etc/systemd/system/hybrid-llm-agent.service');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('RestartSec=', 'RestartSecs='));
    const { stderr } = verify();
    writeFileSync(file, text);
    expect(stderr).toContain('RestartSecs');
  });
});
