export type { AlarmThreshold } from './alarm-threshold';
export { LlmAlarms } from './llm-alarms';
export type { LlmAlarmsProps } from './llm-alarms-props';
