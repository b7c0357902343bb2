// What guests there are, and the hash of all that goes into each. Reads files alone, so that it works without Rust.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { parse } from 'smol-toml';

const readToml = (path) => parse(readFileSync(path, 'utf8'));

/** @typedef {{ name: string, crate: string, directory: string, tools: string[], sourceHash: string }} Guest */

/** Every member that declares `[package.metadata.sunaba] tools = [...]`, by name. @returns {Guest[]} */
export function readGuests(root) {
  const workspace = readToml(join(root, 'Cargo.toml'));
  const members = new Map();
  for (const directory of memberDirectories(root, workspace.workspace)) {
    const manifest = readToml(join(root, directory, 'Cargo.toml'));
    members.set(manifest.package.name, { directory, manifest });
  }
  const lock = new Map();
  for (const entry of readToml(join(root, 'Cargo.lock')).package ?? []) {
    lock.set(entry.name, [...(lock.get(entry.name) ?? []), entry]);
  }
  const guests = [];
  for (const [crate, { directory, manifest }] of members) {
    const declared = manifest.package.metadata?.sunaba;
    if (declared === undefined) continue;
    guests.push({
      name: crate.replace(/^sunaba-/, ''),
      crate,
      directory,
      tools: declared.tools,
      sourceHash: sourceHash(root, workspace, members, lock, crate),
    });
  }
  return guests.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function memberDirectories(root, { members, exclude = [] }) {
  const all = members.flatMap((member) => (member === '*' ? readdirSync(root) : [member]));
  return [...new Set(all)].filter((name) => !exclude.includes(name) && existsSync(join(root, name, 'Cargo.toml'))).sort();
}

/**
 * Covers the crate's files and those of the members that it depends on, the versions and checksums of every package
 * below it in the lock file, and the workspace's profiles and shared dependencies.
 */
function sourceHash(root, workspace, members, lock, crate) {
  const reached = reachable(lock, crate);
  const hash = createHash('sha256');
  const add = (label, bytes) => hash.update(`${label}\0${bytes.length}\0`).update(bytes);
  for (const { name, version, checksum } of reached) {
    add('package', `${name} ${version} ${checksum ?? ''}`);
    const member = members.get(name);
    if (member === undefined) continue;
    for (const path of files(join(root, member.directory))) {
      // Line ends as in the repository, whatever the checkout made of them.
      const bytes = Buffer.from(readFileSync(path).toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
      add(relative(root, path).split(sep).join('/'), bytes);
    }
    for (const kind of ['dependencies', 'build-dependencies']) {
      for (const [dependency, value] of Object.entries(member.manifest[kind] ?? {})) {
        if (value.workspace === true) add(dependency, JSON.stringify(workspace.workspace.dependencies?.[dependency]));
      }
    }
  }
  add('profile', JSON.stringify(profilesFor(workspace.profile ?? {}, new Set(reached.map(({ name }) => name)))));
  return hash.digest('hex');
}

/** The profiles, with what they say of single packages only for those that are linked in. */
function profilesFor(profiles, names) {
  return Object.fromEntries(
    Object.entries(profiles).map(([profile, { package: packages = {}, ...rest }]) => {
      const own = Object.entries(packages).filter(([name]) => names.has(name));
      return [profile, own.length === 0 ? rest : { ...rest, package: Object.fromEntries(own) }];
    }),
  );
}

function files(directory) {
  const skipped = new Set(['target', 'tests', 'benches']);
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => !skipped.has(entry.name) && !entry.name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      return entry.isDirectory() ? files(path) : [path];
    });
}

function reachable(lock, crate) {
  const seen = new Map();
  const visit = (dependency) => {
    const [name, version] = dependency.split(' ');
    for (const entry of lock.get(name) ?? []) {
      const key = `${entry.name} ${entry.version}`;
      if (seen.has(key) || (version !== undefined && version !== entry.version)) continue;
      seen.set(key, entry);
      for (const next of entry.dependencies ?? []) visit(next);
    }
  };
  visit(crate);
  return [...seen.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}
