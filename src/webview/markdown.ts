import DOMPurify from 'dompurify';
import MarkdownIt from 'markdown-it';
import { markInvisible, showInvisible } from '../shared/invisible';
import { highlight } from './highlight';

/** One top-level block of a text, as safe HTML. Blocks that did not change keep their very string while a text grows. */
export type Block = string;

const allowedTags =
  'p br hr h1 h2 h3 h4 h5 h6 ul ol li blockquote pre code em strong s del table thead tbody tr th td span div button i a'.split(' ');
const allowedAttributes = 'class role tabindex title type aria-label aria-hidden start data-url data-path'.split(' ');
const maxCachedBlocks = 2000;

/**
 * Renders what a model wrote. No HTML of the text survives, nothing in it is ever fetched (an image becomes a link in
 * words), and a link is a button that names its whole target: `data-url` holds http(s) only, everything else is text.
 */
export function createMarkdown(): (source: string) => readonly Block[] {
  const md = createParser();
  const cache = new Map<string, Block>();

  return (source) => {
    const env: Parameters<typeof md.parse>[1] & object = {};
    const tokens = md.parse(source, env);
    const lines = source.split('\n');
    const context = String(Object.keys(env.references ?? {}).length);
    const blocks: Block[] = [];
    let start = 0;
    for (let i = 0, depth = 0; i < tokens.length; i++) {
      depth += tokens[i]?.nesting ?? 0;
      if (depth !== 0) continue;
      const group = tokens.slice(start, i + 1);
      start = i + 1;
      const map = group[0]?.map;
      const key = `${context}\n${group[0]?.type ?? ''}\n${map ? lines.slice(map[0], map[1]).join('\n') : ''}`;
      let block = map ? cache.get(key) : undefined;
      if (block === undefined) {
        block = sanitise(md.renderer.render(group, md.options, env));
        if (cache.size >= maxCachedBlocks) cache.clear();
        cache.set(key, block);
      }
      blocks.push(block);
    }
    return blocks;
  };
}

function createParser() {
  const md = new MarkdownIt({ html: false, linkify: true, breaks: false });
  md.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
  const escape = md.utils.escapeHtml;

  md.validateLink = (url) => webUrl(url) !== undefined;

  md.renderer.rules.link_open = (tokens, index) => {
    const url = webUrl(String(tokens[index]?.attrGet('href') ?? ''));
    if (url === undefined) return '<span>';
    return `<a class="link" role="link" tabindex="0" data-url="${escape(url)}" title="${escape(markInvisible(url))}">`;
  };
  md.renderer.rules.link_close = () => '</a>';

  md.renderer.rules.image = (tokens, index) => {
    const token = tokens[index];
    const url = webUrl(String(token?.attrGet('src') ?? ''));
    const words = escape(`[image: ${token?.content === '' ? 'no description' : (token?.content ?? '')}]`);
    if (url === undefined) return `<span class="image-words">${words}</span>`;
    return `<a class="link image-words" role="link" tabindex="0" data-url="${escape(url)}" title="${escape(markInvisible(url))}">${words}</a>`;
  };

  md.renderer.rules.code_inline = (tokens, index) => {
    const text = tokens[index]?.content ?? '';
    const file = /^(?:\/workspace\/|\.\/)?((?:[\w@.+-]+\/)*[\w@.+-]*\.[A-Za-z]\w{0,9})(?::(\d+))?$/.exec(text);
    const path = file === null ? '' : ` class="path" role="link" tabindex="0" data-path="${escape(text)}" title="Open ${escape(text)}"`;
    return `<code${path}>${escape(text)}</code>`;
  };

  const code = (text: string, info: string) => {
    const language = /^[\w+#.-]*/.exec(info.trim())?.[0]?.toLowerCase() ?? '';
    const coloured = highlight(text, language);
    const body = coloured ?? escape(text);
    return (
      `<div class="code${coloured === undefined ? ' code-text' : ''}"><div class="code-head"><span class="code-language">${escape(language === '' ? 'text' : language)}</span>` +
      `<button type="button" class="icon-button code-copy" title="Copy code" aria-label="Copy code"><i class="codicon codicon-copy" aria-hidden="true"></i></button></div>` +
      `<pre tabindex="0"><code>${body}</code></pre></div>`
    );
  };
  md.renderer.rules.fence = (tokens, index) => code(tokens[index]?.content ?? '', tokens[index]?.info ?? '');
  md.renderer.rules.code_block = (tokens, index) => code(tokens[index]?.content ?? '', '');
  return md;
}

/** The URL in its normal form where it is http or https. */
export function webUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined;
}

function sanitise(html: string): string {
  const fragment = DOMPurify.sanitize(html, {
    ALLOWED_TAGS: allowedTags,
    ALLOWED_ATTR: allowedAttributes,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
  markTextNodes(fragment);
  const box = document.createElement('div');
  box.append(fragment);
  return box.innerHTML;
}

function markTextNodes(root: DocumentFragment): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const nodes: Text[] = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) if (node instanceof Text) nodes.push(node);
  for (const node of nodes) {
    const pieces = showInvisible(node.data);
    if (pieces.every((piece) => piece.kind === 'text')) continue;
    node.replaceWith(...pieces.map((piece) => (piece.kind === 'text' ? piece.text : markerElement(piece.label))));
  }
}

function markerElement(label: string): HTMLElement {
  const span = document.createElement('span');
  span.className = 'invisible-character';
  span.title = 'A character that cannot be seen';
  span.textContent = label;
  return span;
}
