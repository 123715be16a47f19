/**
 * The config file's shape, key by key. What concerns more than one key is a check of its own in `lib/config/checks`.
 * Unknown keys are errors everywhere. Defaults stand here and nowhere else.
 */
import { z } from 'zod';
import {
  BOUNDARIES,
  CLASSES,
  ENDPOINTS,
  KILL_STAGES,
  LANES,
  NEEDS,
  PROTOCOLS,
  TASKS,
  TENANT_STAGES,
} from './vocabulary';

/** A name that becomes part of AWS resource names. */
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens, at most 63');
/** The name of a CloudFormation stack. */
const stackName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'a letter, then lower-case letters, digits and hyphens, at most 63');
/** A name that only headers, records and metrics carry. */
const label = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'letters, digits, dots, underscores and hyphens, at most 63');
/** A stage and the share of the budget at which it begins, such as `warn@80` (per cent). */
const stageAt = (stages: readonly string[]) =>
  z
    .string()
    .regex(
      new RegExp(`^(${stages.join('|')})@[1-9][0-9]{0,2}$`),
      `one of ${stages.join(', ')}, then @ and a percentage, such as ${stages[0]}@80`,
    );
const usd = z.number().nonnegative();
const oneOrMore = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1)]);
const classOf = z.enum(CLASSES);
const boundary = z.enum(BOUNDARIES);
const clockTime = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$/, 'a time of day such as "08:00"');

const network = z.strictObject({
  azs: z.array(z.string()).min(1).optional().describe('Zone names; GPU subnets are made in each.'),
  endpointAzs: z.int().min(1).default(1).describe('In how many zones interface endpoints are placed.'),
  egress: z.enum(['nat', 'ipv6', 'none']).default('nat').describe("The open lane's way out."),
  vpcId: z.string().optional(),
  endpoints: z.array(z.string()).optional().describe('Interface endpoints that the VPC has already.'),
});

const schedule = z.strictObject({
  days: z
    .string()
    .regex(/^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$/, 'a day or a span such as mon-fri'),
  from: clockTime,
  to: clockTime,
  tz: z.string().default('UTC'),
  min: z.int().min(0),
});

const fleet = z.strictObject({
  model: z.string().min(1).optional().describe('Name in the catalogue, pinned with @REVISION if wanted.'),
  architecture: z.record(z.string(), z.unknown()).optional().describe('A model that the catalogue does not know.'),
  acceptUnverified: z
    .boolean()
    .default(false)
    .describe('Plan with a row of the catalogue that nobody has checked against the model itself.'),
  kind: z.enum(['chat', 'embed']).default('chat'),
  context: z.int().min(1).default(8192).describe('Tokens of prompt and answer together.'),
  concurrency: z.int().min(1).default(16).describe('Sequences at full context that one replica must hold.'),
  quality: z
    .enum(['high', 'economy'])
    .default('high')
    .describe('high: at least 8 bits, or as published; economy: allows 4, and 8 for the cache.'),
  quantization: z.string().optional(),
  instances: z.union([z.literal('auto'), z.array(z.string()).min(1)]).default('auto'),
  replicas: z
    .strictObject({
      min: z.int().min(0).default(0),
      max: z.int().min(1).default(4),
      idleMinutes: z.int().min(1).default(20),
      wake: z.enum(['fair', 'always', 'never']).default('fair'),
      schedule: z.array(schedule).default([]),
    })
    .prefault({}),
  capacity: z
    .strictObject({
      spot: z.boolean().default(true),
      onDemandBase: z.int().min(0).default(0),
      extraSpot: z.union([z.literal('auto'), z.int().min(0)]).default(0),
      onDemandFallback: z.boolean().default(true),
      reservations: z.array(z.string()).default([]),
    })
    .prefault({}),
  adapters: z.record(label, z.string().startsWith('s3://')).default({}),
  endpoints: z
    .array(z.url({ protocol: /^https?$/ }))
    .min(1)
    .optional()
    .describe('Replicas that run already, by address.'),
});

const secretName = z.string().regex(/^[A-Za-z0-9/_+=.@-]+$/, 'the name of a secret, never its value');

