import type { ToolResult } from '../shared/toolResult';
import { parseArguments } from './parseArguments';
import type { Parameter, Tool, ToolContext } from './tool';

type Value<P extends Parameter> = P['type'] extends 'string' ? string : P['type'] extends 'integer' ? number : boolean;

/** The arguments of a tool as its own code sees them, inferred from its parameters. */
export type ArgumentsOf<P extends Readonly<Record<string, Parameter>>> = {
  readonly [K in keyof P as P[K] extends { readonly required: true } ? K : never]: Value<P[K]>;
} & { readonly [K in keyof P as P[K] extends { readonly required: true } ? never : K]?: Value<P[K]> };

export interface ToolDefinition<P extends Readonly<Record<string, Parameter>>> {
  readonly name: string;
  readonly description: string;
  readonly parameters: P;
  readonly effect: Tool['effect'];
  /** The card's heading, such as `Read src/a.ts`. */
  title(args: ArgumentsOf<P>): string;
  /** Gives text for the model where the arguments do not go together. */
  check?(args: ArgumentsOf<P>): string | undefined;
  run(args: ArgumentsOf<P>, context: ToolContext): Promise<ToolResult>;
}

/** Makes a tool whose arguments are parsed once, by its declaration. */
export function defineTool<const P extends Readonly<Record<string, Parameter>>>(definition: ToolDefinition<P>): Tool {
  const { name, description, parameters, effect } = definition;
  return {
    declaration: { name, description, parameters },
    effect,
    prepare(raw) {
      const parsed = parseArguments(name, parameters, raw);
      if (parsed.kind === 'refused') return parsed;
      // The parser checked every value against `parameters`, from which this type is made.
      const args = parsed.values as ArgumentsOf<P>;
      const objection = definition.check?.(args);
      if (objection !== undefined) return { kind: 'refused', text: objection };
      return { kind: 'ready', title: definition.title(args), run: (context) => definition.run(args, context) };
    },
  };
}
