/*
 * Rights of preview1 as a 30-bit number. A descriptor of a kind has at most the rights that apply to that kind.
 */

const names = [
  'fd_datasync',
  'fd_read',
  'fd_seek',
  'fd_fdstat_set_flags',
  'fd_sync',
  'fd_tell',
  'fd_write',
  'fd_advise',
  'fd_allocate',
  'path_create_directory',
  'path_create_file',
  'path_link_source',
  'path_link_target',
  'path_open',
  'fd_readdir',
  'path_readlink',
  'path_rename_source',
  'path_rename_target',
  'path_filestat_get',
  'path_filestat_set_size',
  'path_filestat_set_times',
  'fd_filestat_get',
  'fd_filestat_set_size',
  'fd_filestat_set_times',
  'path_symlink',
  'path_remove_directory',
  'path_unlink_file',
  'poll_fd_readwrite',
  'sock_shutdown',
  'sock_accept',
] as const;

export type RightName = (typeof names)[number];

export const right = Object.fromEntries(names.map((name, bit) => [name, 1 << bit])) as Readonly<Record<RightName, number>>;

/** Every right there is. */
export const allRights = (1 << names.length) - 1;

function of(...list: RightName[]): number {
  return list.reduce((sum, name) => sum | right[name], 0);
}

const ofStreams = of('fd_read', 'fd_write', 'fd_fdstat_set_flags', 'fd_filestat_get', 'poll_fd_readwrite');

export const streamRights = ofStreams;

/** Devices can be sought as far as anyone can tell; that they can also tells libc that they are no terminals. */
export const deviceRights = ofStreams | of('fd_seek', 'fd_tell', 'fd_sync', 'fd_datasync', 'fd_advise', 'fd_filestat_set_times');

export const fileRights =
  ofStreams |
  of('fd_datasync', 'fd_seek', 'fd_sync', 'fd_tell', 'fd_advise', 'fd_allocate', 'fd_filestat_set_size', 'fd_filestat_set_times');

export const directoryRights = of(
  'fd_fdstat_set_flags',
  'fd_sync',
  'fd_datasync',
  'fd_readdir',
  'fd_filestat_get',
  'fd_filestat_set_times',
  'path_create_directory',
  'path_create_file',
  'path_link_source',
  'path_link_target',
  'path_open',
  'path_readlink',
  'path_rename_source',
  'path_rename_target',
  'path_filestat_get',
  'path_filestat_set_size',
  'path_filestat_set_times',
  'path_symlink',
  'path_remove_directory',
  'path_unlink_file',
);

/** What a preopen hands on to what is opened below it. */
export const inheritedRights = directoryRights | fileRights;
