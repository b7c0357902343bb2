import type { ToolResult } from '../shared/toolResult';

/** What a tool is to the model: a name, when to use it, and a flat object of simple parameters. */
export interface ToolDeclaration {
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
}

export interface Parameter {
  readonly type: 'string' | 'integer' | 'boolean';
  readonly description: string;
  readonly required?: boolean;
  /** Other names that models like to use for it; not declared, but taken. */
  readonly aliases?: readonly string[];
  /** Lowest value of an integer. */
  readonly minimum?: number;
}

export interface Tool {
  readonly declaration: ToolDeclaration;
  /** `reads` may run beside other reads of the same reply; `writes` runs alone, in the order of the calls. */
  readonly effect: 'reads' | 'writes';
  /** Parses what the model sent. Never throws, whatever it is. */
  prepare(args: unknown): Prepared;
}

export type Prepared =
  | { readonly kind: 'ready'; readonly title: string; run(context: ToolContext): Promise<ToolResult> }
  /** The arguments are no good; the text is for the model and says what to send instead. */
  | { readonly kind: 'refused'; readonly text: string };

export interface ToolContext {
  readonly callId: string;
  /** A tool that is aborted ends soon and gives whatever result it has. */
  readonly signal: AbortSignal;
  /** Shows output on the card while the tool runs; the result's text is what the model gets. */
  readonly onOutput: (stream: 'stdout' | 'stderr', text: string) => void;
}
