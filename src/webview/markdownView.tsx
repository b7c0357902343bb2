import { useMemo } from 'preact/hooks';
import type { Actions } from './actions';
import { createMarkdown } from './markdown';

/** A text of the model's as Markdown; links, paths and copy buttons inside act by click, Enter and Space. */
export function MarkdownView({ source, actions }: { readonly source: string; readonly actions: Actions }) {
  const render = useMemo(createMarkdown, []);
  const blocks = render(source);
  const act = (event: Event) => {
    if (event.target instanceof Element && actOn(event.target, actions)) event.preventDefault();
  };
  return (
    <div
      class="markdown"
      onClick={act}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || (event.key === ' ' && !(event.target instanceof HTMLButtonElement))) act(event);
      }}
    >
      {blocks.map((html, index) => (
        <div class="block" key={index} dangerouslySetInnerHTML={{ __html: html }} />
      ))}
    </div>
  );
}

function actOn(target: Element, actions: Actions): boolean {
  const link = target.closest<HTMLElement>('[data-url]');
  if (link?.dataset['url'] !== undefined) {
    actions.openLink(link.dataset['url'], link.textContent);
    return true;
  }
  const path = target.closest<HTMLElement>('[data-path]')?.dataset['path'];
  if (path !== undefined) {
    actions.openPath(path);
    return true;
  }
  const copy = target.closest('.code-copy');
  if (copy !== null) {
    actions.copy(copy.closest('.code')?.querySelector('pre')?.textContent ?? '');
    return true;
  }
  return false;
}
