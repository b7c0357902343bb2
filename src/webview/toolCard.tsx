import type { LedgerSummary } from '../shared/ledger';
import { useState } from 'preact/hooks';
import { stripAnsi } from './ansi';
import type { Actions } from './actions';
import { Icon } from './icon';
import { useL10n } from './l10n';
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
  const l10n = useL10n();
  const seconds = card.durationMs === undefined ? undefined : duration(card.durationMs);
  switch (card.state) {
    case 'running':
      return (
        <span class="tool-outcome">
          <Icon name="loading" spin />
          <span class="visually-hidden">{l10n.t('running')}</span>
        </span>
      );
    case 'done':
      return (
        <span class="tool-outcome">
          {seconds}
          <Icon name="check" />
          <span class="visually-hidden">{l10n.t('done')}</span>
        </span>
      );
    case 'failed':
      return (
        <span class="tool-outcome">
          {card.limit === undefined ? seconds : l10n.t('limit')}
          <Icon name="error" />
          <span class="visually-hidden">{l10n.t('failed')}</span>
        </span>
      );
    case 'stopped':
      return (
        <span class="tool-outcome">
          {l10n.t('stopped')}
          <Icon name="debug-stop" />
        </span>
      );
  }
}

function Effects({ ledger }: { readonly ledger: LedgerSummary | undefined }) {
  const l10n = useL10n();
  if (ledger === undefined) return null;
  const { counts } = ledger;
  const words = [
    counts.created > 0 ? l10n.t('{0} created', counts.created) : '',
    counts.written > 0 ? l10n.t('{0} changed', counts.written) : '',
    counts.removed > 0 ? l10n.t('{0} removed', counts.removed) : '',
    counts.refused > 0 ? l10n.t('{0} refused', counts.refused) : '',
  ].filter((word) => word !== '');
  return words.length === 0 ? null : <span class={`tool-effects${counts.refused > 0 ? ' has-refused' : ''}`}>{words.join(', ')}</span>;
}

function Body({ card, actions }: { readonly card: ToolCard; readonly actions: Actions }) {
  const l10n = useL10n();
  const shown = card.output === '' ? (card.result ?? '') : card.output;
  return (
    <div class="tool-body">
      <Section title={card.tool} copy={JSON.stringify(card.args, null, 2)} actions={actions}>
        <Arguments args={card.args} />
      </Section>
      {shown !== '' && (
        <Section
          title={card.state === 'failed' && card.output === '' ? l10n.t('Error') : l10n.t('Output')}
          copy={stripAnsi(shown)}
          actions={actions}
        >
          <pre class="output" tabIndex={0}>
            <TerminalText text={shown} />
          </pre>
        </Section>
      )}
      {card.output !== '' && card.result !== undefined && stripAnsi(card.output).trim() !== card.result.trim() && (
        <details>
          <summary>{l10n.t('What the model was told')}</summary>
          <pre class="output" tabIndex={0}>
            <SafeText text={card.result} />
          </pre>
        </details>
      )}
      {card.limit !== undefined && (
        <p class="tool-note">{l10n.parts('Ended by a limit. Change it with the setting {0}.', <code>sunaba.limits.{card.limit}</code>)}</p>
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
  const l10n = useL10n();
  return (
    <div class="tool-section">
      <div class="tool-section-head">
        <span>{props.title}</span>
        <button
          type="button"
          class="icon-button"
          title={l10n.t('Copy {0}', props.title)}
          aria-label={l10n.t('Copy {0}', props.title)}
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
  const l10n = useL10n();
  const entries = typeof args === 'object' && args !== null ? Object.entries(args) : [['arguments', args] as const];
  if (entries.length === 0) return <p class="tool-note">{l10n.t('No arguments.')}</p>;
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
  const l10n = useL10n();
  const groups = [
    { words: (count: number) => l10n.t('{0} created', count), icon: 'diff-added', paths: ledger.created },
    { words: (count: number) => l10n.t('{0} changed', count), icon: 'diff-modified', paths: ledger.written },
    { words: (count: number) => l10n.t('{0} removed', count), icon: 'diff-removed', paths: ledger.removed },
    { words: (count: number) => l10n.t('{0} read', count), icon: 'eye', paths: ledger.read },
  ];
  return (
    <>
      {ledger.refused.length > 0 && (
        <ul class="files">
          {ledger.refused.slice(0, maxListedFiles).map(({ path, reason }) => (
            <li class="refused" key={path}>
              <Icon name="circle-slash" />
              <span>{l10n.parts('refused {0}: {1}', <SafeText text={path} />, <SafeText text={reason} />)}</span>
            </li>
          ))}
        </ul>
      )}
      {groups
        .filter((group) => group.paths.length > 0)
        .map((group) => (
          <details key={group.icon} class="files-group">
            <summary>{group.words(group.paths.length)}</summary>
            <ul class="files">
              {group.paths.slice(0, maxListedFiles).map((path) => (
                <li key={path}>
                  <Icon name={group.icon} />
                  <button type="button" class="link" onClick={() => actions.openPath(path)}>
                    <SafeText text={path.replace(/^\/workspace\//, '')} />
                  </button>
                </li>
              ))}
              {group.paths.length > maxListedFiles && <li>{l10n.t('and {0} more', group.paths.length - maxListedFiles)}</li>}
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
