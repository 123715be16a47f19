export type { IModelStore } from './i-model-store';
export { ModelStore, type ModelStoreProps } from './model-store';
