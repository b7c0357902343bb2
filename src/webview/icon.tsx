/** A codicon; decoration only, so that the words beside it say what it means. */
export function Icon({ name, spin = false }: { readonly name: string; readonly spin?: boolean }) {
  return <i class={`codicon codicon-${name}${spin ? ' codicon-modifier-spin' : ''}`} aria-hidden="true" />;
}
