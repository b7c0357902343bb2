// Finds a cargo that can build for wasm32-wasip1: the machine's own, else one in a Debian chroot.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export const target = 'wasm32-wasip1';
const suite = 'forky';
const packages = ['rustc', 'cargo', 'libstd-rust-dev-wasm32', 'lld', 'gcc', 'libc6-dev', 'ca-certificates'];
const script = `/usr/share/debootstrap/scripts/${suite}`;

/** A way to run cargo and rustc, with what rustc must be told beside. @typedef {{ rustFlags: string[], run(args: string[], options?: { capture?: boolean }): string }} Toolchain */

/** @returns {Toolchain} */
export function findToolchain(directory) {
  if (hasTarget()) return { rustFlags: [], run: (args, options) => run(args, { ...options, cwd: directory }) };
  if (process.platform !== 'linux' || process.getuid() !== 0) {
    throw new Error(
      `Rust has no ${target} target here. Run: rustup target add ${target}\n` +
        'As root on Debian this command sets up a toolchain by itself.',
    );
  }
  const root = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sunaba', suite);
  const complete = ['usr/bin/cargo', 'usr/bin/cc', 'usr/include/stdio.h'].every((path) => existsSync(join(root, path)));
  if (!complete) bootstrap(root);
  return {
    rustFlags: ['-Clinker=wasm-ld', '-Clinker-flavor=wasm-ld'],
    run: (args, options) => runInside(root, directory, args, options),
  };
}

function hasTarget() {
  const found = spawnSync('rustc', ['--print', 'target-libdir', '--target', target], { encoding: 'utf8' });
  return found.status === 0 && existsSync(found.stdout.trim()) && spawnSync('cargo', ['-V']).status === 0;
}

function bootstrap(root) {
  if (!existsSync('/usr/sbin/debootstrap')) {
    run(['apt-get', 'update', '-q']);
    run(['apt-get', 'install', '-y', '-q', 'debootstrap']);
  }
  if (!existsSync(script)) symlinkSync('sid', script);
  console.log(`No ${target} target in this Rust: setting up a Debian ${suite} toolchain in ${root} (about a minute)`);
  const fresh = `${root}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(dirname(root), { recursive: true });
  const mirror = debianMirror();
  run(['debootstrap', '--variant=minbase', `--include=${packages.join(',')}`, suite, fresh, ...(mirror ? [mirror] : [])]);
  rmSync(root, { recursive: true, force: true });
  renameSync(fresh, root);
}

/** The mirror that this machine's own packages come from; null where it is no Debian, and debootstrap's default serves. */
function debianMirror() {
  const folder = '/etc/apt/sources.list.d';
  const lists = ['/etc/apt/sources.list', ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [])];
  for (const list of lists.filter((path) => existsSync(path))) {
    const found = /^(?:URIs:|deb )[^#\n]*?(https?:\/\/\S+\/debian)\/?(?=\s|$)/m.exec(readFileSync(list, 'utf8'));
    if (found) return found[1];
  }
  return null;
}

/**
 * Runs a command in the chroot, in a mount namespace of its own, so that nothing stays mounted. The workspace, cargo's
 * home and the machine's certificates keep their paths; cargo's settings come with its home and the environment.
 */
function runInside(root, directory, args, options) {
  const cargoHome = process.env.CARGO_HOME || join(homedir(), '.cargo');
  mkdirSync(cargoHome, { recursive: true });
  const certificates = ['SSL_CERT_FILE', 'CARGO_HTTP_CAINFO', 'CURL_CA_BUNDLE', 'GIT_SSL_CAINFO'].map((name) => process.env[name]);
  const binds = [directory, cargoHome, '/proc', '/dev', '/etc/resolv.conf', '/etc/hosts', ...new Set(certificates)];
  const setUp = binds
    .filter((path) => path !== undefined && existsSync(path))
    .map((path) => {
      const [from, to] = [quote(path), quote(join(root, path))];
      return `{ if [ -d ${from} ]; then mkdir -p ${to}; else mkdir -p ${quote(dirname(join(root, path)))}; [ -e ${to} ] || : > ${to}; fi; } && mount --rbind ${from} ${to}`;
    });
  const command = `cd ${quote(directory)} && exec ${args.map(quote).join(' ')}`;
  const inner = [...setUp, `exec chroot ${quote(root)} /bin/sh -c ${quote(command)}`].join(' && ');
  const env = { ...process.env, CARGO_HOME: cargoHome, PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LC_ALL: 'C.UTF-8' };
  for (const name of Object.keys(env)) if (/^RUST(UP_|_RECURSION)/.test(name)) delete env[name];
  return run(['unshare', '--mount', '--propagation', 'private', 'sh', '-c', inner], { ...options, env });
}

const quote = (word) => `'${word.replaceAll("'", "'\\''")}'`;

function run([program, ...args], { capture = false, ...options } = {}) {
  const done = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['ignore', capture ? 'pipe' : 'inherit', 'inherit'],
    ...options,
  });
  if (done.error) throw done.error;
  if (done.status !== 0) throw new Error(`${program} ended with status ${String(done.status ?? done.signal)}`);
  return done.stdout ?? '';
}
