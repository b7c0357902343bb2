/* What esbuild's `inject` puts in the place of the global `fetch` in every bundle, the SDK included. */
export { fetch } from './guardedFetch';
