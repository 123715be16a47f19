export { type Agreement, AgreementKind, ClosedProvider, type ClosedProviderProps } from './closed-provider';
