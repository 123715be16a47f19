export { LlmDashboard, type LlmDashboardProps } from './llm-dashboard';
