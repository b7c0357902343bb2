import type { Parameter } from './tool';

/** The longest string that a call may carry; larger files are to be written in parts. */
export const maxArgumentChars = 2_000_000;

export type ParsedArguments =
  | { readonly kind: 'parsed'; readonly values: Readonly<Record<string, string | number | boolean>> }
  | { readonly kind: 'refused'; readonly text: string };

/** Parses a call's arguments by a tool's parameters: aliases, `"3"` for 3 and `"true"` for true are taken. */
export function parseArguments(tool: string, parameters: Readonly<Record<string, Parameter>>, raw: unknown): ParsedArguments {
  if (raw !== undefined && raw !== null && (typeof raw !== 'object' || Array.isArray(raw))) {
    return { kind: 'refused', text: `${tool}: the arguments must be one object. ${usage(tool, parameters)}` };
  }
  const given = new Map<string, unknown>(Object.entries(raw ?? {}));
  const values: Record<string, string | number | boolean> = {};
  const faults: string[] = [];
  for (const [name, parameter] of Object.entries(parameters)) {
    const key = [name, ...(parameter.aliases ?? [])].find((alias) => given.has(alias));
    const value = key === undefined ? undefined : given.get(key);
    if (key !== undefined) given.delete(key);
    if (value === undefined || value === null) {
      if (parameter.required === true) faults.push(`"${name}" is missing`);
      continue;
    }
    const parsed = parseValue(parameter, value);
    if (parsed.kind === 'fault') faults.push(`"${name}" ${parsed.text}`);
    else values[name] = parsed.value;
  }
  for (const name of given.keys()) {
    faults.push(`"${name.length > 60 ? `${name.slice(0, 60)}…` : name}" is not a parameter`);
  }
  if (faults.length > 0) {
    const shown = faults.slice(0, 8).join('; ');
    return { kind: 'refused', text: `${tool}: ${shown}. ${usage(tool, parameters)}` };
  }
  return { kind: 'parsed', values };
}

type ParsedValue =
  { readonly kind: 'value'; readonly value: string | number | boolean } | { readonly kind: 'fault'; readonly text: string };

function parseValue(parameter: Parameter, value: unknown): ParsedValue {
  switch (parameter.type) {
    case 'string':
      if (typeof value !== 'string') return { kind: 'fault', text: `must be a string, not ${describe(value)}` };
      if (value.length > maxArgumentChars) {
        return { kind: 'fault', text: `has ${value.length} characters; at most ${maxArgumentChars} are taken, send it in parts` };
      }
      return { kind: 'value', value };
    case 'integer': {
      const text = typeof value === 'string' ? value.trim() : value;
      const number = typeof text === 'string' && /^-?\d{1,15}$/.test(text) ? Number(text) : text;
      if (typeof number !== 'number' || !Number.isSafeInteger(number)) {
        return { kind: 'fault', text: `must be a whole number, not ${describe(value)}` };
      }
      if (parameter.minimum !== undefined && number < parameter.minimum) {
        return { kind: 'fault', text: `must be at least ${parameter.minimum}, not ${number}` };
      }
      return { kind: 'value', value: number };
    }
    case 'boolean': {
      if (typeof value === 'boolean') return { kind: 'value', value };
      const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
      if (word === 'true' || word === 'false') return { kind: 'value', value: word === 'true' };
      return { kind: 'fault', text: `must be true or false, not ${describe(value)}` };
    }
  }
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return value.length > 40 ? 'a long string' : JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return 'an object';
}

function usage(tool: string, parameters: Readonly<Record<string, Parameter>>): string {
  const list = Object.entries(parameters).map(([name, p]) => `${name}${p.required === true ? '' : '?'}: ${p.type}`);
  return `Call it as ${tool}(${list.join(', ')}).`;
}
