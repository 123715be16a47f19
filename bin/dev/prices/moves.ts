/** How break-even moved between two sets of prices: what a refresh of the catalogue means to somebody who has a fleet. */
import type { HostPrice } from '../../../config/catalog/host-prices';
import type { TokenOffer } from '../../../config/catalog/prices';
import type { Assumptions } from '../../../lib/economics/assumptions';
import { breakEven } from '../../../lib/economics/break-even';
import { type Purchase } from '../../../lib/economics/fleet-economics';
import { type ReferenceFleet, economicsOf } from '../economics/reference-fleets';

export interface PriceSnapshot {
  readonly offers: readonly TokenOffer[];
  readonly hosts: readonly HostPrice[];
}

export interface Move {
  readonly offer: string;
  readonly fleet: string;
  readonly purchase: Purchase;
  /** Tokens a day from which the fleet pays; `null`: it does not, or not known. */
  readonly before: number | null;
  readonly after: number | null;
}

/** Only what moved. Offers that are new are compared with nothing. */
export function breakEvenMoves(
  before: PriceSnapshot,
  after: PriceSnapshot,
  fleets: readonly ReferenceFleet[],
  assumed: Assumptions,
): Move[] {
  return after.offers.flatMap((offer) =>
    fleets.flatMap((fleet) =>
      (['spot', 'on-demand'] as const).flatMap((purchase): Move[] => {
        if (offer.kind !== 'chat' || !comparable(offer, fleet)) return [];
        const old = before.offers.find(({ provider, model }) => provider === offer.provider && model === offer.model);
        const [was, is] = [
          old === undefined ? null : tokensPerDay(old, fleet, purchase, before.hosts, assumed),
          tokensPerDay(offer, fleet, purchase, after.hosts, assumed),
        ];
        const name = `${offer.provider} ${offer.model}`;
        return was === is ? [] : [{ offer: name, fleet: fleet.name, purchase, before: was, after: is }];
      }),
    ),
  );
}

/** An open model is compared with a fleet of the same weights; a closed one with any. */
const comparable = (offer: TokenOffer, fleet: ReferenceFleet): boolean =>
  offer.openModel === null || offer.openModel === fleet.openModel;

function tokensPerDay(
  offer: TokenOffer,
  fleet: ReferenceFleet,
  purchase: Purchase,
  hosts: readonly HostPrice[],
  assumed: Assumptions,
): number | null {
  return breakEven(economicsOf(fleet, hosts), purchase, offer, assumed).tokensPerDay;
}

/** One line a move, the largest change first. */
export function movesText(moves: readonly Move[]): string {
  if (moves.length === 0) return 'break-even did not move\n';
  return moves
    .toSorted((a, b) => changeOf(b) - changeOf(a))
    .map(
      ({ offer, fleet, purchase, before, after }) =>
        `${offer} against ${fleet} (${purchase}): ${said(before)} → ${said(after)}\n`,
    )
    .join('');
}

const changeOf = ({ before, after }: Move): number =>
  before === null || after === null ? Number.POSITIVE_INFINITY : Math.abs(Math.log(after / before));

const said = (tokens: number | null): string =>
  tokens === null ? 'never' : `${(tokens / 1_000_000).toFixed(1)}M tokens a day`;
