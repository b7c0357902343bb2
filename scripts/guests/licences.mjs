// The crates that are linked into a guest, for the list of third parties.

/** @returns {{ crate: string, version: string, licence: string }[]} */
export function readLicences(metadata, crate) {
  const packages = new Map(metadata.packages.map((entry) => [entry.id, entry]));
  const nodes = new Map(metadata.resolve.nodes.map((node) => [node.id, node]));
  const start = metadata.packages.find((entry) => entry.name === crate && entry.source === null);
  const seen = new Set();
  const visit = (id) => {
    if (seen.has(id)) return;
    seen.add(id);
    for (const dependency of nodes.get(id).deps) {
      if (dependency.dep_kinds.some(({ kind }) => kind === null)) visit(dependency.pkg);
    }
  };
  visit(start.id);
  return [...seen]
    .map((id) => packages.get(id))
    .filter((entry) => entry.source !== null)
    .map(({ name, version, license }) => ({ crate: name, version, licence: license ?? 'see its licence file' }))
    .sort((a, b) => (a.crate < b.crate ? -1 : 1));
}
