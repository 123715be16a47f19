/** `fleets.json` beside the controller's program: each fleet's settings, and where its weights are. No CDK token is in it. */
import type { FleetSettings, Market } from './fleet-state';

export interface ControlledFleet extends FleetSettings {
  /** Folder of the weights in the model bucket, without slashes at its ends. */
  readonly weightsPrefix: string;
}

export const CONTROLLED_FLEETS_FILE = 'fleets.json';

/** What only the account knows of each fleet, as JSON by the fleet's name, in one environment variable. */
export const FLEET_BINDINGS_VARIABLE = 'HYBRID_LLM_FLEET_BINDINGS';
export const FLEET_TABLE_VARIABLE = 'HYBRID_LLM_FLEET_TABLE';

export interface FleetBinding {
  /** Names of the groups. */
  readonly groups: Readonly<Record<Market, string>>;
  /** Bucket with the weights. */
  readonly bucket: string;
}
