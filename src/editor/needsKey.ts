/** A server on this machine (a test's, a proxy's) is asked without a key; every other needs one. */
export function needsKey(baseUrl: string): boolean {
  return !URL.canParse(baseUrl) || !/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(new URL(baseUrl).hostname);
}
