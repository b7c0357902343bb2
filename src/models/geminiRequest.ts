import { assertNever } from '../shared/assertNever';
import type { ReplyPart, Step } from '../agent/conversation';
import type { ToolDeclaration } from '../agent/tool';

export interface WireContent {
  readonly role: 'user' | 'model';
  readonly parts: readonly WirePart[];
}

export interface WirePart {
  readonly text?: string;
  readonly thought?: true;
  readonly thoughtSignature?: string;
  readonly functionCall?: { readonly id?: string; readonly name: string; readonly args: unknown };
  readonly functionResponse?: { readonly id?: string; readonly name: string; readonly response: Readonly<Record<string, string>> };
}

/** Stands in for a signature that another model wrote, or that is lost; taken on the first call of a reply alone. */
const noSignature = 'skip_thought_signature_validator';

/** The conversation as Gemini's contents. Signatures go back in the very part that they came in, to the model that wrote them. */
export function toContents(steps: readonly Step[], model: string): WireContent[] {
  return steps.flatMap((step): WireContent[] => {
    switch (step.type) {
      case 'prompt':
      case 'note':
        return [{ role: 'user', parts: [{ text: step.text }] }];
      case 'reply': {
        const parts = toParts(step.parts, step.model === model);
        return parts.length === 0 ? [] : [{ role: 'model', parts }];
      }
      case 'results':
        return [
          {
            role: 'user',
            parts: step.results.map(({ providerId, name, isError, text }) => ({
              functionResponse: {
                ...(providerId === undefined ? {} : { id: providerId }),
                name,
                response: { [isError ? 'error' : 'output']: text },
              },
            })),
          },
        ];
      default:
        return assertNever(step);
    }
  });
}

function toParts(parts: readonly ReplyPart[], ownSignatures: boolean): WirePart[] {
  let firstCall = true;
  return parts.flatMap((part): WirePart[] => {
    const signature = ownSignatures && part.signature !== undefined ? { thoughtSignature: part.signature } : {};
    switch (part.type) {
      case 'text':
        // An empty text is sent for its signature alone.
        return part.text === '' && part.signature === undefined ? [] : [{ text: part.text, ...signature }];
      case 'thought':
        // Summaries of thoughts need not go back; one that is signed does.
        return 'thoughtSignature' in signature ? [{ text: part.text, thought: true, ...signature }] : [];
      case 'call': {
        const lost = firstCall && !ownSignatures ? { thoughtSignature: noSignature } : {};
        firstCall = false;
        const id = part.providerId === undefined ? {} : { id: part.providerId };
        return [{ functionCall: { ...id, name: part.name, args: part.args ?? {} }, ...lost, ...signature }];
      }
      default:
        return assertNever(part);
    }
  });
}

export interface WireTool {
  readonly functionDeclarations: readonly {
    readonly name: string;
    readonly description: string;
    readonly parameters?: {
      readonly type: 'object';
      readonly properties: Readonly<Record<string, { readonly type: string; readonly description: string }>>;
      readonly required?: readonly string[];
    };
  }[];
}

export function toTools(tools: readonly ToolDeclaration[]): WireTool[] {
  if (tools.length === 0) return [];
  return [
    {
      functionDeclarations: tools.map(({ name, description, parameters }) => {
        const entries = Object.entries(parameters);
        // An object without properties is refused; no parameters at all are taken.
        if (entries.length === 0) return { name, description };
        const required = entries.filter(([, parameter]) => parameter.required === true).map(([key]) => key);
        return {
          name,
          description,
          parameters: {
            type: 'object',
            properties: Object.fromEntries(entries.map(([key, { type, description: text }]) => [key, { type, description: text }])),
            ...(required.length > 0 ? { required } : {}),
          },
        };
      }),
    },
  ];
}

/** Thoughts are asked for where the model has them; others answer 400. No budget and no level: models differ in what they take. */
export function toGenerationConfig(model: string): { thinkingConfig?: { includeThoughts: true } } {
  return /gemini-(2\.5|[3-9]|\d\d)|gemini-.*latest/.test(model) && !/image|tts|audio|live/.test(model)
    ? { thinkingConfig: { includeThoughts: true } }
    : {};
}
