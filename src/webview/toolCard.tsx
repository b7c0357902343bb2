import type { LedgerSummary } from '../shared/ledger';
import { useState } from 'preact/hooks';
import { stripAnsi } from './ansi';
import type { Actions } from './actions';
import { Icon } from './icon';
import { SafeText, TerminalText } from './safeText';
import type { ToolCard } from './viewState';

const icons: Readonly<Record<string, string>> = {
  read_file: 'file-code',
  list_files: 'list-tree',
  search: 'search',
  write_file: 'new-file',
  edit_file: 'edit',
  bash: 'terminal',
  suggest_command: 'terminal',
  update_plan: 'checklist',
  get_problems: 'warning',
};

/** One tool call: a line that says what it does and how it stands, and opens to its arguments and output. */
export function ToolCardView({ card, actions }: { readonly card: ToolCard; readonly actions: Actions }) {
  const [open, setOpen] = useState(false);
  return (
    <section class={`tool tool-${card.state}`} data-tool={card.tool} data-state={card.state}>
      <button type="button" class="tool-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? 'chevron-down' : 'chevron-right'} />
        <Icon name={icons[card.tool] ?? 'tools'} />
        <span class="tool-title" title={card.tool}>
          <SafeText text={card.title} />
        </span>
        <Effects ledger={card.ledger} />
        <Outcome card={card} />
      </button>
      {!open && card.state === 'failed' && card.result !== undefined && (
        <p class="tool-error">
          <SafeText text={firstLine(stripAnsi(card.result))} />
        </p>
      )}
      {!open && card.state === 'running' && card.output !== '' && (
        <pre class="tool-tail" aria-hidden="true">
          <TerminalText text={lastLines(card.output, 4)} />
        </pre>
      )}
      {open && <Body card={card} actions={actions} />}
    </section>
  );
}

function Outcome({ card }: { readonly card: ToolCard }) {
  const seconds = card.durationMs === undefined ? undefined : duration(card.durationMs);
  switch (card.state) {
    case 'running':
      return (
        <span class="tool-outcome">
          <Icon name="loading" spin />
          <span class="visually-hidden">running</span>
        </span>
      );
    case 'done':
      return (
        <span class="tool-outcome">
          {seconds}
          <Icon name="check" />
          <span class="visually-hidden">done</span>
        </span>
      );
    case 'failed':
      return (
        <span class="tool-outcome">
          {card.limit === undefined ? seconds : 'limit'}
          <Icon name="error" />
          <span class="visually-hidden">failed</span>
        </span>
      );
    case 'stopped':
      return (
        <span class="tool-outcome">
          stopped
          <Icon name="debug-stop" />
        </span>
      );
  }
}

function Effects({ ledger }: { readonly ledger: LedgerSummary | undefined }) {
  if (ledger === undefined) return null;
  const { counts } = ledger;
  const words = [
    counts.created > 0 ? `${counts.created} created` : '',
    counts.written > 0 ? `${counts.written} changed` : '',
    counts.removed > 0 ? `${counts.removed} removed` : '',
    counts.refused > 0 ? `${counts.refused} refused` : '',
  ].filter((word) => word !== '');
  return words.length === 0 ? null : <span class={`tool-effects${counts.refused > 0 ? ' has-refused' : ''}`}>{words.join(', ')}</span>;
}

function Body({ card, actions }: { readonly card: ToolCard; readonly actions: Actions }) {
  const shown = card.output === '' ? (card.result ?? '') : card.output;
  return (
    <div class="tool-body">
      <Section title={card.tool} copy={JSON.stringify(card.args, null, 2)} actions={actions}>
        <Arguments args={card.args} />
      </Section>
      {shown !== '' && (
        <Section title={card.state === 'failed' && card.output === '' ? 'Error' : 'Output'} copy={stripAnsi(shown)} actions={actions}>
          <pre class="output" tabIndex={0}>
            <TerminalText text={shown} />
          </pre>
        </Section>
      )}
      {card.output !== '' && card.result !== undefined && stripAnsi(card.output).trim() !== card.result.trim() && (
        <details>
          <summary>What the model was told</summary>
          <pre class="output" tabIndex={0}>
            <SafeText text={card.result} />
          </pre>
        </details>
      )}
      {card.limit !== undefined && (
        <p class="tool-note">
          Ended by a limit. Change it with the setting <code>sunaba.limits.{card.limit}</code>.
        </p>
      )}
      {card.ledger !== undefined && <Files ledger={card.ledger} actions={actions} />}
    </div>
  );
}

function Section(props: {
  readonly title: string;
  readonly copy: string;
  readonly actions: Actions;
  readonly children: preact.ComponentChildren;
}) {
  return (
    <div class="tool-section">
      <div class="tool-section-head">
        <span>{props.title}</span>
        <button
          type="button"
          class="icon-button"
          title={`Copy ${props.title}`}
          aria-label={`Copy ${props.title}`}
          onClick={() => props.actions.copy(props.copy)}
        >
          <Icon name="copy" />
        </button>
      </div>
      {props.children}
    </div>
  );
}

function Arguments({ args }: { readonly args: unknown }) {
  const entries = typeof args === 'object' && args !== null ? Object.entries(args) : [['arguments', args] as const];
  if (entries.length === 0) return <p class="tool-note">No arguments.</p>;
  return (
    <dl class="arguments">
      {entries.map(([name, value]) => {
        const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
        return (
          <div class={text.includes('\n') ? 'argument is-block' : 'argument'} key={name}>
            <dt>
              <SafeText text={name} />
            </dt>
            <dd>
              <pre tabIndex={text.includes('\n') ? 0 : -1}>
                <SafeText text={text} />
              </pre>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

const maxListedFiles = 20;

function Files({ ledger, actions }: { readonly ledger: LedgerSummary; readonly actions: Actions }) {
  const groups = [
    { word: 'created', icon: 'diff-added', paths: ledger.created },
    { word: 'changed', icon: 'diff-modified', paths: ledger.written },
    { word: 'removed', icon: 'diff-removed', paths: ledger.removed },
    { word: 'read', icon: 'eye', paths: ledger.read },
  ];
  return (
    <>
      {ledger.refused.length > 0 && (
        <ul class="files">
          {ledger.refused.slice(0, maxListedFiles).map(({ path, reason }) => (
            <li class="refused" key={path}>
              <Icon name="circle-slash" />
              <span>
                refused <SafeText text={path} />: <SafeText text={reason} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {groups
        .filter((group) => group.paths.length > 0)
        .map((group) => (
          <details key={group.word} class="files-group">
            <summary>
              {group.paths.length} {group.word}
            </summary>
            <ul class="files">
              {group.paths.slice(0, maxListedFiles).map((path) => (
                <li key={path}>
                  <Icon name={group.icon} />
                  <button type="button" class="link" onClick={() => actions.openPath(path)}>
                    <SafeText text={path.replace(/^\/workspace\//, '')} />
                  </button>
                </li>
              ))}
              {group.paths.length > maxListedFiles && <li>and {group.paths.length - maxListedFiles} more</li>}
            </ul>
          </details>
        ))}
    </>
  );
}

function duration(ms: number): string {
  return ms < 1000 ? `${Math.max(1, Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function firstLine(text: string): string {
  const line = text.split('\n').find((each) => each.trim() !== '') ?? '';
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
