import { appendFileSync } from 'node:fs';

/** Says that something could not be tried on this machine, and why; `npm test` lists it at its end. */
export function notRun(what: string, reason: string): void {
  const file = process.env['SUNABA_NOT_RUN'];
  if (file) appendFileSync(file, `${what}: ${reason}\n`);
  console.warn(`not run: ${what}: ${reason}`);
}