const provider = z.strictObject({
  secret: secretName.optional(),
  agreement: z
    .strictObject({
      kind: z.enum(['dpa', 'baa', 'zero-retention']),
      ref: z.string().min(1).describe('Where the contract is filed.'),
    })
    .optional(),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("What the provider's own SDK takes: OpenAI protocol with /v1, Anthropic without."),
  protocol: z.enum(PROTOCOLS).optional(),
});

const rates = {
  inputUsdPerMillionTokens: usd,
  outputUsdPerMillionTokens: usd,
  cacheReadUsdPerMillionTokens: usd.optional(),
  cacheWriteUsdPerMillionTokens: usd.optional(),
  cacheWriteLongUsdPerMillionTokens: usd.optional().describe('Of tokens that stay in the cache for an hour.'),
};

const price = z.strictObject({
  ...rates,
  longPrompts: z
    .strictObject({ promptTokensOver: z.int().min(1), ...rates })
    .optional()
    .describe('What the whole of a request costs whose prompt is longer.'),
  serviceTiers: z
    .record(z.string().regex(/^[a-z][a-z0-9_-]*$/), usd)
    .optional()
    .describe(
      "By the provider's word for how it served a request (`flex`, `priority`): what all prices are multiplied by.",
    ),
});

const model = z.strictObject({
  fleet: z.string().optional(),
  adapter: z.string().optional(),
  provider: z.string().optional(),
  model: z.string().min(1).optional(),
  protocol: z
    .literal('openai')
    .optional()
    .describe("Of a model on Bedrock: it is asked by Bedrock's copy of OpenAI's API, not by Converse."),
  price: price.optional(),
  weights: z.string().optional().describe('Embedding models that name the same weights may stand in for each other.'),
  fallback: z.array(z.string()).min(1).optional(),
});

const params = z.strictObject({
  maxTokens: z.int().min(1).optional(),
  temperature: z.number().min(0).max(2).optional(),
  topP: z.number().gt(0).max(1).optional(),
});

const route = z.strictObject({
  name: label,
  when: z
    .strictObject({
      sensitivity: oneOrMore(classOf).optional(),
      task: oneOrMore(z.enum(TASKS)).optional(),
      tenant: oneOrMore(z.string()).optional(),
      endpoint: oneOrMore(z.enum(ENDPOINTS)).optional(),
      needs: oneOrMore(z.enum(NEEDS)).optional().describe('All of these.'),
      stream: z.boolean().optional(),
      promptTokensOver: z.int().min(0).optional(),
      promptTokensUnder: z.int().min(1).optional(),
    })
    .optional(),
  to: z.array(z.string()).min(1).describe('A fallback chain of names in `models`.'),
  set: params.optional().describe('Fills what the caller left out.'),
  cap: params.optional().describe('Limits what the caller asked for.'),
});

const expectation = z.strictObject({
  given: z.strictObject({
    text: z.string().optional(),
    model: z.string().optional(),
    task: z.enum(TASKS).optional(),
    sensitivity: classOf.optional(),
    tenant: z.string().optional(),
    endpoint: z.enum(ENDPOINTS).optional(),
    needs: oneOrMore(z.enum(NEEDS)).optional(),
    stream: z.boolean().optional(),
  }),
  class: classOf.optional(),
  route: z.string().optional(),
  first: z.string().optional().describe('The model that is asked first.'),
  never: oneOrMore(z.string()).optional().describe('Models or boundaries that must not be asked.'),
  error: z.string().optional(),
});

const tenant = z.strictObject({
  floor: classOf.default('public'),
  models: z.array(z.string()).min(1).optional(),
  monthlyUsd: usd.optional(),
  at: z.array(stageAt(TENANT_STAGES)).default([]),
  requestsPerMinute: z.int().min(1).optional(),
  tokensPerMinute: z.int().min(1).optional(),
});

