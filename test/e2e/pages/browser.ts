/** What a headless browser sees of a page. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { BROWSER_FOLDER } from './places';

export interface Visit {
  readonly html: string;
  readonly width: number;
  /** @default 'light' */
  readonly scheme?: 'light' | 'dark';
  /** All that is collapsed is opened first. @default false */
  readonly opened?: boolean;
  /** Where a picture of the page's upper part goes. @default - none */
  readonly picture?: string;
  /** @default - must be given with `picture` */
  readonly pictureHeight?: number;
}

export interface View {
  readonly width: number;
  readonly scrollWidth: number;
  readonly background: string;
  /** Pieces of text that are shown. */
  readonly texts: readonly string[];
  /** Font size in CSS pixels. */
  readonly smallest: number;
  /** Text whose contrast is below 4.5 : 1. */
  readonly faint: readonly { readonly text: string; readonly contrast: number }[];
  readonly cutOff: readonly string[];
  readonly charts: readonly {
    readonly title: string;
    readonly width: number;
    readonly height: number;
    /** Drawn ones with a width. */
    readonly shapes: number;
    /** Texts that reach out of the chart or over one another. */
    readonly badLabels: readonly string[];
  }[];
  readonly errors: readonly string[];
  /** What the page loads besides itself. */
  readonly otherRequests: readonly string[];
}

const LONGEST_MS = 90_000;

/** @throws what the browser said, when it does not run */
export function browse(visits: readonly Visit[]): View[] {
  const temporary = path.join(BROWSER_FOLDER, 'tmp');
  mkdirSync(temporary, { recursive: true });
  const jobs = visits.map(({ html, scheme = 'light', opened = false, ...rest }, index) => {
    const file = path.join(temporary, `page-${index}.html`);
    writeFileSync(file, html);
    return { ...rest, scheme, opened, url: pathToFileURL(file).href };
  });
  const jobFile = path.join(temporary, 'job.json');
  writeFileSync(jobFile, JSON.stringify(jobs));
  const { status, stdout, stderr, error } = spawnSync(process.execPath, ['browse.mjs', jobFile], {
    cwd: BROWSER_FOLDER,
    env: { ...process.env, TMPDIR: temporary, FONTCONFIG_FILE: fontsOf(temporary) },
    encoding: 'utf8',
    timeout: LONGEST_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw error ?? new Error(stderr);
  return JSON.parse(stdout) as View[];
}

/** The browser's package brings a font without a monospaced one; the machine may have that. */
function fontsOf(folder: string): string {
  const file = path.join(folder, 'fonts.conf');
  const folders = [path.join(folder, 'fonts'), '/usr/share/fonts'].map((one) => `<dir>${one}</dir>`).join('');
  writeFileSync(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${folders}<cachedir>${path.join(folder, 'font-cache')}</cachedir></fontconfig>`,
  );
  return file;
}
