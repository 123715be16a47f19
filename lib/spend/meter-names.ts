/** Names that the meter, the tables and what launches hosts share. */

/** On every instance and volume of a fleet: whose it is. */
export const DEPLOYMENT_TAG = 'hybrid-llm:deployment';
export const FLEET_TAG = 'hybrid-llm:fleet';

/** Hosts that carry the deployment's tag and no fleet's. */
export const UNKNOWN_FLEET = 'unknown';

/** The meter's own item in the ledger table. */
export const METER_ITEM = 'meter';

/** The item, beside the meter's own, of what fleets were told of the kill switch. */
export const KILL_SWITCH_ITEM = 'kill-switch';

/** Attributes of a month's item that the meter writes. Money is nano-US-dollars. */
export const GPU_ATTRIBUTE = 'gpu';
export const gpuOfFleetAttribute = (fleet: string): string => `${GPU_ATTRIBUTE}:${fleet}`;
/** Unix milliseconds of the last run whose charges are in the item. */
export const GPU_RUN_ATTRIBUTE = 'gpuRunMs';

/** Environment variable with the names of the fleets whose replicas the meter counts, joined by commas. */
export const METERED_FLEETS_VARIABLE = 'HYBRID_LLM_METERED_FLEETS';

/** Environment variables with the month's budget in US dollars, and the kill switch's stages, such as `notify@80,zero@120`. */
export const MONTHLY_USD_VARIABLE = 'HYBRID_LLM_MONTHLY_USD';
export const KILL_SWITCH_VARIABLE = 'HYBRID_LLM_KILL_SWITCH';
