/** The page of `plan --html`: one file that needs nothing else, no script, no font, no picture. */
import type { PlanReport } from '../../lib/selection/plan-report';
import { fleetSection } from './fleet-section';
import { type Html, type Piece, breakable, html, prose } from './html';
import { counted, usd, usdCents } from './numbers';
import { overview } from './overview';
import { STYLES } from './styles';
import { table } from './table';
import { lockText } from './words';

export interface PageHeading {
  /** `name` of the config. */
  readonly name: string;
  readonly region: string;
  /** Day on which the oldest price that counts was seen, such as `2026-11-03`. @default - not said */
  readonly pricesAsOf?: string;
  /** Day on which the page is made. @default - not said */
  readonly madeOn?: string;
}

export function planPage(report: PlanReport, heading: PageHeading): string {
  const fleets = Object.entries(report.fleets);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>Plan of ${heading.name}</title>
        <style>
          ${STYLES}
        </style>
      </head>
      <body>
        <header>
          <h1>Plan of ${heading.name}</h1>
          <p class="quiet">
            ${aboutPage(heading).map((part, index) => html`${index > 0 && ' · '}<span class="nowrap">${part}</span>`)}
          </p>
        </header>
        <main>
          ${warnings(report)}
          <p>
            ${fleets.length === 0 ? 'The config has no fleet: everything goes to closed models. ' : ''}${idleText(report)}
            ${prose(lockText(report.lock))}
          </p>
          ${fleets.length > 0 && overview(report)}
          ${fleets.map(([name, fleet], index) => fleetSection(name, fleet, report.breakEven, `fleet-${index + 1}`))}
          ${idleFloor(report)} ${facts('Outlook', 'What', report.outlook)}
          ${facts('Assumptions', 'Assumption', report.assumptions)}
        </main>
        <footer class="quiet">
          Made by <code>hybrid-llm plan --html</code>. Estimates, not offers: the assumptions say how far they may be
          off.
        </footer>
      </body>
    </html> `.text;
}

const aboutPage = ({ region, pricesAsOf, madeOn }: PageHeading): string[] => [
  region,
  ...(pricesAsOf === undefined ? [] : [`prices as of ${pricesAsOf}`]),
  ...(madeOn === undefined ? [] : [`made on ${madeOn}`]),
];

function warnings({ warnings: all }: PlanReport): Html | null {
  if (all.length === 0) return null;
  return html`<section class="warnings" aria-labelledby="warnings">
    <h2 id="warnings">${counted(all.length, 'warning')}</h2>
    <ul>
      ${all.map((one) => html`<li>${prose(one)}</li>`)}
    </ul>
  </section>`;
}

const idleText = ({ idle: { usdPerMonth } }: PlanReport): Html =>
  usdPerMonth === null
    ? html`What the deployment costs while nobody uses it is not known.`
    : html`While nobody uses it, the deployment costs <b>${usd(usdPerMonth)} a month</b>.`;

function idleFloor({ idle }: PlanReport): Html | null {
  // A warning says why.
  if (idle.usdPerMonth === null) return null;
  return html`<section aria-labelledby="idle">
    <h2 id="idle">Idle floor</h2>
    <p>
      What stands there and is charged by the hour or month, without a single request. GPU hosts that must first be
      woken are not part of it.
    </p>
    ${
      idle.items.length === 0
        ? html`<p>Nothing is charged for while it is idle.</p>`
        : table(
            'Idle floor, item by item',
            [{ head: 'Item' }, { head: 'USD a month', isNumber: true }],
            idle.items.map(({ name, usdPerMonth }) => [name, usdCents(usdPerMonth)]),
            { foot: ['Together', usdCents(idle.usdPerMonth)], kind: 'two' },
          )
    }
  </section>`;
}

/** Names, values and where they come from. */
function facts(title: string, head: string, all: PlanReport['assumptions']): Html | null {
  if (all.length === 0) return null;
  const id = title.toLowerCase();
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${table(
      `${title} and where the values come from`,
      [{ head }, { head: 'Value' }, { head: 'Source' }],
      all.map(({ name, value, source }) => [name, value, sourceText(source)]),
      { kind: 'words' },
    )}
  </section>`;
}

const sourceText = (source: string): Piece =>
  /^https:\/\/\S+$/.test(source)
    ? html`<a href="${source}" rel="noreferrer">${breakable(source.slice('https://'.length))}</a>`
    : source.includes('`')
      ? prose(source)
      : breakable(source);