const detectorClass = z.union([classOf, z.literal('off')]);
const sensitivity = z.strictObject({
  default: classOf.default('internal'),
  allow: z
    .strictObject({
      public: boundary.default('external'),
      internal: boundary.default('agreement'),
      restricted: z.enum(['vpc', 'region']).default('vpc'),
    })
    .prefault({}),
  detect: z
    .strictObject({
      card: detectorClass.default('restricted'),
      iban: detectorClass.default('restricted'),
      ssn: detectorClass.default('restricted'),
      secret: detectorClass.default('restricted'),
      email: detectorClass.default('internal'),
      phone: detectorClass.default('off'),
      custom: z
        .array(
          z.strictObject({
            name: label,
            class: classOf,
            words: z.array(z.string().min(1)).min(1).optional(),
            pattern: z
              .string()
              .min(1)
              .max(200)
              .optional()
              .describe('A small regular expression without look-around and back references.'),
          }),
        )
        .default([]),
    })
    .prefault({}),
});

export const configSchema = z.strictObject({
  name: stackName,
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region such as us-east-1'),
  lanes: z.array(z.enum(LANES)).min(1).default(['open', 'sealed']),
  network: network.prefault({}),
  fleets: z.record(name, fleet).default({}),
  providers: z.record(label, provider).default({}),
  models: z.record(z.string().min(1), model),
  routes: z.array(route).min(1),
  expect: z.array(expectation).default([]),
  tenants: z.record(label, tenant).default({}),
  sensitivity: sensitivity.prefault({}),
  hub: z
    .strictObject({
      secret: secretName
        .optional()
        .describe('Of a Hugging Face token, for models whose licence must be accepted on their page.'),
    })
    .prefault({}),
  gameDay: z
    .strictObject({
      spotInterruption: z
        .boolean()
        .default(false)
        .describe('Make an experiment of AWS FIS that interrupts spot hosts when somebody starts it.'),
    })
    .prefault({}),
  licences: z
    .strictObject({
      accept: z.array(z.string()).default([]).describe('Licences that were read, by their names in the catalogue.'),
      monthlyActiveUsers: z.int().min(0).optional(),
      use: z.enum(['production', 'research']).default('production'),
      trainOnAnswers: z.boolean().default(false).describe('Other models are trained on what fleets answer.'),
      granted: z
        .record(z.string(), z.string().min(1))
        .default({})
        .describe('Where a contract with the owner is filed that permits more, by licence.'),
    })
    .prefault({}),
  budgets: z
    .strictObject({
      monthlyUsd: usd
        .optional()
        .describe(
          'What models by the token and GPU hosts together may cost a month, from midnight UTC on its first day.',
        ),
      killSwitch: z
        .array(stageAt(KILL_STAGES))
        .default([])
        .describe(
          'What happens at which per cent of the budget. notify: the topic is told; closed-off: closed models are not asked any more; clamp: each fleet keeps one replica, or its minimum; zero: no model is asked and no fleet has a replica.',
        ),
      unpriced: z
        .enum(['skip', 'allow'])
        .default('skip')
        .describe('Whether a cap lets a target through whose price is not known.'),
    })
    .prefault({}),
  economics: z
    .strictObject({
      engineerUsdPerHour: usd.default(90),
      engineerHoursPerMonth: z.number().nonnegative().default(40),
      setUpHours: z.number().nonnegative().default(40).describe('Hours that a fleet takes once.'),
      maxUtilization: z.number().gt(0).max(1).default(0.5).describe('Share of a replica that the mean load may take.'),
      reservedUsdPerHour: z
        .record(z.string(), usd)
        .default({})
        .describe('What hosts cost under a savings plan or reservation, by instance type.'),
      priceFallPerYear: z.number().min(0).max(1).default(0.5),
      inputShare: z.number().min(0).max(1).default(0.75),
      cachedShare: z.number().min(0).max(1).default(0),
    })
    .prefault({}),
  records: z
    .strictObject({
      retainDays: z.int().min(1).default(400),
      objectLock: z.enum(['none', 'governance', 'compliance']).default('none'),
      logDays: z.int().min(1).default(30),
    })
    .prefault({}),
  alarms: z
    .strictObject({
      notify: z.union([z.literal('none'), z.array(z.email()).min(1)]),
      ttftP95Ms: z.int().min(1).default(1500),
    })
    .optional(),
  removal: z.enum(['keep', 'destroy']).default('keep'),
});

/** The parsed config: every default filled in. */
export type Config = z.output<typeof configSchema>;
/** The config as written. */
export type ConfigInput = z.input<typeof configSchema>;
