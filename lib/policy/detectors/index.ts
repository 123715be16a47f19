/** Looks for sensitive things in every text of a request; says what kind was found and where, never what. */
import { DETECTORS, type DetectorName, type SensitivityClass } from '../../../config/vocabulary';
import type { PlanSensitivity } from '../../plan/types';
import { type TextAt, collectTexts } from '../texts';
import { hasCard } from './card';
import { customDetector } from './custom';
import { hasEmail } from './email';
import { hasIban } from './iban';
import { normalise } from './normalise';
import { hasPhone } from './phone';
import { hasSecret } from './secret';
import { hasSsn } from './ssn';

export interface Detector {
  readonly name: string;
  readonly class: SensitivityClass;
  readonly find: (normalisedText: string) => boolean;
}

export interface Detection {
  readonly detector: string;
  readonly class: SensitivityClass;
  readonly where: string;
}

export interface DetectionResult {
  /** Each detector once, at the first place. */
  readonly found: readonly Detection[];
  /** The detector that threw, `texts` where the body could not be read, or `late`; `null`: all ran. */
  readonly failed: string | null;
}

/** Once per plan. Throws `PatternError` where a custom pattern is none. */
export function detectors(sensitivity: PlanSensitivity): readonly Detector[] {
  const builtIn = DETECTORS.flatMap((name) => {
    const found = sensitivity.detect[name];
    return found === 'off' ? [] : [{ name, class: found, find: BUILT_IN[name] }];
  });
  return [
    ...builtIn,
    ...sensitivity.custom.map((custom) => ({ name: custom.name, class: custom.class, find: customDetector(custom) })),
  ];
}

const BUILT_IN: Readonly<Record<DetectorName, Detector['find']>> = {
  card: hasCard,
  iban: hasIban,
  email: hasEmail,
  phone: hasPhone,
  ssn: hasSsn,
  secret: hasSecret,
};

/** Characters looked at in one go, so that a long text can be given up in time. */
const PIECE = 8_192;
/** What pieces share, so that nothing up to this length is cut at a seam, however it is escaped. */
const OVERLAP = 1_024;
/** Shorter pieces cost less than asking the clock before each detector. */
const LONG_PIECE = 512;

/** `more` are texts that the parsed body does not show. Never throws: a request that could not be looked at comes back with `failed`. */
export function detect(
  body: unknown,
  list: readonly Detector[],
  clock: { readonly nowMs: () => number; readonly budgetMs: number },
  more: readonly TextAt[] = [],
): DetectionResult {
  const deadlineMs = clock.nowMs() + clock.budgetMs;
  const found: Detection[] = [];
  let left = list;
  let running = 'texts';
  try {
    for (const { where, text } of left.length === 0 ? [] : [...more, ...collectTexts(body)]) {
      for (let from = 0; from === 0 || from + OVERLAP < text.length; from += PIECE - OVERLAP) {
        if (clock.nowMs() > deadlineMs) return { found, failed: 'late' };
        const piece = normalise(text.slice(from, from + PIECE));
        for (const detector of left) {
          if (piece.length > LONG_PIECE && clock.nowMs() > deadlineMs) return { found, failed: 'late' };
          running = detector.name;
          if (!detector.find(piece)) continue;
          found.push({ detector: detector.name, class: detector.class, where });
          left = left.filter((other) => other !== detector);
        }
      }
    }
  } catch {
    // The error itself is not kept: its message may quote the text.
    return { found, failed: running };
  }
  return { found, failed: null };
}
