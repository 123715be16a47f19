export { SpotInterruptionExperiment, type SpotInterruptionExperimentProps } from './spot-interruption-experiment';
